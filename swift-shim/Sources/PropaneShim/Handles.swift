import Foundation

/// Hands an object to the caller, who gives it back by `release`.
func handOut(_ object: some AnyObject, to out: UnsafeMutablePointer<UnsafeMutableRawPointer?>?)
    throws
{
    guard let out else { throw ShimError.invalid("there is no place for the handle") }
    out.pointee = Unmanaged.passRetained(object).toOpaque()
}

/// The object behind a handle.
func object<T: AnyObject>(_ type: T.Type, _ handle: UnsafeMutableRawPointer?) throws -> T {
    guard let handle else { throw ShimError.invalid("the handle of the \(T.self) is null") }
    return Unmanaged<T>.fromOpaque(handle).takeUnretainedValue()
}

func release<T: AnyObject>(_ type: T.Type, _ handle: UnsafeMutableRawPointer?) {
    guard let handle else { return }
    autoreleasing { Unmanaged<T>.fromOpaque(handle).release() }
}

/// Hands a text to the caller, who frees it by propane_string_free.
func handOut(_ text: String, to out: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) throws {
    guard let out else { throw ShimError.invalid("there is no place for the text") }
    out.pointee = strdup(text)
}

func text(_ pointer: UnsafePointer<CChar>?, _ what: String) throws -> String {
    guard let pointer, let text = String(validatingCString: pointer), !text.isEmpty else {
        throw ShimError.invalid("\(what) is missing or not UTF-8")
    }
    return text
}

/// The file at a path that a caller gave.
func existing(_ path: UnsafePointer<CChar>?, _ what: String) throws -> URL {
    let path = try text(path, what)
    guard FileManager.default.fileExists(atPath: path) else {
        throw ShimError.notFound("there is nothing at \(path)")
    }
    return URL(fileURLWithPath: path)
}

/// Lets a value go to another thread. Whoever makes one says why only one thread at a time uses it.
struct Handed<Value>: @unchecked Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
}

func json(_ value: Any) throws -> String {
    let data = try JSONSerialization.data(
        withJSONObject: value, options: [.sortedKeys, .withoutEscapingSlashes])
    return String(decoding: data, as: UTF8.self)
}
