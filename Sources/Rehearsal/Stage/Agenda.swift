import Kernel
import Orders
import Registry

/// Something that somebody will do at a moment of the rehearsal.
enum Step: Hashable, Sendable {
    /// The telephone rings, is answered, is put down: the place of the call in the recording.
    case ring(Int)
    case answer(Int)
    case talk(Int)
    case callBack(Int)
    /// A provider looks at its feed.
    case poll(ProviderID)
    case accept(OrderID, ProviderID)
    case decline(OrderID, ProviderID)
    case nameWorker(OrderID, ProviderID)
    case arrive(OrderID, ProviderID)
    case leave(OrderID, ProviderID)
    /// The operator asks the elder how it was.
    case askBack(OrderID)
    /// The operator looks whether anybody has come.
    case watch(OrderID)
    /// An elder holds the card to the till: the place of the meal in the day's list.
    case swipe(Int)
}

/// What is to be done, soonest first; of two things at the same moment the one that was planned first.
struct Agenda {
    private struct Entry {
        let at: Instant
        let order: Int
        let step: Step
    }

    private var heap: [Entry] = []
    private var planned = 0

    /// When the next thing is to be done.
    var nextAt: Instant? { heap.first?.at }

    mutating func plan(_ step: Step, at: Instant) {
        planned += 1
        heap.append(Entry(at: at, order: planned, step: step))
        var child = heap.count - 1
        while child > 0, Self.isSooner(heap[child], heap[(child - 1) / 2]) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func next() -> Step? {
        guard let first = heap.first else { return nil }
        heap[0] = heap[heap.count - 1]
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && Self.isSooner(heap[child], heap[least]) {
                least = child
            }
            if least == parent { return first.step }
            heap.swapAt(parent, least)
            parent = least
        }
    }

    private static func isSooner(_ a: Entry, _ b: Entry) -> Bool { a.at != b.at ? a.at < b.at : a.order < b.order }
}
