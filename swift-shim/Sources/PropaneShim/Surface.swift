import CPropaneShim
import CoreML
import Foundation
import Synchronization

/// The memory of a surface: a pixel buffer's, or plain.
protocol SurfaceMemory: AnyObject, Sendable {
    var base: UnsafeMutableRawPointer { get }
    var rowBytes: Int { get }
    var shared: Bool { get }
    func makeArray(_ shape: [NSNumber], _ strides: [NSNumber]) throws -> MLMultiArray
    /// Gives the memory to Core ML, and takes it back.
    func lend()
    func takeBack()
}

/// An array of float16 that the Neural Engine can share. Between predictions its memory is the
/// caller's.
final class Surface: @unchecked Sendable {
    // Written once; predictions that share it only read it and its memory.
    let array: MLMultiArray
    let strides: [Int]
    let bytes: Int
    let memory: any SurfaceMemory
    private let uses = Mutex(0)

    init(_ dims: [Int]) throws {
        guard 1...Int(PROPANE_MAX_RANK) ~= dims.count, dims.allSatisfy({ 1...(1 << 24) ~= $0 })
        else {
            throw ShimError.invalid("a surface takes 1 to 8 dimensions of at least 1, got \(dims)")
        }
        let rows = dims.dropLast().reduce(1, *)
        memory = try makeSurfaceMemory(width: dims.last!, rows: rows)
        var strides = [Int](repeating: 1, count: dims.count)
        var stride = memory.rowBytes / 2
        for axis in (0..<dims.count - 1).reversed() {
            strides[axis] = stride
            stride *= dims[axis]
        }
        self.strides = strides
        bytes = memory.rowBytes * (rows - 1) + dims.last! * 2
        array = try memory.makeArray(dims as [NSNumber], strides as [NSNumber])
        guard array.strides.map(\.intValue) == strides else {
            throw ShimError(PROPANE_FAILED, "Core ML strides \(array.strides), not \(strides)")
        }
    }

    func lend() {
        uses.withLock {
            if $0 == 0 { memory.lend() }
            $0 += 1
        }
    }
    func takeBack() {
        uses.withLock {
            $0 -= 1
            if $0 == 0 { memory.takeBack() }
        }
    }
}

/// Memory where there are no pixel buffers; rows are padded to 64 bytes as theirs are.
final class PlainMemory: SurfaceMemory, @unchecked Sendable {
    let base: UnsafeMutableRawPointer
    let rowBytes: Int
    let shared = false

    init(width: Int, rows: Int) {
        rowBytes = (width * 2 + 63) / 64 * 64
        base = .allocate(byteCount: rowBytes * rows, alignment: 64)
        memset(base, 0, rowBytes * rows)
    }

    deinit { base.deallocate() }

    func makeArray(_ shape: [NSNumber], _ strides: [NSNumber]) throws -> MLMultiArray {
        try MLMultiArray(
            dataPointer: base, shape: shape, dataType: .float16, strides: strides,
            deallocator: nil)
    }

    func lend() {}
    func takeBack() {}
}

#if !canImport(CoreVideo)
func makeSurfaceMemory(width: Int, rows: Int) throws -> any SurfaceMemory {
    PlainMemory(width: width, rows: rows)
}
#endif

@_cdecl("propane_surface_create")
public func surfaceCreate(
    _ dims: UnsafePointer<Int64>?, _ rank: Int32,
    _ out: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ error: UnsafeMutablePointer<propane_error>?
) -> Int32 {
    exported(error) {
        guard let dims, 1...PROPANE_MAX_RANK ~= rank else {
            throw ShimError.invalid("a surface takes 1 to 8 dimensions")
        }
        try handOut(Surface((0..<Int(rank)).map { Int(dims[$0]) }), to: out)
    }
}

@_cdecl("propane_surface_memory")
public func surfaceMemory(
    _ handle: UnsafeMutableRawPointer?, _ data: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ bytes: UnsafeMutablePointer<Int64>?, _ strides: UnsafeMutablePointer<Int64>?,
    _ shared: UnsafeMutablePointer<Int32>?, _ error: UnsafeMutablePointer<propane_error>?
) -> Int32 {
    exported(error) {
        let surface = try object(Surface.self, handle)
        data?.pointee = surface.memory.base
        bytes?.pointee = Int64(surface.bytes)
        for (i, stride) in surface.strides.enumerated() { strides?[i] = Int64(stride) }
        shared?.pointee = surface.memory.shared ? 1 : 0
    }
}

@_cdecl("propane_surface_release")
public func surfaceRelease(_ handle: UnsafeMutableRawPointer?) { release(Surface.self, handle) }
