@_spi(StandIn) import CoreVideo
import Foundation

extension MLMultiArrayDataType {
    var bytes: Int { (rawValue & 0xff) / 8 }
}

open class MLMultiArray: NSObject {
    public let shape: [NSNumber]
    public let strides: [NSNumber]
    public let dataType: MLMultiArrayDataType
    public let pixelBuffer: CVPixelBuffer?
    /// Where the elements lie; whoever predicts looks here.
    let memory: UnsafeMutableRawPointer
    private let free: ((UnsafeMutableRawPointer) -> Void)?
    private let wasMadeLocked: Bool
    private var wasTouched = false

    private init(
        _ memory: UnsafeMutableRawPointer, _ shape: [NSNumber], _ dataType: MLMultiArrayDataType,
        _ strides: [NSNumber], _ buffer: CVPixelBuffer?,
        _ free: ((UnsafeMutableRawPointer) -> Void)?
    ) {
        (self.memory, self.shape, self.dataType) = (memory, shape, dataType)
        (self.strides, pixelBuffer, self.free) = (strides, buffer, free)
        wasMadeLocked = buffer?.isLocked ?? false
    }

    public convenience init(
        dataPointer: UnsafeMutableRawPointer, shape: [NSNumber], dataType: MLMultiArrayDataType,
        strides: [NSNumber], deallocator: ((UnsafeMutableRawPointer) -> Void)?
    ) throws {
        guard shape.count == strides.count, !shape.isEmpty else {
            throw standInError(.generic, "an array has as many strides as axes, and at least one")
        }
        self.init(dataPointer, shape, dataType, strides, nil, deallocator)
    }

    public convenience init(shape: [NSNumber], dataType: MLMultiArrayDataType) throws {
        var strides = [Int](repeating: 1, count: shape.count)
        for axis in (0..<max(0, shape.count - 1)).reversed() {
            strides[axis] = strides[axis + 1] * shape[axis + 1].intValue
        }
        self.init(shape: shape.map(\.intValue), dataType: dataType, strides: strides)
    }

    public convenience init(shape: [Int], dataType: MLMultiArrayDataType, strides: [Int]) {
        let elements = zip(shape, strides).reduce(1) { $0 + ($1.0 - 1) * $1.1 }
        let bytes = max(1, elements * dataType.bytes)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        // Whoever reads what nobody wrote shall notice: all bits set is not a number, or -1.
        memory.initializeMemory(as: UInt8.self, repeating: 0xff, count: bytes)
        self.init(
            memory, shape as [NSNumber], dataType, strides as [NSNumber], nil, { $0.deallocate() })
    }

    /// Shares the buffer's memory. The array knows for good whether it was made while the buffer
    /// was locked.
    public convenience init(pixelBuffer: CVPixelBuffer, shape: [NSNumber]) {
        let dims = shape.map(\.intValue)
        precondition(
            dims.last == pixelBuffer.width && dims.dropLast().reduce(1, *) == pixelBuffer.height,
            "NSInvalidArgumentException: shape \(dims) is not that of the pixel buffer")
        var strides = [Int](repeating: 1, count: dims.count)
        var stride = pixelBuffer.bytesPerRow / 2
        for axis in (0..<dims.count - 1).reversed() {
            strides[axis] = stride
            stride *= dims[axis]
        }
        self.init(
            pixelBuffer.memory, shape, .float16, strides as [NSNumber], pixelBuffer, nil)
    }

    deinit { free?(memory) }

    open var count: Int { shape.reduce(1) { $0 * $1.intValue } }

    open var dataPointer: UnsafeMutableRawPointer {
        wasTouched = true
        return memory
    }

    /// Why Core ML does not write into this, where it does not: what others found of pixel buffers.
    var refusalAsBacking: String? {
        guard let pixelBuffer else { return nil }
        if wasMadeLocked { return "the array was made over a locked pixel buffer" }
        if wasTouched { return "the array's data pointer was taken before" }
        return pixelBuffer.isLocked ? "its pixel buffer is locked" : nil
    }

    var extent: Int {
        count == 0
            ? 0
            : zip(shape, strides).reduce(1) { $0 + ($1.0.intValue - 1) * $1.1.intValue }
                * dataType.bytes
    }

    public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try body(UnsafeRawBufferPointer(start: memory, count: extent))
    }

    public func withUnsafeMutableBytes<R>(
        _ body: (UnsafeMutableRawBufferPointer, [Int]) throws -> R
    ) rethrows -> R {
        try body(
            UnsafeMutableRawBufferPointer(start: memory, count: extent), strides.map(\.intValue))
    }

    /// An array whose rows are padded, as the real one's outputs may be.
    static func padded(_ shape: [Int], _ dataType: MLMultiArrayDataType) -> MLMultiArray {
        var strides = [Int](repeating: 1, count: shape.count)
        var stride = ((shape.last ?? 1) + 31) / 32 * 32 + 32
        for axis in (0..<max(0, shape.count - 1)).reversed() {
            strides[axis] = stride
            stride *= max(1, shape[axis])
        }
        return MLMultiArray(shape: shape, dataType: dataType, strides: strides)
    }
}
