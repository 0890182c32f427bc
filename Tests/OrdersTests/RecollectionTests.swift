import Kernel
import Orders
import Registry
import Testing

@Suite("What an elder remembers")
struct RecollectionTests {
    static let began = Instant(milliseconds: 1_773_104_400_000)
    static let visit = Visit(
        order: OrderID("o1"), provider: ProviderID("P001"), worker: WorkerID("W1"), checkIn: check(began), checkOut: check(began + .minutes(40)))

    static func check(_ at: Instant) -> Check {
        Check(at: at, receivedAt: at, method: .code, distance_m: nil, accuracy_m: nil, photoSHA256: nil, reasonCode: nil)
    }

    /// Questions on which an answer and the record disagree.
    static func faults(
        came: Bool = true, at: Instant? = nil, minutes: Int? = nil, extra: Fen = .zero, satisfaction: Int? = nil, visit: Visit? = visit
    ) -> [Recollection.Answer.Question] {
        Recollection(came: came, cameAt: at, minutes: minutes, paidExtra: extra, satisfaction: satisfaction).compared(with: visit)
            .filter(\.disagrees).map(\.question)
    }

    @Test func `disagrees with nothing where nothing was said`() { #expect(Self.faults() == []) }

    @Test func `may be an hour off by the clock`() {
        #expect(Self.faults(at: Self.began + .minutes(60)) == [])
        #expect(Self.faults(at: Self.began + .minutes(61)) == [.at])
        #expect(Self.faults(at: Self.began - .minutes(61)) == [.at])
    }

    @Test func `may be twenty minutes off in length, or half of it`() {
        #expect(Self.faults(minutes: 60) == [])
        #expect(Self.faults(minutes: 61) == [.minutes])
        #expect(Self.faults(minutes: 19) == [.minutes])
    }

    @Test func `counts a visit nobody remembers, and one that was never recorded`() {
        #expect(Self.faults(came: false) == [.came])
        #expect(Self.faults(came: true, visit: nil) == [.came])
        #expect(Self.faults(came: false, visit: nil) == [])
    }

    @Test func `counts money and displeasure whatever the record says`() {
        #expect(Self.faults(extra: Fen(1)) == [.extra])
        #expect(Self.faults(satisfaction: 2) == [.satisfaction])
        #expect(Self.faults(satisfaction: 3) == [])
    }
}
