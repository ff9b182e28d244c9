import Foundation

/// A lock on a file that other processes see; held until this object goes, or its process.
final class FileLock: Sendable {
    private let descriptor: Int32

    /// Waits for the lock: several may share it.
    static func shared(_ file: URL) -> FileLock? { FileLock(file, LOCK_SH) }

    /// Takes the lock for itself alone; nil where anybody else has it.
    static func alone(_ file: URL) -> FileLock? { FileLock(file, LOCK_EX | LOCK_NB) }

    /// Also nil where the file cannot be made, or its disk knows no locks.
    private init?(_ file: URL, _ operation: Int32) {
        descriptor = open(file.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return nil }
        while flock(descriptor, operation) != 0 {
            if errno != EINTR {
                close(descriptor)
                return nil
            }
        }
    }

    deinit { close(descriptor) }
}
