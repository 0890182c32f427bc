import HTTPTypes
import Kernel

/// Every stable code with which this program refuses, by kind; the kind decides the status. Held complete by ArchitectureTests.
public enum ErrorCodes {
    public static let all: [(kind: Rejection.Kind, codes: [String])] = [
        (
            .invalid,
            [
                "ability_range", "absence_kind", "accuracy_range", "action_unknown", "amount_invalid", "amount_out_of_range",
                "as_of_invalid", "bill_invalid", "bills_missing", "body_too_large", "budget_invalid", "bulk_too_long", "call_id_invalid", "class_unknown",
                "complaint_text", "content_type", "cursor_invalid", "database_url", "day_invalid", "days_out_of_range",
                "decision_unknown", "device_missing", "device_swipe_invalid",
                "device_too_long", "document_scope", "event_unknown", "factor_code_wrong", "field_invalid", "field_missing", "field_type",
                "fund_kind_unknown", "holder_missing", "holidays_unknown", "id_number_invalid", "idempotency_key_invalid",
                "if_match_invalid", "invoice_invalid", "item_value", "json_invalid", "language_invalid", "lease_holder", "lease_minutes",
                "lines_invalid", "list_missing", "login_name_invalid", "lunar_invalid", "messages_invalid", "method_not_allowed", "method_unknown",
                "month_invalid", "name_length", "note_missing", "note_too_long", "opinion_missing", "opinion_too_long",
                "outcome_invalid", "overlap_invalid", "password_differs", "password_same", "password_weak", "password_wrong",
                "person_missing", "phone_invalid", "photo_hash", "place_invalid",
                "policy_invalid",
                "provider_missing", "quantity_invalid", "query_invalid", "query_missing", "query_unknown", "reason_missing",
                "reason_too_long", "reason_too_short", "received_unknown", "reference_invalid", "region_unknown", "relation_missing",
                "request_invalid", "request_timeout", "resolution_text", "result_unknown", "right_invalid", "role_unknown",
                "rrule_invalid", "satisfaction_range", "scope_invalid", "score_invalid", "sex_unknown", "signature_hash", "slot_unknown",
                "state_unknown", "status_unknown", "tie_kind_unknown", "time_invalid", "upload_empty", "upload_too_long",
                "webhook_allow_invalid", "webhook_events_invalid", "webhook_overlap_invalid",
                "webhook_secret_invalid", "when_unclear", "worker_missing", "year_invalid", "entry_unknown",
            ]
        ),
        (
            .unauthenticated,
            [
                "challenge_unknown", "login_failed", "login_locked", "token_invalid", "unauthenticated",
            ]
        ),
        (
            .forbidden,
            [
                "cross_site", "csrf_invalid", "not_allowed", "not_your_canteen", "own_entry", "own_grant", "own_request", "person_needed", "right_missing",
                "role_forbidden",
                "scope_forbidden",
            ]
        ),
        (
            .missing,
            [
                "absence_unknown", "adjustment_unknown", "asset_unknown", "budget_unknown", "calendar_unknown", "call_unknown",
                "canteen_unknown", "card_mistyped", "card_unknown", "complaint_unknown", "dispute_unknown", "document_unknown", "elder_unknown",
                "figure_unknown", "file_missing", "file_unknown", "fund_unknown", "held_unknown", "item_unknown", "line_unknown",
                "login_unknown", "month_unknown", "register_item_unknown",
                "not_known_then", "order_unknown", "override_unknown", "payment_unknown", "payout_programme_unknown", "payout_unknown",
                "pin_unknown", "plan_unknown",
                "proposal_unknown", "provider_unknown", "qr_unknown", "replay_empty", "reversal_unknown", "route_unknown", "sample_unknown",
                "sheet_unknown", "slip_unknown", "standing_order_unknown", "statement_unknown", "street_unknown", "swipe_unknown", "tie_unknown",
                "till_unknown",
                "token_unknown", "webhook_event_unknown", "webhook_unknown", "worker_unknown",
            ]
        ),
        (
            .conflict,
            [
                "absence_ended", "absence_overlaps", "adjustment_approved", "adjustment_known", "aid_already_given",
                "already_decided", "already_signed", "batch_changed", "bill_known", "batch_locked", "batch_open", "budget_exhausted",
                "budget_proposed", "card_taken",
                "close_out_of_order", "close_raced", "code_not_wanted", "till_known", "close_running", "complaint_taken", "constraint", "device_swipe_reused",
                "district_exists", "elder_changed", "elder_exists", "entitlement_exhausted", "factor_not_begun", "factor_off",
                "factor_on", "form_used", "fund_exists", "idempotency_key_running", "illegal_transition", "invoice_known", "item_changed",
                "line_adjusted", "line_decided", "line_disputed", "line_not_held", "line_reopened", "meal_already_taken",
                "month_changed", "month_closed", "name_taken", "nursing_overlaps", "offer_answered", "offer_expired", "offer_gone", "offer_leased",
                "order_changed", "order_settled", "order_twin", "output_not_empty",
                "payee_changed", "payee_known",
                "payout_list_changed", "payout_not_paid", "person_taken", "plan_overtaken", "post_fixed", "post_taken", "proposal_answered",
                "proposal_lapsed", "proposal_open", "provider_changed", "reversal_known", "session_missing", "standing_order_changed",
                "standing_order_ended", "slip_used", "standing_order_state", "statement_changed", "statement_confirmed", "street_not_due", "swipe_settled",
                "token_ended", "version_stale", "void_needs_second_person", "webhook_disabled",
            ]
        ),
        (
            .refused,
            [
                "absence_range", "bank_file_invalid", "bank_file_mismatch", "birthday_in_future", "birthday_too_early", "budget_below_spent",
                "canteen_licence", "canteen_suspended", "capacity_out_of_range", "card_wrong", "check_in_too_early", "check_out_before_check_in",
                "claim_closed", "claim_not_payable",
                "closed_day_out_of_range", "closed_days_empty", "code_locked", "code_wrong", "cursor_in_future", "cursor_mismatch", "day_past",
                "days_invalid", "device_time_in_future", "disputes_open", "document_too_long", "elder_absent", "elder_deceased",
                "elder_not_registered", "end_before_start", "expiry_invalid", "finding_missing", "fund_by_month", "fund_not_enough",
                "fund_not_loan", "fund_not_nursing", "fund_person_missing", "hidden_characters", "idempotency_key_reused", "invoice_date_in_future",
                "invoice_mismatch", "invoice_missing", "invoice_seller_differs", "item_not_offered", "meal_day_limit", "message_person",
                "month_in_future", "month_not_over", "months_reversed", "nothing_due", "numbers_refused", "nursing_incomplete",
                "pin_order_state", "pin_worker_missing",
                "pin_worker_twice", "place_missing", "plan_day_past", "plan_too_large", "price_expired", "proposal_not_possible",
                "proposal_same_time", "provider_missing", "provider_not_eligible", "qr_expired",
                "quantity_out_of_range", "range_invalid", "repayment_too_large", "street_missing",
                "replay_range", "replay_selection", "rule_never_fires", "samples_open", "shift_break_invalid", "shift_invalid",
                "shift_times_missing", "span_invalid", "spreadsheet_not_built", "standing_order_fixed", "start_in_past",
                "start_too_far", "state_not_reachable", "statements_unconfirmed", "status_in_future", "swipe_too_late",
                "time_not_agreed", "too_many_dates", "valid_until_before_from", "webhook_address_private", "webhook_change_empty",
                "webhook_limit", "webhook_url_scheme", "worker_absent", "worker_busy", "worker_credential", "worker_lifting", "worker_relative",
                "worker_sex", "worker_twice", "worker_unknown", "year_missing",
            ]
        ),
        (
            .unavailable,
            [
                "cards_too_fast", "curl_unavailable", "database_corrupt", "database_failed", "database_locked", "database_missing",
                "database_read_only", "database_schema", "database_unreachable", "disk_full", "http_failed", "internal",
                "message_unknown", "messages_invalid", "output_not_writable", "overloaded", "rate_limited", "reference_missing",
                "resources_missing", "spreadsheet_failed", "template_broken", "template_missing", "template_twice",
            ]
        ),
    ]

    /// What any operation may answer: what is wrong with a request as such, and with who sends it.
    static let everywhere = [
        "body_too_large", "constraint", "content_type", "cross_site", "database_failed", "database_locked", "disk_full", "field_invalid", "field_missing",
        "field_type", "idempotency_key_invalid", "idempotency_key_reused", "idempotency_key_running", "if_match_invalid", "internal", "json_invalid",
        "method_not_allowed", "overloaded", "query_invalid", "query_unknown", "rate_limited", "request_invalid", "request_timeout",
        "role_forbidden", "route_unknown", "scope_forbidden", "token_invalid", "unauthenticated", "version_stale",
    ]

    /// Those whose status is HTTP's own and not that of their kind.
    static let ofHTTP = [
        "request_timeout": 408, "method_not_allowed": 405, "version_stale": 412, "body_too_large": 413, "content_type": 415, "cards_too_fast": 429,
        "rate_limited": 429, "internal": 500,
    ]

    private static let statuses: [String: Int] = {
        let byKind = all.flatMap { entry in entry.codes.map { ($0, Int(Problem.status(entry.kind).code)) } }
        return Dictionary(byKind, uniquingKeysWith: { first, _ in first }).merging(ofHTTP) { $1 }
    }()

    /// The status that a code comes with; nil for a code that is not listed.
    public static func status(of code: String) -> Int? { statuses[code] }

    /// A typical code of each status, for examples.
    static let usual = [
        400: "field_invalid", 401: "token_invalid", 403: "role_forbidden", 404: "order_unknown", 405: "method_not_allowed", 409: "order_changed",
        412: "version_stale", 413: "body_too_large", 415: "content_type", 422: "start_in_past", 429: "rate_limited", 503: "overloaded",
    ]
}
