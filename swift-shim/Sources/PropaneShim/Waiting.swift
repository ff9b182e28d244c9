import CPropaneShim
import Foundation
import Synchronization

/// Calls that nobody waits for any more, since they took too long, but that still run.
enum LateCalls {
    private static let running = Mutex(0)

    static var count: Int { running.withLock { $0 } }
    static func begin() { running.withLock { $0 += 1 } }
    static func end() { running.withLock { $0 -= 1 } }
}

private final class Answer<T: Sendable>: Sendable {
    private enum Now {
        case awaited
        case given(Result<T, any Error>)
        case taken
        case abandoned
    }

    private let now = Mutex(Now.awaited)
    private let ready = DispatchSemaphore(value: 0)

    /// Works, and returns whether somebody still waits; else the result is let go. Once this has
    /// returned, nothing here holds the result but for the one who waits.
    func fill(_ work: @Sendable () async throws -> T) async -> Bool {
        let result: Result<T, any Error>
        do { result = .success(try await work()) } catch { result = .failure(error) }
        return now.withLock { now in
            if case .abandoned = now { return false }
            now = .given(result)
            return true
        }
    }

    func tell() { ready.signal() }

    /// Returns nothing where the limit came first.
    func take(_ limit: Int64) -> Result<T, any Error>? {
        let end: DispatchTime =
            limit <= 0 ? .distantFuture : .now() + .milliseconds(Int(min(limit, 1 << 40)))
        _ = ready.wait(timeout: end)
        return now.withLock { now in
            if case .given(let result) = now {
                now = .taken
                return result
            }
            now = .abandoned
            LateCalls.begin()
            return nil
        }
    }
}

/// Waits for asynchronous work on a thread that is none of Swift's; limit in milliseconds, 0: none.
/// What comes later than that is released when it comes.
func waiting<T: Sendable>(
    _ limit: Int64, _ what: String, _ work: @escaping @Sendable () async throws -> T
) throws -> T {
    let answer = Answer<T>()
    let task = Task.detached {
        // The result is given away before the one who waits goes on, and may release it.
        if await answer.fill(work) {
            answer.tell()
        } else {
            LateCalls.end()
            Log.info("\(what) ended after its limit; its result is released")
        }
    }
    guard let result = answer.take(limit) else {
        task.cancel()
        let text =
            "\(what) took longer than \(limit) ms; Core ML cannot be stopped: it still runs, and "
            + "takes time from what follows"
        Log.warning(text)
        throw ShimError(PROPANE_TIMED_OUT, text)
    }
    return try result.get()
}

@_cdecl("propane_late_calls")
public func lateCalls() -> Int32 { Int32(LateCalls.count) }
