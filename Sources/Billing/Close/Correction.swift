import Entitlement
import Kernel

/// 冲正金额: what a correction of a line moves. A service that is not paid at all brings its provider no 运营补贴, and one that is paid after all
/// does; a part of its price leaves that as it is.
public struct Correction: Hashable, Sendable {
    /// Public money of the line, less what rules hold back of it: what can be taken back, or paid after all.
    public let share: Fen
    /// What the programmes that pay for the line bring its provider beside the price.
    public let bonus: Fen
    public let isPaid: Bool

    public init(share: Fen, bonus: Fen, isPaid: Bool) {
        (self.share, self.bonus, self.isPaid) = (share, bonus, isPaid)
    }

    /// All of it: below zero what is taken back.
    public var whole: Fen { isPaid ? -(share + bonus) : share + bonus }

    /// - Parameter asked: of the line itself, with or without its bonus; nil for all of it.
    /// - Returns: what is moved; nil when the line has not so much, or nothing is asked.
    public func amount(_ asked: Fen?) -> Fen? {
        guard let asked else { return whole == .zero ? nil : whole }
        let size = isPaid ? -asked : asked
        guard size > .zero, size <= share || size == share + bonus else { return nil }
        return size < share ? asked : whole
    }

    /// Whether an amount that ``amount(_:)`` has returned has the bonus in it.
    public func movesBonus(_ moved: Fen) -> Bool { bonus > .zero && moved == whole }

    /// 随之变动的补贴: how much of the public money of the line is paid, or no longer paid, with an amount that ``amount(_:)`` has returned. What
    /// rules hold back of the line moves along in the same proportion, so that the whole of a payment is the whole of the line.
    ///
    /// - Parameter subsidy: public money of the line; not less than ``share``.
    /// - Returns: more than zero where there is any; rounded half up.
    public func funding(_ moved: Fen, of subsidy: Fen) -> Fen {
        let size = max(moved, -moved)
        return size < share ? subsidy.share(size.amount, of: share.amount) : subsidy
    }
}

extension Deduction {
    /// 运营补贴 of one service.
    public static func bonus(of line: Candidate, _ programmes: Programmes) -> Fen {
        line.funding.map { programmes.bonus(of: $0.programme, on: line.date) }.total
    }
}
