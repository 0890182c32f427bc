import Entitlement
import Kernel
import Registry
import Store
import Workflow

/// Budgets, fund accounts and meals as JSON.
extension Show {
    public static func budget(_ line: ReadBudgets.Line) -> JSON {
        let (stored, balance) = (line.budget, line.budget.balance)
        return [
            "id": JSON(stored.key.text), "fund": JSON(stored.key.fund.rawValue), "name": JSON(stored.key.name), "year": JSON(stored.key.year),
            "category": JSON(stored.key.category), "region": JSON(stored.key.region), "granted_fen": JSON(stored.granted),
            "extra_fen": JSON(stored.extra), "reserved_fen": JSON(stored.reserved), "posted_fen": JSON(stored.posted),
            "available_fen": JSON(balance.available), "level": JSON(line.level.rawValue),
        ]
    }

    public static func burnDown(_ burn: ReadBudgets.BurnDown) -> JSON {
        budget(burn.line).adding([
            "months": .array(
                burn.months.map {
                    [
                        "month": JSON($0.month.description), "reserved_fen": JSON($0.reserved), "posted_fen": JSON($0.posted),
                        "services": JSON($0.services),
                    ]
                }),
            "lasts_until": JSON(burn.lastsUntil),
        ])
    }

    public static func override(_ stored: OverrideRepository.Stored) -> JSON {
        [
            "id": JSON(stored.id), "kind": JSON(stored.kind.rawValue), "budget": JSON(stored.budget.text),
            "amount_fen": JSON(stored.amount), "reason": JSON(stored.reason),
            "state": JSON(stored.state.rawValue), "requested_by": JSON(stored.requestedBy), "requested_at": JSON(stored.requestedAt),
            "decided_by": JSON(stored.decidedBy), "opinion": JSON(stored.opinion),
        ]
    }

    public static func fund(_ account: FundAccount) -> JSON {
        [
            "id": JSON(account.id), "kind": JSON(account.kind.rawValue), "name": JSON(account.kind.name), "holder": JSON(account.holder),
            "year": account.year.map { JSON($0) } ?? .null, "granted_fen": JSON(account.granted), "drawn_fen": JSON(account.drawn),
            "repaid_fen": JSON(account.repaid), "available_fen": JSON(account.available), "outstanding_fen": JSON(account.outstanding),
            "monthly_fen": JSON(account.monthly), "first_month": JSON(account.firstMonth?.description),
            "last_month": JSON(account.lastMonth?.description),
        ]
    }

    public static func payment(_ payment: FundPayment) -> JSON {
        [
            "id": JSON(payment.id), "account": JSON(payment.account), "person": JSON(payment.person), "amount_fen": JSON(payment.amount),
            "month": JSON(payment.month?.description), "reason": JSON(payment.reason), "state": JSON(payment.state.rawValue),
            "requested_by": JSON(payment.requestedBy), "requested_at": JSON(payment.requestedAt), "decided_by": JSON(payment.decidedBy),
            "opinion": JSON(payment.opinion),
        ]
    }

    public static func fund(_ detail: ReadFunds.Detail) -> JSON {
        fund(detail.account).adding([
            "payments": .array(detail.payments.map { payment($0) }),
            "outstanding": .array(
                detail.outstanding.map {
                    [
                        "person": JSON($0.person), "advanced_fen": JSON($0.advanced), "repaid_fen": JSON($0.repaid),
                        "owed_fen": JSON($0.advanced - $0.repaid),
                    ]
                }),
        ])
    }

    public static func served(_ served: ServedMeal) -> JSON {
        swipe(served.swipe).adding([
            "device": JSON(served.swipe.device), "device_swipe_id": JSON(served.swipe.deviceSwipe), "device_at": JSON(served.swipe.deviceAt),
            "received_at": JSON(served.swipe.receivedAt), "notes": notes(served.notes), "replayed": JSON(served.isReplayed),
            "entry": JSON(served.swipe.entry?.rawValue), "doubt": JSON(served.swipe.doubt?.rawValue),
        ])
    }

    public static func held(_ held: HeldSwipe) -> JSON {
        [
            "id": JSON(held.id), "state": JSON(held.state.rawValue), "canteen": JSON(held.canteen), "slot": JSON(held.slot.rawValue),
            "device": JSON(held.device), "device_swipe_id": JSON(held.deviceSwipe), "device_at": JSON(held.deviceAt),
            "received_at": JSON(held.receivedAt), "code": JSON(held.code), "detail": JSON(held.sentence),
        ]
    }

    /// One result of an upload: what was booked, what waits for a person, and what was refused, with words to read out.
    public static func upload(_ result: UploadSwipes.Result) -> JSON {
        switch result {
        case .served(let served): ["result": JSON(served.isReplayed ? "replayed" : "served"), "meal": Show.served(served)]
        case .held(let held): ["result": "held", "held": Show.held(held), "code": JSON(held.code), "detail": JSON(held.sentence)]
        case .refused(let rejection): ["result": "refused", "code": JSON(rejection.code), "detail": JSON(rejection.message)]
        }
    }

    public static func mealReport(_ report: MealReport) -> JSON {
        [
            "month": JSON(report.month.description), "meals": JSON(report.meals), "subsidy_fen": JSON(report.subsidy),
            "self_pay_fen": JSON(report.selfPay),
            "lines": .array(
                report.lines.map {
                    [
                        "canteen": JSON($0.canteen), "date": JSON($0.date), "class": JSON($0.classCode), "meals": JSON($0.meals),
                        "subsidy_fen": JSON($0.subsidy), "self_pay_fen": JSON($0.selfPay),
                    ]
                }),
        ]
    }

    /// A price and who pays it, with the sentence to read out.
    public static func split(_ split: FundingSplit) -> JSON {
        [
            "list_price_fen": JSON(split.listPrice), "discount_fen": JSON(split.discount), "payable_fen": JSON(split.payable),
            "funding": legs(split.legs), "self_pay_fen": JSON(split.selfPay), "notes": notes(split.notes), "spoken": JSON(split.spoken),
        ]
    }
}
