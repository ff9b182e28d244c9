import Foundation

public enum MLMultiArrayDataType: Int, Sendable {
    case double = 0x10040
    case float32 = 0x10020
    case float16 = 0x10010
    case int32 = 0x20020

    public static var float64: MLMultiArrayDataType { .double }
    public static var float: MLMultiArrayDataType { .float32 }

    var bytes: Int { (rawValue & 0xff) / 8 }
}

open class MLMultiArray: NSObject {
    public let shape: [NSNumber]
    public let strides: [NSNumber]
    public let dataType: MLMultiArrayDataType
    public let dataPointer: UnsafeMutableRawPointer
    private let free: ((UnsafeMutableRawPointer) -> Void)?

    public init(
        dataPointer: UnsafeMutableRawPointer, shape: [NSNumber], dataType: MLMultiArrayDataType,
        strides: [NSNumber], deallocator: ((UnsafeMutableRawPointer) -> Void)? = nil
    ) throws {
        guard shape.count == strides.count, !shape.isEmpty else {
            throw standInError(.generic, "an array has as many strides as axes, and at least one")
        }
        self.dataPointer = dataPointer
        self.shape = shape
        self.strides = strides
        self.dataType = dataType
        free = deallocator
    }

    public convenience init(shape: [NSNumber], dataType: MLMultiArrayDataType) throws {
        var strides: [NSNumber] = []
        var stride = 1
        for dim in shape.reversed() {
            strides.insert(NSNumber(value: stride), at: 0)
            stride *= dim.intValue
        }
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: max(1, stride * dataType.bytes), alignment: 64)
        try self.init(
            dataPointer: memory, shape: shape, dataType: dataType, strides: strides,
            deallocator: { $0.deallocate() })
    }

    public convenience init(shape: [Int], dataType: MLMultiArrayDataType, strides: [Int]) {
        let elements = zip(shape, strides).reduce(1) { $0 + ($1.0 - 1) * $1.1 }
        let bytes = max(1, elements * dataType.bytes)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        // Whoever reads the padding shall notice: all bits set is not a number, or -1.
        memory.initializeMemory(as: UInt8.self, repeating: 0xff, count: bytes)
        try! self.init(
            dataPointer: memory, shape: shape as [NSNumber], dataType: dataType,
            strides: strides as [NSNumber], deallocator: { $0.deallocate() })
    }

    deinit { free?(dataPointer) }

    open var count: Int { shape.reduce(1) { $0 * $1.intValue } }

    var extent: Int {
        count == 0
            ? 0
            : zip(shape, strides).reduce(1) { $0 + ($1.0.intValue - 1) * $1.1.intValue }
                * dataType.bytes
    }

    public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try body(UnsafeRawBufferPointer(start: dataPointer, count: extent))
    }

    public func withUnsafeMutableBytes<R>(
        _ body: (UnsafeMutableRawBufferPointer, [Int]) throws -> R
    ) rethrows -> R {
        try body(
            UnsafeMutableRawBufferPointer(start: dataPointer, count: extent),
            strides.map(\.intValue))
    }

    /// An array whose rows are padded, as the real one's outputs may be.
    static func padded(_ shape: [Int], _ dataType: MLMultiArrayDataType) -> MLMultiArray {
        var strides = [Int](repeating: 1, count: shape.count)
        var stride = ((shape.last ?? 1) + 31) / 32 * 32 + 32
        for axis in stride == 0 ? [] : Array((0..<max(0, shape.count - 1)).reversed()) {
            strides[axis] = stride
            stride *= max(1, shape[axis])
        }
        return MLMultiArray(shape: shape, dataType: dataType, strides: strides)
    }
}
