import Foundation
import Hummingbird
import Kernel
import Orders
import Registry
import Store
import Web
import Workflow

/// One step of a provider on one order, as it comes in: alone as a body, or as a line among many.
protocol ProviderStep: Decodable, Sendable {
    func prepared(_ id: OrderID, _ steps: ProviderSteps, by caller: Caller) throws -> @Sendable (any Transaction) throws -> Answer
}

/// What the steps of providers carry, and what each does.
struct ProviderSteps: Sendable {
    let office: Office
    init(_ office: Office) { self.office = office }

    struct Accept: ProviderStep {
        /// The till that answers; needed only while another till may have the offer in hand.
        let holder: String?

        func prepared(_ id: OrderID, _ steps: ProviderSteps, by caller: Caller) throws -> @Sendable (any Transaction) throws -> Answer {
            steps.answer(
                try LeaseOffer(steps.office).guarded(id, holder: holder, by: caller, AcceptOffer(steps.office).prepared(id, by: caller)), for: caller)
        }
    }

    struct Decline: ProviderStep {
        let reason_code: String
        let holder: String?

        func prepared(_ id: OrderID, _ steps: ProviderSteps, by caller: Caller) throws -> @Sendable (any Transaction) throws -> Answer {
            let step = try LeaseOffer(steps.office).guarded(
                id, holder: holder, by: caller, try DeclineOffer(steps.office).prepared(id, reason: reason_code, by: caller))
            return { tx in
                _ = try step(tx)
                return Answer(status: 200, body: (["id": JSON(id), "declined": true] as JSON).text)
            }
        }
    }

    struct Propose: ProviderStep {
        let start: Instant
        let note: String?

        func prepared(_ id: OrderID, _ steps: ProviderSteps, by caller: Caller) throws -> @Sendable (any Transaction) throws -> Answer {
            let step = try ProposeTime(steps.office).prepared(id, start: start, note: note ?? "", by: caller)
            return { tx in Answer(status: 201, body: Show.proposal(try step(tx)).text) }
        }
    }

    struct TakeInHand: ProviderStep {
        let holder: String?
        let minutes: Int

        func prepared(_ id: OrderID, _ steps: ProviderSteps, by caller: Caller) throws -> @Sendable (any Transaction) throws -> Answer {
            let step = try LeaseOffer(steps.office).prepared(id, holder: holder, minutes: minutes, by: caller)
            return { tx in Answer(status: 200, body: Show.lease(try step(tx)).text) }
        }
    }

    struct Fail: ProviderStep {
        let reason_code: String

        func prepared(_ id: OrderID, _ steps: ProviderSteps, by caller: Caller) throws -> @Sendable (any Transaction) throws -> Answer {
            steps.answer(try FailOrder(steps.office).prepared(id, reason: reason_code, by: caller), for: caller)
        }
    }

    struct Schedule: ProviderStep {
        let worker: String
        /// Who comes along; left out, the visit has one worker.
        let second_worker: String?
        let start: Instant?

        func prepared(_ id: OrderID, _ steps: ProviderSteps, by caller: Caller) throws -> @Sendable (any Transaction) throws -> Answer {
            steps.answer(
                ScheduleWorker(steps.office).prepared(
                    id, worker: WorkerID(worker), second: second_worker.map { WorkerID($0) }, start: start, by: caller), for: caller)
        }
    }

    struct In: ProviderStep {
        let report: CheckBody
        init(from decoder: any Decoder) throws { report = try CheckBody(from: decoder) }

        func prepared(_ id: OrderID, _ steps: ProviderSteps, by caller: Caller) throws -> @Sendable (any Transaction) throws -> Answer {
            steps.answer(CheckIn(steps.office).prepared(id, try report.report(), by: caller), for: caller) { tx, order in
                ["call_heard": Show.callHeard(try tx.visits.find(order.id)?.checkIn)]
            }
        }
    }

    /// Answered with what the settlement rules would find on the visit if the month closed now, while the worker can still put it right.
    struct Out: ProviderStep {
        let report: CheckBody
        init(from decoder: any Decoder) throws { report = try CheckBody(from: decoder) }

        func prepared(_ id: OrderID, _ steps: ProviderSteps, by caller: Caller) throws -> @Sendable (any Transaction) throws -> Answer {
            let reference = steps.office.reference
            return steps.answer(CheckOut(steps.office).prepared(id, try report.report(), by: caller), for: caller) { tx, order in
                [
                    "findings": .array(try CheckVisit.findings(tx, reference, order).map(Show.finding)),
                    "call_heard": Show.callHeard(try tx.visits.find(order.id)?.checkOut),
                ]
            }
        }
    }

    struct CheckBody: Decodable, Sendable {
        let at: Instant
        /// What the telephone's own clock showed, when it was found to be wrong and `at` was put right.
        let device_at: Instant?
        let worker: String?
        let method: String
        let lat: Double?
        let lon: Double?
        let accuracy_m: Int?
        let code: String?
        let photo_sha256: String?
        let reason_code: String?
        let device: String?
        let mock_location: Bool?
        let location_off: Bool?
        let signature_sha256: String?
        let signed_by: String?

        func report() throws -> CheckReport {
            guard let method = CheckMethod(rawValue: method), CheckMethod.reported.contains(method) else {
                throw Rejection(.invalid, "method_unknown", "method 应为 app、landline、code、card 或 paper。", pointer: "/method")
            }
            if let accuracy_m, !(0...100_000).contains(accuracy_m) {
                throw Rejection(.invalid, "accuracy_range", "accuracy_m 应为 0 到 100000（米）。", pointer: "/accuracy_m")
            }
            if let fault = Coordinate.outOfRange(latitude: lat, longitude: lon) {
                throw Rejection(.invalid, "place_invalid", "坐标超出范围。", pointer: "/\(fault)")
            }
            var place: Coordinate?
            if let lat, let lon {
                guard let here = Coordinate(latitude: lat, longitude: lon) else {
                    throw Rejection(.invalid, "place_invalid", "坐标超出范围。", pointer: "/lat")
                }
                place = here
            }
            var report = CheckReport(
                at: at, worker: worker.map { WorkerID($0) }, method: method, place: place, accuracy_m: accuracy_m, code: code.map(PaperNumber.normalised),
                photoSHA256: photo_sha256, reasonCode: reason_code)
            report.deviceAt = device_at
            report.device = device
            report.isMocked = mock_location ?? false
            report.isLocationOff = location_off ?? false
            report.signatureSHA256 = signature_sha256
            report.signedBy = signed_by
            return report
        }
    }

    // MARK: Many at once

    enum Action: String, CaseIterable, Sendable {
        case accept, decline, propose, lease, schedule, fail
        case checkIn = "check-in"
        case checkOut = "check-out"

        var step: any ProviderStep.Type {
            switch self {
            case .accept: Accept.self
            case .decline: Decline.self
            case .propose: Propose.self
            case .lease: TakeInHand.self
            case .schedule: Schedule.self
            case .fail: Fail.self
            case .checkIn: In.self
            case .checkOut: Out.self
            }
        }
    }

    struct Bulk: Decodable, Sendable {
        static let limit = 100
        let items: [Line]
    }

    /// `{id, action}` with the fields of that action beside them.
    struct Line: DescribedValue, Sendable {
        let id: String
        let action: Action
        /// What is to be done, or what is wrong with the fields beside: that is told for this line and stops none of the others.
        let step: Result<any ProviderStep, Rejection>
        /// What the line asks, for telling a repeated request from another.
        let digest: [UInt8]

        private enum Key: String, CodingKey, CaseIterable {
            case id, action, reason_code, holder, start, note, minutes, worker, second_worker, at, method, lat, lon, accuracy_m, code, photo_sha256
        }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: Key.self)
            id = try fields.decode(String.self, forKey: .id)
            let name = try fields.decode(String.self, forKey: .action)
            guard let action = Action(rawValue: name) else {
                throw Rejection(
                    .invalid, "action_unknown", "action 应为 \(Action.allCases.map(\.rawValue).joined(separator: "、")) 之一。",
                    pointer: "/" + (decoder.codingPath + [Key.action]).map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: "/"))
            }
            self.action = action
            do {
                step = .success(try action.step.init(from: decoder))
            } catch let error as DecodingError {
                step = .failure(Problem.rejection(error))
            }
            digest = Array("\(step)\(id)".utf8)
        }

        /// One shape for each action; ``ProviderRoutes/operations`` tells them apart.
        static var schema: Schema { .anything }
        static var placeholder: String { #"{"id":"1","action":"accept"}"# }
    }

    /// The order as its provider may see it after the step.
    private func answer(
        _ step: @escaping @Sendable (any Transaction) throws -> Order, for caller: Caller,
        with more: @escaping @Sendable (any Transaction, Order) throws -> KeyValuePairs<String, JSON> = { _, _ in [:] }
    ) -> @Sendable (any Transaction) throws -> Answer {
        let now = office.now
        return { tx in
            let order = try step(tx)
            let mayKnow = caller.provider.map { ReadFeed.mayKnowElder($0, order, now: now) } ?? false
            let elder = mayKnow ? try tx.elders.find(order.elder) : nil
            return Answer(status: 200, body: Show.providerOrder(order, elder, today: now.localDate).adding(try more(tx, order)).text)
        }
    }
}
