import Billing
import Entitlement
import Intake
import Kernel
import Matching
import Orders
import Registry
import Store
import Workflow

/// The shapes in which things leave over the API: one function a thing, snake_case, ids as text, money as `…_fen`.
public enum Show {
    /// Names, phones and addresses whole only where the caller may see them; masked otherwise.
    public static func elder(_ elder: Elder, masked: Bool, today: LocalDate) -> JSON {
        [
            "id": JSON(elder.id), "number": JSON(elder.number), "name": JSON(masked ? Masked.name(elder.name) : elder.name),
            "sex": JSON(elder.sex.rawValue), "birthday": JSON(masked ? nil : elder.birthday), "age": JSON(elder.age(on: today)),
            "id_number": JSON(elder.idNumber?.masked), "region": JSON(elder.address.region),
            "address": JSON(masked ? elder.address.masked : elder.address.line),
            "phones": .array(
                elder.phones.map {
                    ["number": JSON(masked ? $0.number.masked : $0.number.text), "label": JSON($0.label), "is_wrong": JSON($0.isWrong)]
                }),
            "classes": .array(elder.classes(on: today).map { JSON($0) }), "ability_level": JSON(elder.abilityLevel),
            "lives_alone": JSON(elder.livesAlone), "status": JSON(elder.status.rawValue), "alerts": .array(elder.alerts.map { JSON($0) }),
            "contacts": .array(
                elder.contacts.map {
                    [
                        "name": JSON(masked ? Masked.name($0.name) : $0.name), "relation": JSON($0.relation),
                        "phone": JSON(masked ? $0.phone?.masked : $0.phone?.text),
                    ]
                }),
            "preferred_provider": JSON(elder.preferredProvider), "version": JSON(elder.version),
        ]
    }

    public static func callCard(_ card: CallCard, today: LocalDate) -> JSON {
        elder(card.elder, masked: false, today: today).adding([
            "alerts": .array(card.alerts.map { JSON($0) }), "open_orders": .array(card.openOrders.map { order($0) }),
            "last_services": .array(card.lastServices.map { order($0) }),
            "purses": .array(
                card.purses.map { purse in
                    [
                        "programme": JSON(purse.key.programme), "period": JSON(purse.key.period), "unit": purse.key.isCount ? "times" : "fen",
                        "granted": JSON(purse.granted), "used": JSON(purse.used), "left": JSON(purse.available), "until": JSON(purse.until),
                    ]
                }),
            "balances": .array(
                card.balances.map { key, balance in
                    // An account that counts services holds numbers, not money.
                    let unit = key.isCount ? "times" : "fen"
                    return .object([
                        .init(name: "programme", value: JSON(key.programme)), .init(name: "period", value: JSON(key.period)),
                        .init(name: "granted_\(unit)", value: JSON(balance.granted)), .init(name: "reserved_\(unit)", value: JSON(balance.reserved)),
                        .init(name: "posted_\(unit)", value: JSON(balance.posted)),
                    ])
                }),
        ])
    }

    public static func order(_ order: Order) -> JSON {
        [
            "id": JSON(order.id), "number": JSON(order.number), "state": JSON(order.state.rawValue), "elder_id": JSON(order.elder),
            "item_code": JSON(order.item), "region": JSON(order.region), "start": JSON(order.window.start), "end": JSON(order.window.end),
            "quantity": JSON(order.quantity.text), "urgency": JSON(order.urgency.rawValue), "provider": JSON(order.provider),
            "worker": JSON(order.worker), "second_worker": JSON(order.secondWorker), "attempts": JSON(order.attempts),
            "verification": JSON(order.verification.rawValue),
            "settlement": JSON(order.settlement.rawValue), "service_level": JSON(order.serviceLevel.rawValue),
            "price_version": JSON(order.priceVersion), "unit_price_fen": JSON(order.unitPrice), "payable_fen": JSON(order.payable),
            "self_pay_fen": JSON(order.selfPay), "note": JSON(order.note), "from_address": JSON(order.fromAddress),
            "to_address": JSON(order.toAddress), "created_at": JSON(order.createdAt), "version": JSON(order.version),
            "timer": order.timer.map { ["kind": JSON($0.kind.rawValue), "due": JSON($0.due)] } ?? .null,
        ]
    }

    public static func legs(_ legs: [FundingLeg]) -> JSON {
        .array(
            legs.map {
                [
                    "source": JSON($0.fund.rawValue), "programme": JSON($0.programme), "version": JSON($0.version),
                    "amount_fen": JSON($0.amount),
                ]
            })
    }

    public static func notes(_ notes: [FundingNote]) -> JSON {
        .array(
            notes.map {
                ["programme": JSON($0.programme), "code": JSON($0.code), "message": JSON($0.message), "next_date": JSON($0.nextDate)]
            })
    }

    public static func placed(_ placed: PlacedOrder) -> JSON {
        order(placed.order).adding([
            "funding": legs(placed.legs), "notes": notes(placed.notes), "visit_code": JSON(placed.order.visitCode),
            "unmet": placed.order.state == .received ? JSON(placed.decision.summary()) : .null, "events_seq": JSON(placed.seq),
        ])
    }

    public static func decision(_ decision: Decision, all: Bool, only provider: ProviderID? = nil) -> JSON {
        let candidates = decision.candidates.filter { all || $0.provider == provider }
        let refused = decision.refused.filter { all || $0.provider == provider }
        return [
            "policy_version": JSON(decision.policyVersion),
            "candidates": .array(
                candidates.map { candidate in
                    [
                        "provider": JSON(candidate.provider), "price_fen": JSON(candidate.price), "distance_m": JSON(candidate.distance_m),
                        "score": JSON(candidate.score), "is_elder_choice": JSON(candidate.isElderChoice),
                        "reasons": .array(candidate.parts.map { ["name": JSON($0.name), "points": JSON($0.points)] }),
                    ]
                }),
            "refused": .array(
                refused.map { refusal in
                    ["provider": JSON(refusal.provider), "codes": .array(refusal.codes.map { JSON($0.rawValue) })]
                }),
            "summary": all ? JSON(decision.summary()) : JSON(provider.map { decision.explanation(for: $0) }),
        ]
    }

    public static func attempt(_ attempt: Attempt) -> JSON {
        [
            "ordinal": JSON(attempt.ordinal), "provider": JSON(attempt.provider), "state": JSON(attempt.state.rawValue),
            "offered_at": JSON(attempt.offeredAt), "expires_at": JSON(attempt.expiresAt), "answered_at": JSON(attempt.answeredAt),
            "reason_code": JSON(attempt.reasonCode), "price_fen": JSON(attempt.price),
        ]
    }

    public static func event(_ event: Event) -> JSON {
        [
            "seq": JSON(event.seq), "id": JSON(event.id), "type": JSON(event.type), "at": JSON(event.at), "subject": JSON(event.subject),
            "subject_seq": JSON(event.subjectSeq), "actor": JSON(event.actor), "data": .raw(event.data),
        ]
    }

    /// An entry of a provider's feed: its own number as `seq`, and the elder only while the provider may know.
    public static func feed(_ entry: FeedEntry, today: LocalDate) -> JSON {
        [
            "seq": JSON(entry.event.providerSeq), "id": JSON(entry.event.id), "type": JSON(entry.event.type), "at": JSON(entry.event.at),
            "subject": JSON(entry.event.subject), "order_seq": JSON(entry.event.subjectSeq), "data": .raw(entry.event.data),
            "order": entry.order.map { providerOrder($0, entry.elder, entry.lease, today: today) } ?? .null,
        ]
    }

    public static func providerOrder(_ order: Order, _ elder: Elder?, _ lease: OfferLease? = nil, today: LocalDate) -> JSON {
        Show.order(order).adding([
            "elder": elder.map {
                [
                    "name": JSON($0.name), "phones": .array($0.phones.filter { !$0.isWrong }.map { JSON($0.number.text) }),
                    "address": JSON($0.address.line), "alerts": .array($0.alerts.map { JSON($0) }), "age": JSON($0.age(on: today)),
                ]
            } ?? .null,
            "lease": lease.map { Show.lease($0) } ?? .null,
        ])
    }

    public static func lease(_ lease: OfferLease) -> JSON { ["holder": JSON(lease.holder), "until": JSON(lease.until)] }

    public static func proposal(_ proposal: Proposal) -> JSON {
        [
            "id": JSON(proposal.id), "order_id": JSON(proposal.order), "provider": JSON(proposal.provider), "start": JSON(proposal.start),
            "note": JSON(proposal.note), "state": JSON(proposal.state.rawValue), "proposed_at": JSON(proposal.proposedAt),
            "answered_at": JSON(proposal.answeredAt),
        ]
    }

    public static func token(_ token: StoredToken) -> JSON {
        [
            "id": JSON(token.id), "role": JSON(token.holder.role), "provider": JSON(token.holder.provider), "name": JSON(token.holder.name),
            "scopes": .array(token.scopes.map { JSON($0) }), "created_at": JSON(token.createdAt), "expires_at": JSON(token.expiresAt),
            "revoked_at": JSON(token.revokedAt), "last_used_at": JSON(token.seenAt), "owner": JSON(token.owner),
        ]
    }

    /// Whether the platform heard the call of a check from the elder's landline; null when the check was made another way.
    public static func callHeard(_ check: Check?) -> JSON {
        switch check?.method {
        case .landline: true
        case .landlineUnheard: false
        default: .null
        }
    }

    public static func finding(_ finding: Finding) -> JSON {
        ["code": JSON(finding.code), "severity": JSON(finding.severity.rawValue), "sentence": JSON(finding.sentence)]
    }

    public static func swipe(_ swipe: MealSwipe) -> JSON {
        [
            "id": JSON(swipe.id), "elder_id": JSON(swipe.elder), "canteen": JSON(swipe.canteen), "item_code": JSON(swipe.item),
            "date": JSON(swipe.date), "slot": JSON(swipe.slot.rawValue), "class": JSON(swipe.classCode), "payable_fen": JSON(swipe.payable),
            "funding": legs(swipe.legs), "self_pay_fen": JSON(swipe.selfPay),
        ]
    }
}
