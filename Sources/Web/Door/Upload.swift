import HummingbirdCore
import NIOCore
import Synchronization

/// A body on its way from a connection to its handler, a few parts ahead at most.
///
// Safe because parts are given on the event loop only.
final class Upload: @unchecked Sendable {
    private typealias Producer = NIOThrowingAsyncSequenceProducer<
        ByteBuffer, any Error, NIOAsyncSequenceProducerBackPressureStrategies.HighLowWatermark, Consumer
    >

    /// Hears that the handler wants more, or no more at all; what it does not want is read and dropped.
    private struct Consumer: NIOAsyncSequenceProducerDelegate {
        let isFull: Mark
        let wantsMore: @Sendable () -> Void

        func produceMore() {
            isFull.value.store(false, ordering: .relaxed)
            wantsMore()
        }

        func didTerminate() { produceMore() }
    }

    private final class Mark: Sendable {
        let value = Atomic(false)
    }

    private let source: Producer.Source
    private let full: Mark

    private init(_ source: Producer.Source, _ full: Mark) {
        self.source = source
        self.full = full
    }

    /// - Parameter wantsMore: Called from any thread when it is no longer full.
    static func make(_ wantsMore: @escaping @Sendable () -> Void) -> (Upload, RequestBody) {
        let full = Mark()
        let made = Producer.makeSequence(
            elementType: ByteBuffer.self, failureType: (any Error).self, backPressureStrategy: .init(lowWatermark: 2, highWatermark: 4),
            finishOnDeinit: true, delegate: Consumer(isFull: full, wantsMore: wantsMore))
        return (Upload(made.source, full), RequestBody(asyncSequence: made.sequence))
    }

    /// The handler has more to do with what it has than it may be given.
    var isFull: Bool { full.value.load(ordering: .relaxed) }

    func take(_ bytes: ByteBuffer) {
        // Said before the part is given: the handler may have taken it, and asked for more, before this returns.
        full.value.store(true, ordering: .relaxed)
        if source.yield(bytes) != .stopProducing { full.value.store(false, ordering: .relaxed) }
    }

    /// - Parameter error: nil when all of it has come.
    func end(_ error: (any Error)?) { if let error { source.finish(error) } else { source.finish() } }
}
