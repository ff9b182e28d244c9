
// MARK: - Numbers, as they cross from one task to another and as Core ML takes them

extension NAME {
    /// Numbers with a shape, rows one after the other: float32, or int32 where they are whole.
    public struct Tensor: Sendable, Equatable {
        public let shape: [Int]
        /// The numbers; empty where they are whole.
        public let floats: [Float]
        /// The whole numbers, such as labels and tokens; empty where they are not whole.
        public let ints: [Int32]
        /// Whether the numbers are whole.
        public let isWhole: Bool

        /// Takes as many numbers as the shape has elements.
        public init(_ floats: [Float], shape: [Int]) {
            precondition(floats.count == shape.reduce(1, *), "\(floats.count) numbers for \(shape)")
            (self.shape, self.floats, self.ints, self.isWhole) = (shape, floats, [], false)
        }

        /// Takes as many whole numbers as the shape has elements.
        public init(_ ints: [Int32], shape: [Int]) {
            precondition(ints.count == shape.reduce(1, *), "\(ints.count) numbers for \(shape)")
            (self.shape, self.floats, self.ints, self.isWhole) = (shape, [], ints, true)
        }

        /// Copies an array of Core ML.
        public init(_ array: MLMultiArray) throws {
            let shape = array.shape.map(\.intValue)
            if array.dataType == .int32 {
                self.init(try numbers(of: array).map { Int32($0) }, shape: shape)
            } else {
                self.init(try numbers(of: array).map { Float($0) }, shape: shape)
            }
        }

        /// Returns some of the examples along the first axis, filled up with zeros to a number.
        func examples(_ range: Range<Int>, filledTo count: Int) -> Tensor {
            let row = shape.dropFirst().reduce(1, *)
            let part = range.lowerBound * row..<range.upperBound * row
            let more = (count - range.count) * row
            let shape = [count] + shape.dropFirst()
            return isWhole
                ? Tensor(ints[part] + [Int32](repeating: 0, count: more), shape: shape)
                : Tensor(floats[part] + [Float](repeating: 0, count: more), shape: shape)
        }

        /// Joins parts along the first axis.
        init(joining parts: [Tensor]) {
            let shape = [parts.reduce(0) { $0 + $1.shape[0] }] + parts[0].shape.dropFirst()
            self = parts[0].isWhole
                ? Tensor(parts.flatMap(\.ints), shape: shape)
                : Tensor(parts.flatMap(\.floats), shape: shape)
        }

        /// Copies it to an array of Core ML.
        public func array() throws -> MLMultiArray {
            let array = try MLMultiArray(
                shape: shape as [NSNumber], dataType: isWhole ? .int32 : .float32)
            array.withUnsafeMutableBytes { bytes, _ in
                if isWhole {
                    ints.withUnsafeBytes { bytes.copyMemory(from: $0) }
                } else {
                    floats.withUnsafeBytes { bytes.copyMemory(from: $0) }
                }
            }
            return array
        }
    }

    /// Returns a new array for a port.
    private static func empty(_ port: Port) throws -> MLMultiArray {
        let types: [String: MLMultiArrayDataType] = [
            "fp16": .float16, "fp32": .float32, "int32": .int32,
        ]
        guard let type = types[port.type] else {
            throw Failure.package("\(port.path) is of \(port.type)")
        }
        return try MLMultiArray(shape: port.shape as [NSNumber], dataType: type)
    }

    /// Returns an array for a port of full precision, made of its numbers one by one.
    static func array(_ port: Port, _ number: (Int) throws -> Double) throws -> MLMultiArray {
        let numbers = try (0..<port.shape.reduce(1, *)).map(number)
        return try port.type == "int32"
            ? Tensor(numbers.map { Int32($0) }, shape: port.shape).array()
            : Tensor(numbers.map { Float($0) }, shape: port.shape).array()
    }

    /// Copies numbers row by row into an array for a port, whose rows may be longer or shorter:
    /// what is missing is zero, what is too much was zero.
    static func copy(_ from: MLMultiArray, into port: Port) throws -> MLMultiArray {
        let into = try empty(port)
        switch (from.dataType, into.dataType) {
        case (.float32, .float32): copy(from, into) { (x: Float) -> Float in x }
        case (.float32, .float16): copy(from, into) { (x: Float) -> UInt16 in half(x) }
        case (.float16, .float32): copy(from, into) { (x: UInt16) -> Float in whole(x) }
        case (.float16, .float16): copy(from, into) { (x: UInt16) -> UInt16 in x }
        case (.int32, .int32): copy(from, into) { (x: Int32) -> Int32 in x }
        case (.int32, .float16): copy(from, into) { (x: Int32) -> UInt16 in half(Float(x)) }
        case (.int32, .float32): copy(from, into) { (x: Int32) -> Float in Float(x) }
        default: throw Failure.package("\(port.path) is of \(port.type), not \(from.dataType)")
        }
        return into
    }

    private static func copy<A, B>(
        _ from: MLMultiArray, _ into: MLMultiArray, _ convert: (A) -> B
    ) {
        let shape = from.shape.map(\.intValue)
        let length = shape.last ?? 1
        let wanted = into.shape.last?.intValue ?? 1
        let outer = Array(shape.dropLast())
        from.withUnsafeBytes { source in
            into.withUnsafeMutableBytes { target, targetStrides in
                memset(target.baseAddress!, 0, target.count)
                let input = source.bindMemory(to: A.self)
                let output = target.bindMemory(to: B.self)
                let strides = from.strides.map(\.intValue)
                let step = strides.last ?? 1
                let stride = targetStrides.last ?? 1
                for row in 0..<outer.reduce(1, *) {
                    let start = place(row, outer, strides)
                    let begin = place(row, outer, targetStrides)
                    for i in 0..<min(length, wanted) {
                        output[begin + i * stride] = convert(input[start + i * step])
                    }
                }
            }
        }
    }

    /// Returns where an element lies, counted in elements; of more strides than axes, the first.
    private static func place(_ index: Int, _ shape: [Int], _ strides: [Int]) -> Int {
        var place = 0
        var rest = index
        for axis in shape.indices.reversed() {
            place += rest % shape[axis] * strides[axis]
            rest /= shape[axis]
        }
        return place
    }

    /// Returns the numbers of an array, rows one after the other.
    static func numbers(of array: MLMultiArray) throws -> [Double] {
        let shape = array.shape.map(\.intValue)
        let strides = array.strides.map(\.intValue)
        let places = (0..<array.count).map { place($0, shape, strides) }
        return try array.withUnsafeBytes { bytes in
            switch array.dataType {
            case .int32:
                let all = bytes.bindMemory(to: Int32.self)
                return places.map { Double(all[$0]) }
            case .float32:
                let all = bytes.bindMemory(to: Float.self)
                return places.map { Double(all[$0]) }
            case .float16:
                let all = bytes.bindMemory(to: UInt16.self)
                return places.map { Double(whole(all[$0])) }
            default: throw Failure.input("an array of \(array.dataType) is not known")
            }
        }
    }

    /// Returns the first number of an array.
    static func first(of array: MLMultiArray?) throws -> Double {
        guard let array else { throw Failure.package("the package does not count its steps") }
        return try numbers(of: array).first ?? .nan
    }

    // Macs with Intel's processors have no type for float16 in Swift; this much is needed of it.

    /// Returns a number rounded to float16, as its bits.
    static func half(_ number: Float) -> UInt16 {
        #if os(macOS) && arch(x86_64)
        return rounded(number)
        #else
        return Float16(number).bitPattern
        #endif
    }

    /// Returns the number of which these are the bits in float16.
    static func whole(_ half: UInt16) -> Float {
        #if os(macOS) && arch(x86_64)
        return widened(half)
        #else
        return Float(Float16(bitPattern: half))
        #endif
    }

    /// Rounds to the nearest float16, ties to even, as processors do.
    static func rounded(_ number: Float) -> UInt16 {
        let sign = UInt16(number.bitPattern >> 16) & 0x8000
        let size = number.magnitude
        if size.isNaN { return sign | 0x7E00 }
        if size >= 65520 { return sign | 0x7C00 }
        // Below 2^-14 all numbers have the same unit in the last place.
        let exponent = max(Int(size.exponent), -14)
        let unit = Float(sign: .plus, exponent: exponent - 10, significand: 1)
        let units = (size / unit).rounded(.toNearestOrEven)
        return sign + UInt16(exponent + 14) << 10 + UInt16(units)
    }

    /// Widens a float16, exactly.
    static func widened(_ half: UInt16) -> Float {
        let fraction = Float(half & 0x3FF)
        let size: Float =
            switch Int(half >> 10 & 0x1F) {
            case 0: fraction * 0x1p-24
            case 31: fraction == 0 ? .infinity : .nan
            case let exponent: Float(sign: .plus, exponent: exponent - 25, significand: 1024 + fraction)
            }
        return half & 0x8000 == 0 ? size : -size
    }
}
