import Kernel
import Testing

/// Runs what must be refused and gives the stable code of the refusal; `nil`, and a recorded issue, when it was not refused.
public func refusal(sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> some Any) async -> Rejection? {
    do {
        _ = try await body()
        Issue.record("was not refused", sourceLocation: sourceLocation)
        return nil
    } catch let error as any Rejecting {
        return error.rejection
    } catch {
        Issue.record(error, sourceLocation: sourceLocation)
        return nil
    }
}
