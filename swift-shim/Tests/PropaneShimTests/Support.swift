import CPropaneShim
import Foundation
import PropaneShim

#if os(Linux)
import CStandIn
#endif

/// The shim as C sees it, with errors thrown.
struct Failure: Error, Equatable {
    let status: Int32
    let domain: String
    let code: Int64
    let text: String
}

func check(_ call: (UnsafeMutablePointer<propane_error>) -> Int32) throws {
    var error = propane_error()
    let status = call(&error)
    guard status != PROPANE_OK else { return }
    defer { propane_error_free(&error) }
    throw Failure(
        status: status, domain: String(cString: error.domain), code: error.code,
        text: String(cString: error.text))
}

typealias Handle = UnsafeMutableRawPointer

func handle(_ call: (UnsafeMutablePointer<Handle?>, UnsafeMutablePointer<propane_error>) -> Int32)
    throws -> Handle
{
    var out: Handle?
    try check { call(&out, $0) }
    return out!
}

func string(
    _ call: (
        UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>, UnsafeMutablePointer<propane_error>
    )
        -> Int32
) throws -> String {
    var out: UnsafeMutablePointer<CChar>?
    try check { call(&out, $0) }
    defer { propane_string_free(out) }
    return String(cString: out!)
}

func parsed(_ json: String) throws -> [String: Any] {
    try JSONSerialization.jsonObject(with: Data(json.utf8)) as! [String: Any]
}

/// A named array in memory of its own, for a whole test.
final class Memory: @unchecked Sendable {
    let data: UnsafeMutableRawPointer
    let bytes: Int
    private let name: UnsafeMutablePointer<CChar>
    private let dims: UnsafeMutablePointer<Int64>
    private let strides: UnsafeMutablePointer<Int64>?
    private let rank: Int
    private let type: Int32
    var surface: Handle?

    init(
        _ name: String, _ dims: [Int], _ type: Int32 = PROPANE_FLOAT32, strides: [Int]? = nil,
        bytes: Int? = nil
    ) {
        self.name = strdup(name)
        self.type = type
        rank = dims.count
        let size = type == PROPANE_FLOAT16 ? 2 : 4
        let last = strides.map { zip(dims, $0).reduce(1) { $0 + ($1.0 - 1) * $1.1 } }
        self.bytes = bytes ?? (last ?? dims.reduce(1, *)) * size
        data = .allocate(byteCount: max(64, self.bytes), alignment: 64)
        memset(data, 0, max(64, self.bytes))
        func copy(_ values: [Int]) -> UnsafeMutablePointer<Int64> {
            let made = UnsafeMutablePointer<Int64>.allocate(capacity: values.count)
            for (i, value) in values.enumerated() { made[i] = Int64(value) }
            return made
        }
        self.dims = copy(dims)
        self.strides = strides.map(copy)
    }

    deinit {
        free(name)
        data.deallocate()
        dims.deallocate()
        strides?.deallocate()
    }

    var array: propane_array {
        propane_array(
            name: name, data: data, bytes: Int64(bytes), dims: dims, strides: strides,
            rank: Int32(rank), dtype: type, surface: surface)
    }

    var floats: UnsafeMutablePointer<Float> { data.assumingMemoryBound(to: Float.self) }
}

func predict(
    _ model: Handle, _ inputs: [Memory], _ outputs: [Memory], state: Handle? = nil
) throws -> [Int32] {
    var copied = [Int32](repeating: -1, count: outputs.count)
    try withExtendedLifetime((inputs, outputs)) {
        let i = inputs.map(\.array)
        let o = outputs.map(\.array)
        try check {
            propane_model_predict(
                model, state, i, Int32(i.count), o, Int32(o.count), &copied, $0)
        }
    }
    return copied
}

/// A folder of its own, with a package that standin.json describes.
final class Package {
    let folder: URL
    let path: String

    init(_ json: String) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "propane-" + UUID().uuidString)
        let package = folder.appendingPathComponent("model.mlpackage")
        try FileManager.default.createDirectory(at: package, withIntermediateDirectories: true)
        try Data(json.utf8).write(to: package.appendingPathComponent("standin.json"))
        path = package.path
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    var cache: String { folder.appendingPathComponent("cache").path }

    func compile(_ limit: Int64 = 0) throws -> String {
        try string { propane_compile(path, cache, limit, $0, $1) }
    }

    func load(_ function: String? = nil, limit: Int64 = 0) throws -> Handle {
        let compiled = try compile()
        return try handle { propane_model_load(compiled, function, 0, limit, $0, $1) }
    }
}

func status(_ body: () throws -> Void) -> Int32 {
    do { try body() } catch let failure as Failure { return failure.status } catch { return -1 }
    return PROPANE_OK
}
