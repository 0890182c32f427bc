import Kernel

/// A refusal that is remembered: what was written before it stays, so that the next try is judged by it.
///
/// Whoever throws it has written nothing in the transaction but that count. Only ``Office/perform(_:)`` keeps it.
struct CountedRefusal: Rejecting {
    let rejection: Rejection
    init(_ rejection: Rejection) { self.rejection = rejection }
}
