// Trains PACKAGE on the device with Core ML alone. Written by Propane; nothing in it knows
// the model: all it needs stands in the package, under propane.ports.
//
//     let trainer = try NAME(compiled: try await MLModel.compileModel(at: package))
//     for batch in batches {
//         print(try trainer.step(["input": batch.x, "target": batch.y]))
//     }
//     try trainer.save(to: file)
//
// A step asks the package's function gradients, which may run on the Neural Engine, for the slopes
// of one batch, and its function update, on the CPU in float32, for the next weights. Where several
// batches make one update, the others only add their slopes up, by its function accumulate.

import CoreML
import Foundation

/// Trains the model of PACKAGE.
public final class NAME {
    /// What went wrong.
    public enum Failure: Error {
        /// The package does not tell of its ports, or not of this function or port.
        case package(String)
        /// An input is missing, or is not of the shape and element type that the package tells.
        case input(String)
        /// A file is no state of this training.
        case file(String)
    }

    private struct Port: Decodable {
        let name: String
        let path: String?
        let role: String
        let shape: [Int]
        let type: String

        var key: String { path ?? name }
    }

    private struct Function: Decodable {
        let inputs: [Port]
        let outputs: [Port]
    }

    private struct Ports: Decodable {
        let functions: [String: Function]
    }

    /// What begins the path of a port that holds another one in float16, its rows filled up.
    private static let half = "half/"

    /// Learning rates by their ports; schedules are not in the package, setRate(_:of:) is for them.
    public private(set) var rates: [String: Float] = [:]

    /// Weights, statistics, the optimizer's slots and counters, by their paths.
    public private(set) var state: [String: MLMultiArray] = [:]

    private var seed: [Double] = []
    private let ports: Ports
    private let types: [String: Port]
    private let gradients: MLModel
    private let update: MLModel
    private let accumulate: MLModel?
    private let batchesOfUpdate: Int
    private let predictor: MLModel

    /// Loads the functions and takes the weights to begin with.
    ///
    /// - Parameters:
    ///   - compiled: the compiled package, .mlmodelc
    ///   - units: which processors may compute gradients and predictions
    public init(compiled: URL, units: MLComputeUnits = .cpuAndNeuralEngine) throws {
        func load(_ function: String, _ units: MLComputeUnits) throws -> MLModel {
            let configuration = MLModelConfiguration()
            configuration.functionName = function
            configuration.computeUnits = units
            return try MLModel(contentsOf: compiled, configuration: configuration)
        }
        let initialize = try load("initialize", .cpuOnly)
        gradients = try load("gradients", units)
        update = try load("update", .cpuOnly)
        predictor = try load("predict", units)
        let metadata = initialize.modelDescription.metadata
        let told = metadata[MLModelMetadataKey.creatorDefinedKey] as? [String: String] ?? [:]
        batchesOfUpdate = Int(told["propane.accumulate"] ?? "1") ?? 1
        accumulate = batchesOfUpdate > 1 ? try load("accumulate", .cpuOnly) : nil
        guard let text = told["propane.ports"] else {
            throw Failure.package("does not tell of its ports")
        }
        ports = try JSONDecoder().decode(Ports.self, from: Data(text.utf8))
        types = Self.types(of: ports)
        let begin = Data((told["propane.start"] ?? "{}").utf8)
        let start = try JSONDecoder().decode([String: [Double]].self, from: begin)
        let first = try filled("step") { start["step"]?[$0] ?? 0 }
        for (path, array) in try run(initialize, "initialize", ["step": first]) {
            state[path] = array
        }
        for (path, numbers) in start {
            if path.hasSuffix("/learning_rate") {
                rates[path] = Float(numbers[0])
            } else if path == "seed" {
                seed = numbers
            } else if types[path] != nil {
                state[path] = try filled(path) { numbers[$0] }
            }
        }
    }

    /// Every port as it is known outside of the half-precision function.
    private static func types(of ports: Ports) -> [String: Port] {
        var types: [String: Port] = [:]
        for (name, function) in ports.functions where name != "predict_one" {
            for port in function.inputs + function.outputs where !port.key.hasPrefix(half) {
                types[port.key] = port
            }
        }
        return types
    }

    /// Sets a learning rate from the next step on.
    public func setRate(_ rate: Float, of port: String) throws {
        guard rates[port] != nil else {
            throw Failure.input("there is no learning rate \(port), there are \(rates.keys.sorted())")
        }
        rates[port] = rate
    }

    /// Trains on one batch and returns what the training reports: its loss and metrics.
    ///
    /// - Parameter batch: the batch's inputs and targets by name, of the shapes that the package
    ///   tells; examples all count where no example_weights are given
    public func step(_ batch: [String: MLMultiArray]) throws -> [String: Float] {
        var values = try state.merging(rates.map { ($0, try number($1, at: $0)) }) { $1 }
        values.merge(batch) { $1 }
        if types["example_weights"] != nil && values["example_weights"] == nil {
            values["example_weights"] = try filled("example_weights") { _ in 1 }
        }
        values.merge(try run(gradients, "gradients", values)) { $1 }
        values.merge(try moved(values)) { $1 }
        var results: [String: Float] = [:]
        for (path, array) in values {
            if types[path]?.role == "result" {
                results[path] = Float(try Self.first(of: array))
            } else if state[path] != nil {
                state[path] = array
            }
        }
        return results
    }

    /// Returns the state after a batch: updated, or with its gradients added to those before.
    private func moved(_ values: [String: MLMultiArray]) throws -> [String: MLMultiArray] {
        if let accumulate, let step = state["step"],
            (Int(try Self.first(of: step)) + 1) % batchesOfUpdate != 0
        {
            return try run(accumulate, "accumulate", values)
        }
        return try run(update, "update", values)
    }

    /// Returns the model's outputs for a batch of inputs by name.
    public func predict(_ inputs: [String: MLMultiArray]) throws -> [String: MLMultiArray] {
        try run(predictor, "predict", state.merging(inputs) { $1 })
    }

    private func run(
        _ model: MLModel, _ name: String, _ values: [String: MLMultiArray]
    ) throws -> [String: MLMultiArray] {
        guard let function = ports.functions[name] else {
            throw Failure.package("has no function \(name)")
        }
        var inputs: [String: Any] = [:]
        for port in function.inputs {
            inputs[port.name] = try given(port, values)
        }
        let features = try MLDictionaryFeatureProvider(dictionary: inputs)
        let results = try model.prediction(from: features)
        var found: [String: MLMultiArray] = [:]
        for port in function.outputs {
            guard let array = results.featureValue(for: port.name)?.multiArrayValue else {
                throw Failure.package("function \(name) gave no \(port.name)")
            }
            let path = Self.plain(port.key)
            let raised = try empty(types[path] ?? port)
            try Self.copy(array, into: raised)
            found[path] = raised
        }
        return found
    }

    private static func plain(_ path: String) -> String {
        path.hasPrefix(half) ? String(path.dropFirst(half.count)) : path
    }

    /// Returns the value of a port as the function takes it.
    private func given(_ port: Port, _ values: [String: MLMultiArray]) throws -> MLMultiArray {
        let path = Self.plain(port.key)
        let value = try port.role == "random" ? drawn(path) : values[path]
        guard let value else {
            throw Failure.input("\(path) is missing")
        }
        guard let type = types[path], value.shape.map({ $0.intValue }) == type.shape else {
            throw Failure.input("\(path) must be of shape \(types[path]?.shape ?? port.shape)")
        }
        let lowered = try empty(port)
        try Self.copy(value, into: lowered)
        return lowered
    }

    private func empty(_ port: Port) throws -> MLMultiArray {
        let types: [String: MLMultiArrayDataType] = [
            "fp16": .float16, "fp32": .float32, "int32": .int32,
        ]
        guard let type = types[port.type] else {
            throw Failure.package("\(port.key) is of \(port.type)")
        }
        return try MLMultiArray(shape: port.shape as [NSNumber], dataType: type)
    }

    private func filled(_ path: String, _ number: (Int) throws -> Double) throws -> MLMultiArray {
        guard let type = types[path] else {
            throw Failure.package("does not tell of \(path)")
        }
        let array = try empty(type)
        let numbers = try (0..<array.count).map(number)
        let shape = type.shape
        array.withUnsafeMutableBytes { bytes, strides in
            for (i, number) in numbers.enumerated() {
                let place = Self.place(i, shape, strides)
                switch array.dataType {
                case .int32: bytes.bindMemory(to: Int32.self)[place] = Int32(number)
                case .float16: bytes.bindMemory(to: Float16.self)[place] = Float16(number)
                default: bytes.bindMemory(to: Float.self)[place] = Float(number)
                }
            }
        }
        return array
    }

    private func number(_ number: Float, at path: String) throws -> MLMultiArray {
        try filled(path) { _ in Double(number) }
    }
}

// MARK: - Numbers from one array to another

extension NAME {
    /// Copies numbers row by row into an array whose rows may be longer or shorter: what is missing
    /// is zero, what is too much was zero.
    private static func copy(_ from: MLMultiArray, into: MLMultiArray) throws {
        switch (from.dataType, into.dataType) {
        case (.float32, .float32): copy(from, into) { (x: Float) -> Float in x }
        case (.float32, .float16): copy(from, into) { (x: Float) -> Float16 in Float16(x) }
        case (.float16, .float32): copy(from, into) { (x: Float16) -> Float in Float(x) }
        case (.float16, .float16): copy(from, into) { (x: Float16) -> Float16 in x }
        case (.int32, .int32): copy(from, into) { (x: Int32) -> Int32 in x }
        case (.int32, .float16): copy(from, into) { (x: Int32) -> Float16 in Float16(x) }
        case (.int32, .float32): copy(from, into) { (x: Int32) -> Float in Float(x) }
        default: throw Failure.input("numbers \(from.dataType) for \(into.dataType)")
        }
    }

    private static func copy<A, B>(
        _ from: MLMultiArray, _ into: MLMultiArray, _ convert: (A) -> B
    ) {
        let shape = from.shape.map { $0.intValue }
        let length = shape.last ?? 1
        let wanted = into.shape.last?.intValue ?? 1
        let rows = shape.dropLast().reduce(1, *)
        from.withUnsafeBytes { source in
            into.withUnsafeMutableBytes { target, targetStrides in
                memset(target.baseAddress!, 0, target.count)
                let input = source.bindMemory(to: A.self)
                let output = target.bindMemory(to: B.self)
                let strides = from.strides.map { $0.intValue }
                let outer = Array(shape.dropLast())
                for row in 0..<rows {
                    let start = place(row, outer, strides)
                    let begin = place(row, outer, targetStrides)
                    let step = strides.last ?? 1
                    let stride = targetStrides.last ?? 1
                    for i in 0..<min(length, wanted) {
                        output[begin + i * stride] = convert(input[start + i * step])
                    }
                }
            }
        }
    }
}

extension NAME {
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

    /// Returns the first number of an array.
    private static func first(of array: MLMultiArray) throws -> Double {
        try array.withUnsafeBytes { bytes in
            switch array.dataType {
            case .int32: Double(bytes.bindMemory(to: Int32.self)[0])
            case .float16: Double(bytes.bindMemory(to: Float16.self)[0])
            case .float32: Double(bytes.bindMemory(to: Float.self)[0])
            default: throw Failure.package("gave numbers of \(array.dataType)")
            }
        }
    }
}

// MARK: - Random numbers: each a function of seed, stream and index, the same as on other machines

extension NAME {
    private func drawn(_ path: String) throws -> MLMultiArray {
        guard seed.count == 2, let step = state["step"] else {
            throw Failure.package("draws random numbers and tells no seed")
        }
        let normal = path.hasPrefix("random/normal/")
        let name = path.dropFirst(normal ? "random/normal/".count : "random/uniform/".count)
        let low = UInt64(UInt32(bitPattern: Int32(seed[0])))
        let high = UInt64(UInt32(bitPattern: Int32(seed[1])))
        let number = UInt64(bitPattern: Int64(try Self.first(of: step)))
        let mixed = Self.bits(high << 32 | low, 0, number)
        let stream = Self.stream(String(name))
        return try filled(path) { i in
            let index = UInt64(i)
            if !normal {
                return Double(Self.bits(mixed, stream, index) >> 40) * 0x1p-24
            }
            let u = Double((Self.bits(mixed, stream, 2 * index) >> 11) + 1) * 0x1p-53
            let v = Double(Self.bits(mixed, stream, 2 * index + 1) >> 11) * 0x1p-53
            return (-2 * log(u)).squareRoot() * cos(2 * Double.pi * v)
        }
    }

    private static func bits(_ seed: UInt64, _ stream: UInt64, _ index: UInt64) -> UInt64 {
        let golden: UInt64 = 0x9E37_79B9_7F4A_7C15
        return mix(mix(mix(seed &+ golden) &+ stream &* golden) &+ index &* golden)
    }

    private static func stream(_ name: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for unit in name.utf16 {
            hash = (hash ^ UInt64(unit)) &* 0x100_0000_01B3
        }
        return mix(hash)
    }

    private static func mix(_ bits: UInt64) -> UInt64 {
        var z = bits
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

// MARK: - The state as a file (safetensors), which Propane reads too

extension NAME {
    private struct Entry: Codable {
        let dtype: String
        let shape: [Int]
        let data_offsets: [Int]
    }

    /// Writes the state: weights, statistics, slots and counters.
    public func save(to file: URL) throws {
        var header: [String: Entry] = [:]
        var data = Data()
        for (path, array) in state.sorted(by: { $0.key < $1.key }) {
            let start = data.count
            array.withUnsafeBytes { data.append(contentsOf: $0) }
            header[path] = Entry(
                dtype: array.dataType == .int32 ? "I32" : "F32",
                shape: array.shape.map { $0.intValue },
                data_offsets: [start, data.count])
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let text = try encoder.encode(header)
        var whole = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) }
        whole.append(text)
        whole.append(data)
        try whole.write(to: file, options: .atomic)
    }

    /// Takes over what ``save(to:)`` wrote.
    public func load(from file: URL) throws {
        let whole = try Data(contentsOf: file)
        guard whole.count >= 8 else {
            throw Failure.file("is cut short")
        }
        let length = whole.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(whole.count - 8) else {
            throw Failure.file("is cut short")
        }
        let begin = 8 + Int(length)
        let header = try JSONDecoder().decode([String: Entry].self, from: whole[8..<begin])
        var loaded = state
        for (path, former) in state {
            guard let entry = header[path], entry.data_offsets.count == 2,
                entry.shape == former.shape.map({ $0.intValue }),
                entry.data_offsets[0] >= 0, entry.data_offsets[1] <= whole.count - begin,
                entry.data_offsets[1] - entry.data_offsets[0] == 4 * former.count
            else {
                throw Failure.file("has no \(path) as this training has it")
            }
            let array = try MLMultiArray(shape: former.shape, dataType: former.dataType)
            let bytes = whole[begin + entry.data_offsets[0]..<begin + entry.data_offsets[1]]
            _ = array.withUnsafeMutableBytes { target, _ in bytes.copyBytes(to: target) }
            loaded[path] = array
        }
        state = loaded
    }
}
