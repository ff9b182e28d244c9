import CPropaneShim
import Foundation
import Synchronization

/// Where lines of the log go.
enum Log {
    private struct Listener: @unchecked Sendable {
        // The contract says that function and user serve any thread.
        var call: propane_log?
        var user: UnsafeMutableRawPointer?
    }

    private static let listener = Mutex(Listener())

    static func send(to call: propane_log?, _ user: UnsafeMutableRawPointer?) {
        let new = Listener(call: call, user: user)
        listener.withLock { $0 = new }
    }

    static func info(_ line: String) { tell(PROPANE_LOG_INFO, line) }
    static func warning(_ line: String) { tell(PROPANE_LOG_WARNING, line) }

    private static func tell(_ level: Int32, _ line: String) {
        // Called outside the lock, so that a listener may call the shim.
        let now = listener.withLock { $0 }
        guard let call = now.call else { return }
        line.withCString { call(now.user, level, $0) }
    }
}
