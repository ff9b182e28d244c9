import CPropaneShim
import Foundation

/// What a call came to when it was not well: a status of the contract, and Core ML's own words.
struct ShimError: Error {
    let status: Int32
    let domain: String
    let code: Int
    let text: String

    init(_ status: Int32, domain: String = "propane.shim", code: Int = 0, _ text: String) {
        (self.status, self.domain, self.code, self.text) = (status, domain, code, text)
    }

    static func invalid(_ text: String) -> ShimError { ShimError(PROPANE_INVALID_ARGUMENT, text) }
    static func notFound(_ text: String) -> ShimError { ShimError(PROPANE_NOT_FOUND, text) }
    static let cancelled = ShimError(PROPANE_CANCELLED, "the job was cancelled")

    static func of(_ error: any Error) -> ShimError {
        if let own = error as? ShimError { return own }
        if error is CancellationError { return cancelled }
        let foreign = error as NSError
        return ShimError(
            PROPANE_FAILED, domain: foreign.domain, code: foreign.code,
            foreign.localizedDescription)
    }

    /// Fills in an error; its texts are freed by propane_error_free.
    func fill(_ error: UnsafeMutablePointer<propane_error>?) {
        error?.initialize(
            to: propane_error(
                status: status, reserved: 0, code: Int64(code), domain: strdup(domain),
                text: strdup(text)))
    }
}

/// Runs the body of an exported function: in an autorelease pool, its errors told to the caller.
func exported(_ error: UnsafeMutablePointer<propane_error>?, _ body: () throws -> Void) -> Int32 {
    autoreleasing {
        do {
            try body()
            error?.initialize(to: propane_error())
            return PROPANE_OK
        } catch let thrown {
            let told = ShimError.of(thrown)
            told.fill(error)
            return told.status
        }
    }
}

/// Runs a body in an autorelease pool where there is an Objective-C runtime.
func autoreleasing<R>(_ body: () throws -> R) rethrows -> R {
    #if canImport(ObjectiveC)
    try autoreleasepool(invoking: body)
    #else
    try body()
    #endif
}
