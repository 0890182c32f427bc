/// Every type of event that the log can hold, so that a subscription to one that does not exist is refused as the slip it is.
public enum EventTypes {
    public static let all = [
        "call.ringing", "call.answered", "call.ended", "call.noted",
        "complaint.opened", "complaint.taken", "complaint.answered", "complaint.resolved",
        "emergency.raised",
        "elder.registered", "elder.revealed", "elder.updated", "elder.status", "elder.tie", "elder.item", "elders.imported",
        "meal.served", "meal.held", "meal.reversed", "meal.held_accepted", "meal.held_rejected", "meal.numbers_refused",
        "till.registered", "till.ended", "meal_pass.issued", "meal_pass.revoked",
        "message.allowed", "message.refused",
        "budget.proposed", "budget.granted", "budget.warned", "budget.exhausted", "budget.override_requested", "budget.override_approved",
        "budget.override_rejected",
        "fund.opened", "fund.topped_up", "fund.requested", "fund.paid", "fund.rejected", "fund.repaid", "fund.stopped",
        "payout.drawn_up", "payout.claimed", "payout.paid", "payout.rejected",
        "payout.reversal_requested", "payout.reversed", "payout.reversal_rejected",
        "month.closed", "month.signed", "month.street_signed", "month.returned",
        "statement.frozen", "statement.confirmed", "statement.disputed", "statement.reopened", "statement.paid", "payee.confirmed",
        "dispute.answered", "line.decided", "line.adjusted",
        "provider.scored", "invoice.recorded", "right.granted", "right.revoked",
        "order.received", "order.unmet", "order.offered", "order.accepted", "order.declined", "order.expired", "order.withdrawn",
        "order.scheduled", "order.checked_in", "order.checked_out", "order.closed", "order.disputed", "order.cancelled", "order.failed",
        "order.reopened", "order.void_requested", "order.voided", "order.reminder", "order.overdue", "order.proposed", "order.proposal_refused",
        "order.offer_reminder", "order.escalated", "order.overridden", "order.code_locked", "order.code_renewed",
        "provider.state", "provider.closed_days", "provider.capacity",
        "standing.created", "standing.changed", "standing.suspended", "standing.resumed", "standing.ended",
        "elder.away", "elder.returned",
        "plan.made", "plan.stale", "plan.pinned", "plan.unpinned", "plan.shift",
        "login.saved", "login.locked", "login.unlocked", "factor.on", "factor.reset",
        "reference.published", "token.created", "token.rotated", "token.revoked",
        "webhook.created", "webhook.updated", "webhook.rotated", "webhook.disabled", "webhook.deleted", test,
    ]

    /// Goes only to the subscription it is about, whatever that has asked for.
    public static let test = "webhook.test"
}
