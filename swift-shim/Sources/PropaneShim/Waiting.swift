import CPropaneShim
import Foundation
import Synchronization

private final class Answer<T: Sendable>: Sendable {
    private let value = Mutex<Result<T, any Error>?>(nil)
    private let ready = DispatchSemaphore(value: 0)

    func set(_ result: Result<T, any Error>) {
        value.withLock { $0 = result }
        ready.signal()
    }

    func get(_ limit: Int64) -> Result<T, any Error>? {
        let end: DispatchTime =
            limit <= 0 ? .distantFuture : .now() + .milliseconds(Int(min(limit, 1 << 40)))
        return ready.wait(timeout: end) == .success ? value.withLock { $0 } : nil
    }
}

/// Waits for asynchronous work on a thread that is none of Swift's; limit in milliseconds, 0: none.
func waiting<T: Sendable>(
    _ limit: Int64, _ what: String, _ work: @escaping @Sendable () async throws -> T
) throws -> T {
    let answer = Answer<T>()
    let task = Task.detached {
        do { answer.set(.success(try await work())) } catch { answer.set(.failure(error)) }
    }
    guard let result = answer.get(limit) else {
        task.cancel()
        Log.warning("\(what) took longer than \(limit) ms")
        throw ShimError(PROPANE_TIMED_OUT, "\(what) took longer than \(limit) ms")
    }
    return try result.get()
}
