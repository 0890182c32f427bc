import Entitlement
import Kernel
import Orders
import Registry
import Store

/// The schemas of what leaves over the API, beside ``Show``, which makes it. Fields may be added; those named here are always there.
public enum Shapes {
    public static let all: [Component] = [
        problem, order, leg, note, timer, elder, phone, contact, event, attempt, candidate, refusal, decision, placedOrder, orderFile, callCard,
        providerOrder, lease, feedEvent, proposal, swipe, token, webhook, delivery, settlement, statementLine,
    ]

    public static let problem = Component(
        "Problem",
        .object([
            "type": .text(), "title": .text(), "status": .integer(400...599, sample: 422),
            "code": .matching("^[a-z][a-z0-9_]*$", sample: "start_in_past"), "detail": .text(sample: "服务时间已经过去，请重新选择时间。"),
            "request_id": Schema.text(sample: "4f2a9c11").optional,
            "errors": .array(.object(["pointer": .text(sample: "/start"), "code": .text(sample: "start_in_past"), "detail": .text()])).optional,
        ]))

    public static let timer = Component("Timer", .object(["kind": .text(sample: "offer"), "due": .instant]))

    static let orderFields = Schema.object([
        "id": .id, "number": .text(sample: "260302-00042"), "state": .oneOf(OrderState.self), "elder_id": .id, "item_code": .text(sample: "06001"),
        "region": .text(sample: "620102001"), "start": .instant, "end": .instant, "quantity": .text(sample: "2"),
        "urgency": .oneOf(Urgency.self), "provider": .text(sample: "P001").nullable, "worker": .text(sample: "W0001").nullable,
        "second_worker": .text(sample: "W0002").nullable,
        "attempts": .integer(), "verification": .oneOf(Verification.self), "settlement": .oneOf(Settlement.self),
        "service_level": .oneOf(ServiceLevel.self), "price_version": .text(sample: "2026-01"), "unit_price_fen": .fen, "payable_fen": .fen,
        "self_pay_fen": .fen, "note": .text(), "from_address": .text().nullable, "to_address": .text().nullable, "created_at": .instant,
        "version": .integer(), "timer": Schema.of(timer).nullable,
    ])
    public static let order = Component("Order", orderFields)

    public static let leg = Component(
        "FundingLeg",
        .object(["source": .text(sample: "subsidy"), "programme": .text(sample: "SERVICE"), "version": .text(sample: "2026-01"), "amount_fen": .fen]))

    public static let note = Component(
        "FundingNote",
        .object(["programme": .text(sample: "VOUCHER"), "code": .text(sample: "age"), "message": .text(), "next_date": .date.nullable]))

    public static let phone = Component(
        "Phone", .object(["number": .text(sample: "09318000001"), "label": .text(sample: "本人"), "is_wrong": .boolean]))

    public static let contact = Component(
        "Contact", .object(["name": .text(sample: "王女士"), "relation": .text(sample: "女儿"), "phone": .text().nullable]))

    static let elderFields = Schema.object([
        "id": .id, "number": .text(sample: "LZ00000001"), "name": .text(sample: "王示例"), "sex": .oneOf(Sex.self), "birthday": .date.nullable,
        "age": .integer(0...150), "id_number": .text(sample: "620102********1021").nullable, "region": .text(sample: "620102001"),
        "address": .text(), "phones": .array(.of(phone)), "classes": .array(.text(sample: "minimum_living")), "ability_level": .integer(0...4),
        "lives_alone": .boolean, "status": .oneOf(ElderStatus.self), "alerts": .array(.text()), "contacts": .array(.of(contact)),
        "preferred_provider": .text().nullable, "version": .integer(),
    ])
    public static let elder = Component("Elder", elderFields)

    public static let callCard = Component(
        "CallCard",
        elderFields.adding([
            "open_orders": .array(.of(order)), "last_services": .array(.of(order)),
            "purses": .array(
                .object([
                    "programme": .text(sample: "SERVICE"), "period": .text(sample: "2026-03"), "unit": .oneOf(["fen", "times"]),
                    "granted": .integer(), "used": .integer(), "left": .integer(), "until": .date,
                ])),
            "balances": .array(
                .object([
                    "programme": .text(sample: "SERVICE"), "period": .text(sample: "2026-03"), "granted_fen": .fen, "reserved_fen": .fen,
                    "posted_fen": .fen,
                ])),
        ]))

    static let eventFields = Schema.object([
        "seq": .integer(), "id": .text(sample: "evt_000000000042"), "type": .text(sample: "order.offered"), "at": .instant, "subject": .text(),
        "subject_seq": .integer(), "actor": .text(), "data": Schema(["type": "object"], sample: [:]),
    ])
    public static let event = Component("Event", eventFields)

    public static let attempt = Component(
        "Attempt",
        .object([
            "ordinal": .integer(), "provider": .text(sample: "P001"), "state": .oneOf(Attempt.State.self), "offered_at": .instant,
            "expires_at": .instant, "answered_at": .instant.nullable, "reason_code": .text().nullable, "price_fen": .fen,
        ]))

    public static let candidate = Component(
        "Candidate",
        .object([
            "provider": .text(sample: "P001"), "price_fen": .fen, "distance_m": .integer().nullable,
            "score": .integer(-1_000_000...1_000_000), "is_elder_choice": .boolean,
            "reasons": .array(.object(["name": .text(sample: "distance"), "points": .integer(-1_000_000...1_000_000)])),
        ]))

    public static let refusal = Component(
        "Refusal", .object(["provider": .text(sample: "P002"), "codes": .array(.text(sample: "slot_full"))]))

    static let decisionFields = Schema.object([
        "policy_version": .text(sample: "2026-01"), "candidates": .array(.of(candidate)), "refused": .array(.of(refusal)),
        "summary": .text().nullable,
    ])
    public static let decision = Component("Decision", decisionFields)

    public static let quote = decisionFields.adding([
        "item": .object(["code": .text(sample: "06001"), "name": .text(sample: "日常保洁"), "questions": .array(.text())]),
        "price_version": .text(), "start": .instant, "end": .instant, "payable_fen": Schema.fen.nullable, "funding": .array(.of(leg)),
        "notes": .array(.of(note)), "self_pay_fen": Schema.fen.nullable, "twin": Schema.of(order).nullable, "nearest_time": Schema.instant.nullable,
    ])

    public static let placedOrder = Component(
        "PlacedOrder",
        orderFields.adding([
            "funding": .array(.of(leg)), "notes": .array(.of(note)), "visit_code": .matching("^[0-9]{4}$", sample: "4821"),
            "unmet": .text().nullable, "events_seq": .integer(),
        ]))

    public static let orderFile = Component(
        "OrderFile",
        orderFields.adding([
            "funding": .array(
                .object([
                    "source": .text(sample: "subsidy"), "programme": .text(sample: "SERVICE"), "version": .text(), "amount_fen": .fen,
                    "attempt": .integer(), "state": .oneOf(["reserved", "posted", "released"]),
                ])),
            "history": .array(.of(attempt)), "events": .array(eventFields.adding(["note": Schema.text(sample: "家属要求换一家").nullable])), "unmet": .text().nullable,
        ]))

    public static let lease = Component("Lease", .object(["holder": .text(sample: "till-2"), "until": .instant]))

    static let providerOrderFields = orderFields.adding([
        "elder": Schema.object([
            "name": .text(sample: "王示例"), "phones": .array(.text(sample: "09318000001")), "address": .text(), "alerts": .array(.text()),
            "age": .integer(0...150),
        ]).nullable.described("仅在接单后至服务结束 24 小时内给出"),
        "lease": Schema.of(lease).nullable,
    ])
    public static let providerOrder = Component("ProviderOrder", providerOrderFields)

    public static let feedEvent = Component(
        "FeedEvent",
        .object([
            "seq": .integer(1...Int.max), "id": .text(sample: "evt_000000000042"), "type": .text(sample: "order.offered"), "at": .instant,
            "subject": .text(), "order_seq": .integer(), "data": Schema(["type": "object"], sample: [:]), "order": Schema.of(providerOrder).nullable,
        ]))

    public static let proposal = Component(
        "Proposal",
        .object([
            "id": .id, "order_id": .id, "provider": .text(sample: "P001"), "start": .instant, "note": .text(), "state": .oneOf(Proposal.State.self),
            "proposed_at": .instant, "answered_at": .instant.nullable,
        ]))

    public static let swipe = Component(
        "MealSwipe",
        .object([
            "id": .id, "elder_id": .id, "canteen": .text(sample: "P001"), "item_code": .text(sample: "01001"), "date": .date,
            "slot": .oneOf(MealSlot.self), "class": .text().nullable, "payable_fen": .fen, "funding": .array(.of(leg)), "self_pay_fen": .fen,
        ]))

    public static let token = Component(
        "Token",
        .object([
            "id": .matching("^[0-9a-f]{16}$", sample: "9f86d081884c7d65"), "role": .text(sample: "provider"), "provider": .text().nullable,
            "name": .text(sample: "till-2"), "scopes": .array(.text(sample: "provider")), "created_at": .instant, "expires_at": .instant.nullable,
            "revoked_at": .instant.nullable, "last_used_at": .instant.nullable, "owner": .text().nullable,
        ]))

    public static let webhook = Component(
        "Webhook",
        .object([
            "id": .text(), "provider": .text().nullable, "url": .text(sample: "https://example.org/hook"), "events": .array(.text(sample: "*")),
            "state": .oneOf(["active", "disabled"]), "disabled_reason": .text().nullable, "disabled_detail": .text().nullable,
            "failing_since": .instant.nullable, "created_at": .instant,
        ]))

    public static let delivery = Component(
        "Delivery",
        .object([
            "event_id": .text(sample: "evt_000000000042"), "type": .text(sample: "order.offered"), "seq": .integer().nullable, "subject": .text(),
            "order_seq": .integer(), "at": .instant, "state": .oneOf(["pending", "delivered", "dead"]), "attempts": .integer(),
            "due_at": .instant.nullable, "last_status": .integer().nullable, "last_reason": .text().nullable, "last_at": .instant.nullable,
            "log": .array(
                .object([
                    "attempt": .integer(), "at": .instant, "took_ms": .integer(), "status": .integer().nullable, "reason": .text().nullable,
                ])),
        ]))

    static let settlementFields = Schema.object([
        "month": .month, "state": .text(sample: "open"), "providers": .integer(), "lines": .integer(), "held": .integer(), "gross_fen": .fen,
        "subsidy_fen": .fen, "self_pay_fen": .fen, "deducted_fen": .fen, "payable_fen": .fen,
    ])
    public static let settlement = Component("Settlement", settlementFields)
    public static let statement = settlementFields.adding(["provider": .text(sample: "P001")])

    public static let statementLine = Component(
        "StatementLine",
        .object([
            "kind": .text(sample: "order"), "subject": .text(), "number": .text(), "provider": .text(sample: "P001"), "elder_id": .id,
            "item_code": .text(sample: "06001"), "date": .date, "quantity": .text(sample: "2"), "unit_price_fen": .fen, "gross_fen": .fen,
            "subsidy_fen": .fen, "self_pay_fen": .fen, "evidence": .text(), "verdict": .text(sample: "paid"),
            "findings": .array(.object(["code": .text(sample: "R18"), "severity": .text(sample: "hold"), "sentence": .text()])),
        ]))
}
