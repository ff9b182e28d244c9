import CPropaneShim
import CoreML
import Foundation

/// An array that a caller gave, checked: in its memory or in a surface.
struct ArrayView {
    let name: String
    let array: MLMultiArray
    let surface: Surface?

    init(_ given: propane_array) throws {
        name = try text(given.name, "the name of an array")
        if let handle = given.surface {
            let surface = try object(Surface.self, handle)
            self.surface = surface
            array = surface.array
            return
        }
        surface = nil
        guard let type = MLMultiArrayDataType(rawValue: Int(given.dtype)),
            let size = Self.sizes[type]
        else { throw ShimError.invalid("array \(name): there is no element type \(given.dtype)") }
        guard 1...PROPANE_MAX_RANK ~= given.rank, let data = given.data, let dims = given.dims
        else { throw ShimError.invalid("array \(name): takes memory and 1 to 8 dimensions") }
        let shape = (0..<Int(given.rank)).map { Int(dims[$0]) }
        guard shape.allSatisfy({ 1...(1 << 31) ~= $0 }) else {
            throw ShimError.invalid("array \(name): shape \(shape) has no elements")
        }
        var packed = [Int](repeating: 1, count: shape.count)
        for axis in (0..<shape.count - 1).reversed() {
            packed[axis] = packed[axis + 1] * shape[axis + 1]
        }
        let strides = given.strides.map { s in (0..<shape.count).map { Int(s[$0]) } } ?? packed
        let last = zip(shape, strides).reduce(0) { $0 + ($1.0 - 1) * $1.1 }
        guard strides.allSatisfy({ $0 >= 0 }), (last + 1) * size <= Int(given.bytes) else {
            throw ShimError.invalid(
                "array \(name): shape \(shape) with strides \(strides) takes more than "
                    + "\(given.bytes) bytes")
        }
        guard Int(bitPattern: data) % size == 0 else {
            throw ShimError.invalid("array \(name): is not aligned to \(size) bytes")
        }
        array = try MLMultiArray(
            dataPointer: data, shape: shape as [NSNumber], dataType: type,
            strides: strides as [NSNumber], deallocator: nil)
    }

    static let sizes: [MLMultiArrayDataType: Int] = [
        .double: 8, .float32: 4, .float16: 2, .int32: 4,
    ]

    /// Reads a list; each name once.
    static func list(_ given: UnsafePointer<propane_array>?, _ count: Int32) throws -> [ArrayView] {
        guard count >= 0, count == 0 || given != nil else {
            throw ShimError.invalid("a list of \(count) arrays is missing")
        }
        let views = try (0..<Int(count)).map { try ArrayView(given![$0]) }
        guard Set(views.map(\.name)).count == views.count else {
            throw ShimError.invalid("a name is given twice: \(views.map(\.name))")
        }
        return views
    }

    var shape: [Int] { array.shape.map(\.intValue) }
}

/// Copies the elements of one array to another of the same shape and element type.
func copy(_ from: MLMultiArray, _ to: MLMultiArray) {
    let size = ArrayView.sizes[from.dataType] ?? 1
    let shape = from.shape.map(\.intValue)
    let source = from.strides.map(\.intValue)
    to.withUnsafeMutableBytes { target, strides in
        from.withUnsafeBytes { bytes in
            guard let read = bytes.baseAddress, let write = target.baseAddress else { return }
            let packed = source.last == 1 && strides.last == 1
            func go(_ axis: Int, _ i: Int, _ o: Int) {
                if axis == shape.count - 1, packed {
                    memcpy(write + o * size, read + i * size, shape[axis] * size)
                } else if axis == shape.count {
                    memcpy(write + o * size, read + i * size, size)
                } else {
                    for k in 0..<shape[axis] {
                        go(axis + 1, i + k * source[axis], o + k * strides[axis])
                    }
                }
            }
            go(0, 0, 0)
        }
    }
}
