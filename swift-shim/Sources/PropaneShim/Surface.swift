import CPropaneShim
import CoreML
import Foundation
import Synchronization

/// An array of float16 that the Neural Engine can share. Between predictions its memory is the
/// caller's.
final class Surface: @unchecked Sendable {
    // Written once; predictions that share it only read it and its memory.
    let strides: [Int]
    let bytes: Int
    let memory: PixelMemory
    private let uses = Mutex(0)

    init(_ dims: [Int]) throws {
        guard 1...Int(PROPANE_MAX_RANK) ~= dims.count, dims.allSatisfy({ 1...(1 << 24) ~= $0 })
        else {
            throw ShimError.invalid("a surface takes 1 to 8 dimensions of at least 1, got \(dims)")
        }
        memory = try PixelMemory(dims)
        var strides = [Int](repeating: 1, count: dims.count)
        var stride = memory.rowBytes / 2
        for axis in (0..<dims.count - 1).reversed() {
            strides[axis] = stride
            stride *= dims[axis]
        }
        self.strides = strides
        bytes = memory.rowBytes * (dims.dropLast().reduce(1, *) - 1) + dims.last! * 2
        guard array.strides.map(\.intValue) == strides else {
            throw ShimError(PROPANE_FAILED, "Core ML strides \(array.strides), not \(strides)")
        }
    }

    var array: MLMultiArray { memory.array }

    func lend() {
        uses.withLock {
            if $0 == 0 { memory.lend() }
            $0 += 1
        }
    }
    /// Returns whether the memory is the caller's as it was, or is lent to others still.
    func takeBack() -> Bool {
        uses.withLock {
            $0 -= 1
            return $0 > 0 || memory.takeBack()
        }
    }
}

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
