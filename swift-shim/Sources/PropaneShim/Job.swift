import CPropaneShim
import Foundation
import Synchronization

/// Work whose end a callback hears, once.
final class Job: @unchecked Sendable {
    private struct Now {
        var cancelled = false
        var ended = false
        var onCancel: (@Sendable () -> Void)?
    }

    // The contract says that the callback and user serve any thread.
    private let done: propane_done
    private let user: UnsafeMutableRawPointer?
    private let now = Mutex(Now())

    init(_ done: propane_done?, _ user: UnsafeMutableRawPointer?) throws {
        guard let done else { throw ShimError.invalid("nobody hears the end: done is null") }
        (self.done, self.user) = (done, user)
    }

    var isCancelled: Bool { now.withLock { $0.cancelled } }

    func cancel() {
        let action = now.withLock { now in
            let action = now.cancelled || now.ended ? nil : now.onCancel
            now.cancelled = true
            now.onCancel = nil
            return action
        }
        action?()
    }

    /// Says what a cancel does; done at once where it came before.
    func onCancel(_ action: @escaping @Sendable () -> Void) {
        let late = now.withLock { now in
            if !now.cancelled { now.onCancel = action }
            return now.cancelled
        }
        if late { action() }
    }

    /// Does the last piece of work and tells how the job ended; later calls do nothing.
    func end(_ work: () throws -> Void) {
        let first = now.withLock { now in
            defer {
                now.ended = true
                now.onCancel = nil
            }
            return !now.ended
        }
        guard first else { return }
        autoreleasing {
            var error = propane_error()
            do { try work() } catch let thrown { ShimError.of(thrown).fill(&error) }
            done(user, error.status, &error)
            errorFree(&error)
        }
    }
}

@_cdecl("propane_job_cancel")
public func jobCancel(_ handle: UnsafeMutableRawPointer?) {
    guard let job = try? object(Job.self, handle) else { return }
    autoreleasing { job.cancel() }
}

@_cdecl("propane_job_release")
public func jobRelease(_ handle: UnsafeMutableRawPointer?) { release(Job.self, handle) }
