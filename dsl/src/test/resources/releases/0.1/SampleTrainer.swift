// Trains SampleTraining.mlpackage on the device with Core ML alone. Written by Propane; nothing in it knows the
// model: all it needs stands in the package's metadata.
//
//     let trainer = try await SampleTrainer(contentsOf: compiled)
//     for try await progress in trainer.fit(batches, epochs: 5) {
//         print(progress.epoch, progress.means["loss"] ?? 0)
//     }
//     try await trainer.save(to: file)
//
// A step asks the package's function gradients, which may run on the Neural Engine, for the
// gradients of one batch, and its function update, on the CPU in float32, for the next weights.
// Where several batches make one update, the others only add their gradients up (accumulate).
//
// Needs iOS 18 or macOS 15; compiles as Swift 5 and Swift 6.

import CoreML
import Foundation

/// Trains the model of SampleTraining.mlpackage.
///
/// Its calls run one after another on a queue of its own, never on the main actor: loading takes
/// seconds, on a first start minutes, and a prediction blocks until Core ML is done.
public actor SampleTrainer {
    /// A batch: its inputs and targets by name.
    public typealias Batch = [String: Tensor]

    /// What went wrong. No failed call changes the state.
    public enum Failure: LocalizedError {
        /// The package does not tell what is needed, or no processor takes one of its functions.
        case package(String)
        /// An input is missing, or is not of the shape and element type that the package tells.
        case input(String)
        /// A result of a step is not finite.
        case numbers(String)
        /// A file is not what it should be.
        case file(String)

        public var errorDescription: String? {
            switch self {
            case .package(let text), .input(let text), .numbers(let text), .file(let text): text
            }
        }
    }

    /// The processors that are tried where none are named, best first. On a virtual machine the
    /// Neural Engine is left out: a load for it is known to hang there.
    public static var usualUnits: [MLComputeUnits] {
        isVirtual ? [.cpuOnly] : [.cpuAndNeuralEngine, .cpuAndGPU, .cpuOnly]
    }

    /// Where each function that was loaded runs, and why not on the processors before.
    public var placements: [Placement] { rungs.values.map(\.placement).sorted { $0.function < $1.function } }

    /// The number of batches trained on so far.
    public private(set) var steps = 0

    let compiled: URL
    let units: [MLComputeUnits]
    var contents = Package()
    var rungs: [String: Rung] = [:]
    var state: [String: MLMultiArray] = [:]
    var rateChange = RateChange()
    private let queue = Queue()

    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        queue.asUnownedSerialExecutor()
    }

    /// Loads what a step needs and takes the weights to begin with.
    ///
    /// - Parameters:
    ///   - compiled: the compiled package, .mlmodelc, as Xcode puts it into an app
    ///   - units: the processors to try for gradients, evaluation and prediction, best first; one
    ///     that cannot load a function, or computes it unlike the CPU, is passed over
    public init(
        contentsOf compiled: URL, units: [MLComputeUnits] = SampleTrainer.usualUnits
    ) async throws {
        self.compiled = compiled
        self.units = units
        try open()
    }

    private func open() throws {
        let initialize = try load("initialize", .cpuOnly)
        let told = initialize.modelDescription.metadata[.creatorDefinedKey]
        contents = try Package(told as? [String: String] ?? [:])
        rateChange = RateChange(try Self.object(contents.checkpoint["run"]))
        func first(_ port: Port) throws -> MLMultiArray? {
            guard let numbers = contents.start[port.path] else { return nil }
            return try Self.array(port) { numbers[$0] }
        }
        for path in contents.start.keys {
            if let port = contents.hyper(path), port.optimizer == nil { state[path] = try first(port) }
        }
        var given: [String: MLMultiArray] = [:]
        for port in contents.functions["initialize"]?.inputs ?? [] {
            given[port.name] = try first(port)
        }
        state.merge(try Self.run(contents, "initialize", on: initialize, given).state) { $1 }
        steps = Int(try Self.first(of: state["step"]))
        for function in ["gradients", "update", "accumulate"] where contents.functions[function] != nil {
            _ = try rung(function)
        }
    }

    /// Trains on one batch and returns what the training reports: its loss and metrics.
    ///
    /// - Parameter batch: the batch's inputs and targets by name, of the shapes that the package
    ///   tells
    /// - Throws: ``Failure/numbers(_:)`` where a result is not finite
    @discardableResult
    public func step(_ batch: Batch) throws -> [String: Float] {
        let isUpdate = (steps + 1) % contents.accumulate == 0
        let half = try call("gradients", batch)
        var results = try finite(half.results)
        let whole = try call(isUpdate ? "update" : "accumulate", batch, half.gradients)
        results.merge(try finite(whole.results)) { $1 }
        state.merge(whole.state) { $1 }
        steps += 1
        return results
    }

    /// Returns the numbers that the training reports.
    private func finite(_ results: [String: MLMultiArray]) throws -> [String: Float] {
        var numbers: [String: Float] = [:]
        for (name, array) in results where contents.isReported(name) {
            numbers[name] = Float(try Self.first(of: array))
        }
        let bad = numbers.filter { !$0.value.isFinite }.sorted { $0.key < $1.key }
        guard bad.isEmpty else {
            throw Failure.numbers(
                "step \(steps + 1): "
                    + bad.map { "\($0.key) is \($0.value)" }.joined(separator: ", ")
                    + "; weights and slots are those before this step")
        }
        return numbers
    }

    /// Sets the learning rate of all optimizers from the next step on, in place of their schedules.
    /// A saved state keeps it.
    public func learningRate(_ rate: Double) throws {
        guard rate >= 0, rate <= Double(Float.greatestFiniteMagnitude) else {
            throw Failure.input("a learning rate must be 0 or more and finite, got \(rate)")
        }
        rateChange.instead = rate
    }

    /// Returns the learning rates of the next update, by optimizer.
    public var learningRates: [String: Float] {
        get throws {
            try contents.schedules.mapValues { try rateChange.of($0.rate(steps / contents.accumulate)) }
        }
    }

    /// Runs the calls of an actor one after another on one queue: Core ML blocks its caller, and
    /// threads that all of Swift shares are few.
    private final class Queue: SerialExecutor {
        private let queue = DispatchQueue(label: "SampleTrainer", autoreleaseFrequency: .workItem)

        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
        }

        func asUnownedSerialExecutor() -> UnownedSerialExecutor {
            UnownedSerialExecutor(ordinary: self)
        }
    }
}

// MARK: - Whole runs: training and evaluating over many batches

extension SampleTrainer {
    /// Where a run stands after a step.
    public struct Progress: Sendable {
        /// The epoch, from 1 on.
        public let epoch: Int
        /// The batch of the epoch, from 1 on.
        public let batch: Int
        /// The number of batches trained on so far, in earlier runs, too.
        public let step: Int
        /// What the step reports: its loss and metrics.
        public let results: [String: Float]
        /// The means of the results over the epoch so far.
        public let means: [String: Float]
    }

    /// Trains on batches; each turn of the loop over what it returns makes one step.
    ///
    ///     for try await progress in trainer.fit(batches, epochs: 5) { … }
    ///
    /// Leaving the loop stops the run, and so does cancelling its task, with a `CancellationError`
    /// before the next step: the state is that after the last step, and another run goes on from it.
    ///
    /// - Parameters:
    ///   - batches: what is trained on, from the beginning in each epoch
    ///   - epochs: how often
    public nonisolated func fit<Batches: AsyncSequence>(
        _ batches: Batches, epochs: Int = 1
    ) -> Fit<Batches> where Batches.Element == Batch {
        Fit(trainer: self, batches: batches, epochs: epochs)
    }

    /// Trains on batches that are at hand, as ``fit(_:epochs:)`` does.
    public nonisolated func fit<Batches: Collection>(
        _ batches: Batches, epochs: Int = 1
    ) -> Fit<Each<Batches>> where Batches.Element == Batch {
        fit(Each(batches: batches), epochs: epochs)
    }

    /// Returns the means of loss and metrics over examples; nothing is trained.
    ///
    /// - Parameter batches: batches of the training's size; the last may be smaller, its examples
    ///   are then computed one by one
    public func evaluate<Batches: AsyncSequence>(
        _ batches: Batches, isolation: isolated (any Actor)? = #isolation
    ) async throws -> [String: Float] where Batches.Element == Batch {
        var sums = Sums()
        var iterator = batches.makeAsyncIterator()
        while let batch = try await iterator.next(isolation: isolation) {
            try Task.checkCancellation()
            for (results, examples) in try await measure(batch) {
                sums.add(results, examples)
            }
        }
        return sums.means
    }

    /// Returns the means of loss and metrics over batches that are at hand.
    public func evaluate<Batches: Collection>(
        _ batches: Batches, isolation: isolated (any Actor)? = #isolation
    ) async throws -> [String: Float] where Batches.Element == Batch {
        try await evaluate(Each(batches: batches), isolation: isolation)
    }

    /// Returns loss and metrics of a batch, with the number of examples each time.
    private func measure(_ batch: Batch) throws -> [(results: [String: Float], examples: Int)] {
        func results(_ function: String, _ batch: Batch) throws -> [String: Float] {
            try call(function, batch).results.mapValues { Float(try Self.first(of: $0)) }
        }
        let ports = contents.batch("evaluate")
        guard let count = batch[ports.first?.path ?? ""]?.shape.first, let whole = ports.first?.shape.first,
            count < whole, contents.functions["evaluate_one"] != nil
        else {
            return [(try results("evaluate", batch), ports.first?.shape.first ?? 1)]
        }
        return try (0..<count).map { i in
            (try results("evaluate_one", batch.mapValues { $0.examples(i..<i + 1, filledTo: 1) }), 1)
        }
    }

    /// Makes a step and returns its results with the number of steps.
    private func advance(_ batch: Batch) throws -> (results: [String: Float], steps: Int) {
        (try step(batch), steps)
    }

    /// Sums of results, each counted as often as it has examples.
    private struct Sums {
        private var sums: [String: Double] = [:]
        private var examples = 0

        mutating func add(_ results: [String: Float], _ count: Int) {
            for (name, value) in results {
                sums[name, default: 0] += Double(value) * Double(count)
            }
            examples += count
        }

        var means: [String: Float] { sums.mapValues { Float($0 / Double(examples)) } }
    }

    /// A run; each turn of the loop over it makes one step.
    public struct Fit<Batches: AsyncSequence>: AsyncSequence where Batches.Element == Batch {
        public typealias Element = Progress

        fileprivate let trainer: SampleTrainer
        fileprivate let batches: Batches
        fileprivate let epochs: Int

        public func makeAsyncIterator() -> AsyncIterator {
            AsyncIterator(run: self, iterator: batches.makeAsyncIterator())
        }

        public struct AsyncIterator: AsyncIteratorProtocol {
            fileprivate let run: Fit
            fileprivate var iterator: Batches.AsyncIterator
            private var epoch = 1
            private var batch = 0
            private var sums = Sums()

            fileprivate init(run: Fit, iterator: Batches.AsyncIterator) {
                self.run = run
                self.iterator = iterator
            }

            public mutating func next() async throws -> Progress? {
                try await next(isolation: nil)
            }

            public mutating func next(
                isolation actor: isolated (any Actor)?
            ) async throws -> Progress? {
                while epoch <= run.epochs {
                    try Task.checkCancellation()
                    if let examples = try await iterator.next(isolation: actor) {
                        let (results, step) = try await run.trainer.advance(examples)
                        batch += 1
                        sums.add(results, 1)
                        return Progress(
                            epoch: epoch, batch: batch, step: step, results: results,
                            means: sums.means)
                    }
                    guard batch > 0 else {
                        throw SampleTrainer.Failure.input(
                            "epoch \(epoch) has no batches"
                                + (epoch > 1 ? ": they can be read once only" : ""))
                    }
                    (epoch, batch, sums) = (epoch + 1, 0, Sums())
                    iterator = run.batches.makeAsyncIterator()
                }
                return nil
            }
        }
    }

    /// Batches at hand, one after the other.
    public struct Each<Batches: Collection>: AsyncSequence {
        public typealias Element = Batches.Element

        fileprivate let batches: Batches

        public func makeAsyncIterator() -> AsyncIterator {
            AsyncIterator(iterator: batches.makeIterator())
        }

        public struct AsyncIterator: AsyncIteratorProtocol {
            fileprivate var iterator: Batches.Iterator

            public mutating func next() async -> Batches.Element? { iterator.next() }

            public mutating func next(
                isolation actor: isolated (any Actor)?
            ) async -> Batches.Element? {
                iterator.next()
            }
        }
    }
}

// MARK: - Predictions

extension SampleTrainer {
    /// Returns the model's outputs by name.
    ///
    /// - Parameter inputs: the inputs by name, for any number of examples along the first axis: one
    ///   example is computed alone, more of them in batches of the training's size
    public func predict(_ inputs: [String: Tensor]) throws -> [String: Tensor] {
        let ports = contents.batch("predict")
        guard let whole = ports.first?.shape.first else {
            throw Failure.package("the package does not predict")
        }
        var count = 0
        for port in ports {
            guard let tensor = inputs[port.path], let examples = tensor.shape.first, examples > 0,
                tensor.shape.dropFirst() == port.shape.dropFirst(), count == 0 || count == examples
            else {
                throw Failure.input(
                    "\(port.path) must be of shape \([Int](port.shape.dropFirst())) behind the number of"
                        + " examples, the same for all inputs, got \(inputs[port.path]?.shape ?? [])")
            }
            count = examples
        }
        var found: [String: [Tensor]] = [:]
        for start in stride(from: 0, to: count, by: whole) {
            let range = start..<min(start + whole, count)
            let isAlone = range.count == 1 && contents.functions["predict_one"] != nil
            let size = isAlone ? 1 : whole
            let part = inputs.mapValues { $0.examples(range, filledTo: size) }
            for (name, array) in try call(isAlone ? "predict_one" : "predict", part).results {
                found[name, default: []].append(try Tensor(array).examples(0..<range.count, filledTo: range.count))
            }
        }
        return found.mapValues(Tensor.init(joining:))
    }
}

// MARK: - Numbers, as they cross from one task to another and as Core ML takes them

extension SampleTrainer {
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

// MARK: - What the package tells of itself

extension SampleTrainer {
    /// What stands in the package's metadata.
    struct Package {
        var functions: [String: Function] = [:]
        /// How many batches make one update.
        var accumulate = 1
        /// What counters, seeds and rates start from, by path.
        var start: [String: [Double]] = [:]
        /// Learning rates by optimizer.
        var schedules: [String: Schedule] = [:]
        /// What a file of the state tells beside its arrays.
        var checkpoint: [String: String] = [:]

        /// Ports of full precision, by role and path.
        private var plains: [String: Port] = [:]
        /// The names of the training's own results: its loss and metrics.
        private var reported: Set<String> = []

        init() {}

        init(_ told: [String: String]) throws {
            func read<T: Decodable>(_ key: String, _ type: T.Type) throws -> T {
                guard let text = told["propane." + key] else {
                    throw Failure.package("the package does not tell propane.\(key)")
                }
                return try JSONDecoder().decode(type, from: Data(text.utf8))
            }
            functions = try read("ports", Ports.self).functions
            accumulate = try read("accumulate", Int.self)
            start = try read("start", [String: [Double]].self)
            schedules = try read("schedules", [String: Schedule].self)
            checkpoint = try read("checkpoint", [String: String].self)
            reported = Set((functions["train"]?.outputs ?? []).filter { $0.role == "result" }.map(\.path))
            // Of one role and path, what is state is alike in all functions, and examples and
            // results of a step are those of train.
            for name in ["initialize", "update", "accumulate", "train"] {
                guard let function = functions[name] else { continue }
                for port in function.inputs + function.outputs where !port.isHalf {
                    plains[port.role + " " + port.path] = port
                }
            }
        }

        private struct Ports: Decodable {
            let functions: [String: Function]
        }

        /// Returns the port of a counter, or of what else steers a training, at a path.
        func hyper(_ path: String) -> Port? { plains["hyper " + path] }

        /// Returns whether a result is one of the training's own.
        func isReported(_ path: String) -> Bool { reported.contains(path) }

        /// Returns what a port of the half-precision function stands for: of float32 or int32, its
        /// rows as long as they are.
        func plain(_ port: Port) -> Port {
            port.isHalf ? plains[port.role + " " + port.path] ?? port : port
        }

        /// Returns the inputs of a function that a batch gives, by path.
        func batch(_ function: String) -> [Port] {
            (functions[function]?.inputs ?? []).filter { $0.role == "batch" }.map(plain)
        }
    }

    /// What a function takes and gives.
    struct Function: Decodable {
        let inputs: [Port]
        let outputs: [Port]
    }

    /// One input or output of a function.
    struct Port: Decodable {
        /// What Core ML calls it.
        let name: String
        /// What it is in the training, the same in all functions.
        let path: String
        let role: String
        let shape: [Int]
        let type: String
        /// Whether it holds the port of its path in float16, its rows filled up with zeros.
        let isHalf: Bool

        private enum Key: CodingKey {
            case name, path, role, shape, type
        }

        init(from decoder: any Decoder) throws {
            let told = try decoder.container(keyedBy: Key.self)
            name = try told.decode(String.self, forKey: .name)
            role = try told.decode(String.self, forKey: .role)
            shape = try told.decode([Int].self, forKey: .shape)
            type = try told.decode(String.self, forKey: .type)
            let full = try told.decode(String.self, forKey: .path)
            isHalf = full.hasPrefix("half/")
            path = isHalf ? String(full.dropFirst("half/".count)) : full
        }

        /// The optimizer whose learning rate it is, if it is one.
        var optimizer: String? {
            let end = "/learning_rate"
            return role == "hyper" && path.hasSuffix(end) ? String(path.dropLast(end.count)) : nil
        }
    }
}

// MARK: - Calls of the package's functions

extension SampleTrainer {
    /// What a function returned, by path.
    struct Returned {
        var results: [String: MLMultiArray] = [:]
        var gradients: [String: MLMultiArray] = [:]
        var state: [String: MLMultiArray] = [:]
    }

    /// Calls a function where it runs; where it fails there, it is tried on the next processors.
    func call(
        _ function: String, _ batch: Batch, _ gradients: [String: MLMultiArray] = [:]
    ) throws -> Returned {
        try attempt(function, try rung(function), try inputs(function, batch, gradients))
    }

    private func attempt(
        _ function: String, _ rung: Rung, _ inputs: [String: MLMultiArray]
    ) throws -> Returned {
        do {
            return try Self.run(contents, function, on: rung.model, inputs)
        } catch let failure as Failure {
            throw failure
        } catch {
            let next = try climb(function, past: rung, because: error.localizedDescription)
            return try attempt(function, next, inputs)
        }
    }

    /// Returns what a function takes: examples, gradients, random numbers, the state.
    private func inputs(
        _ function: String, _ batch: Batch, _ gradients: [String: MLMultiArray]
    ) throws -> [String: MLMultiArray] {
        guard let ports = contents.functions[function] else {
            throw Failure.package("the package has no function \(function)")
        }
        var values: [String: MLMultiArray] = [:]
        for port in ports.inputs {
            let plain = contents.plain(port)
            let value =
                switch port.role {
                case "batch": try given(plain, batch)
                case "random": try drawn(plain)
                case "gradient": gradients[port.path]
                default: try state[port.path] ?? rate(plain)
                }
            guard let value else {
                throw Failure.package("nothing gives \(port.path), which \(function) takes")
            }
            values[port.name] = try Self.copy(value, into: port)
        }
        return values
    }

    /// Returns a part of a batch, of the type that the package tells.
    private func given(_ port: Port, _ batch: Batch) throws -> MLMultiArray {
        guard let tensor = batch[port.path] else {
            throw Failure.input(
                "the batch has no \(port.path), only \(batch.keys.sorted().joined(separator: ", "))")
        }
        guard tensor.shape == port.shape else {
            throw Failure.input("\(port.path) must be of shape \(port.shape), got \(tensor.shape)")
        }
        guard tensor.isWhole == (port.type == "int32") else {
            throw Failure.input(
                "\(port.path) takes \(port.type), got \(tensor.isWhole ? "whole numbers" : "floats")")
        }
        return try tensor.array()
    }

    /// Returns a learning rate.
    private func rate(_ port: Port) throws -> MLMultiArray? {
        guard let optimizer = port.optimizer else { return nil }
        guard let rate = try learningRates[optimizer] else {
            throw Failure.package("the package does not tell the schedule of \(optimizer)")
        }
        return try Self.array(port) { _ in Double(rate) }
    }

    /// Runs a function over what it takes, by the names of Core ML.
    static func run(
        _ contents: Package, _ function: String, on model: MLModel, _ inputs: [String: MLMultiArray]
    ) throws -> Returned {
        try pooled {
            let features = try MLDictionaryFeatureProvider(dictionary: inputs)
            let found = try model.prediction(from: features)
            var returned = Returned()
            for port in contents.functions[function]?.outputs ?? [] {
                guard let array = found.featureValue(for: port.name)?.multiArrayValue else {
                    throw Failure.package("function \(function) gave no \(port.name)")
                }
                // A copy: what Core ML returns may be a surface, and of those it has few.
                let value = try copy(array, into: contents.plain(port))
                switch port.role {
                case "result": returned.results[port.path] = value
                case "gradient": returned.gradients[port.path] = value
                default: returned.state[port.path] = value
                }
            }
            return returned
        }
    }

    /// Frees what Core ML leaves to be freed: a thread without a run loop never would.
    static func pooled<R>(_ body: () throws -> R) rethrows -> R {
        #if canImport(ObjectiveC)
        return try autoreleasepool(invoking: body)
        #else
        return try body()
        #endif
    }
}

// MARK: - Which processors compute a function

extension SampleTrainer {
    /// Where a function runs, and why not on the processors before.
    public struct Placement: Sendable, CustomStringConvertible {
        public let function: String
        public let units: MLComputeUnits
        /// The processors passed over, each with the reason.
        public let passedOver: [(units: MLComputeUnits, reason: String)]

        public var description: String {
            let others = passedOver.map { "\n  not \(SampleTrainer.text($0.units)): \($0.reason)" }
            return "\(function): \(SampleTrainer.text(units))" + others.joined()
        }
    }

    /// A function, loaded.
    struct Rung {
        let model: MLModel
        /// Its place among the processors to try.
        let place: Int
        let placement: Placement
    }

    /// Returns a function where it runs, loaded when it is first wanted. What must be computed in
    /// float32 is for the CPU alone.
    func rung(_ function: String) throws -> Rung {
        if let rung = rungs[function] { return rung }
        return try climb(function, from: 0, passedOver: [])
    }

    /// Returns a function on the next processors after those on which it failed.
    func climb(_ function: String, past rung: Rung, because reason: String) throws -> Rung {
        let failed = (rung.placement.units, "failed after it was loaded: \(reason)")
        return try climb(
            function, from: rung.place + 1, passedOver: rung.placement.passedOver + [failed])
    }

    private func climb(
        _ function: String, from first: Int, passedOver: [(MLComputeUnits, String)]
    ) throws -> Rung {
        var passedOver = passedOver
        let ladder = ["update", "accumulate"].contains(function) ? [.cpuOnly] : units
        var canary = Canary(function: function)
        for place in ladder.indices.dropFirst(first) {
            do {
                let model = try load(function, ladder[place])
                if ladder[place] != .cpuOnly {
                    try sing(&canary, model)
                }
                let placement = Placement(
                    function: function, units: ladder[place], passedOver: passedOver)
                let rung = Rung(model: model, place: place, placement: placement)
                rungs[function] = rung
                return rung
            } catch {
                passedOver.append((ladder[place], error.localizedDescription))
            }
        }
        rungs[function] = nil
        throw Failure.package(
            "no processor takes \(function)"
                + passedOver.map { "\n  \(Self.text($0.0)): \($0.1)" }.joined())
    }

    func load(_ function: String, _ units: MLComputeUnits) throws -> MLModel {
        let configuration = MLModelConfiguration()
        configuration.functionName = function
        configuration.computeUnits = units
        return try Self.pooled { try MLModel(contentsOf: compiled, configuration: configuration) }
    }

    static func text(_ units: MLComputeUnits) -> String {
        switch units {
        case .cpuOnly: "CPU"
        case .cpuAndGPU: "CPU and GPU"
        case .cpuAndNeuralEngine: "CPU and Neural Engine"
        case .all: "all"
        @unknown default: "units \(units.rawValue)"
        }
    }

    /// Whether this is a Mac that another one only pretends to be, or a simulated phone.
    private static var isVirtual: Bool {
        #if targetEnvironment(simulator)
        return true
        #elseif os(macOS)
        var isVirtual: Int32 = 0
        var size = MemoryLayout<Int32>.size
        return sysctlbyname("kern.hv_vmm_present", &isVirtual, &size, nil, 0) == 0 && isVirtual != 0
        #else
        return false
        #endif
    }
}

// MARK: - A first call over made-up numbers, compared with the CPU's

extension SampleTrainer {
    /// The made-up numbers of a function, and what the CPU computes of them once it was asked.
    struct Canary {
        let function: String
        var expected: [String: [Double]] = [:]
    }

    /// What differs by less than so much of the largest value is float16's own noise.
    private static let noise = 0x1p-10
    /// How near the CPU's results others must come: peak signal to noise, 40 dB are a hundredth.
    private static let decibels = 40.0

    /// Throws where a model computes its function unlike the CPU.
    private func sing(_ canary: inout Canary, _ model: MLModel) throws {
        let function = canary.function
        var numbers: [String: MLMultiArray] = [:]
        for port in contents.functions[function]?.inputs ?? [] {
            numbers[port.name] = try Self.copy(try Self.madeUp(contents.plain(port)), into: port)
        }
        if canary.expected.isEmpty {
            let cpu = try load(function, .cpuOnly)
            canary.expected = try computed(function, on: cpu, numbers)
        }
        let right = canary.expected
        let found = try computed(function, on: model, numbers)
        // Numbers that overflow on the CPU, too, tell nothing of another processor.
        guard right.values.allSatisfy({ $0.allSatisfy(\.isFinite) }) else { return }
        let largest = right.values.map(Self.largest).max() ?? 0
        for (path, values) in right {
            let others = found[path] ?? []
            let differences = zip(values, others).map { $0 - $1 }
            let peak = Self.largest(values)
            let squares = differences.reduce(0) { $0 + $1 * $1 }
            let reached = 10 * log10(peak * peak * Double(values.count) / squares)
            if !(reached >= Self.decibels || Self.largest(differences) <= Self.noise * largest) {
                throw Failure.numbers(
                    "its first results differ from the CPU's: \(path) reaches "
                        + String(format: "%.1f", reached) + " dB of \(Int(Self.decibels))")
            }
        }
    }

    /// Returns what is compared of a function's results. Metrics jump where an example changes
    /// sides, and are not.
    private func computed(
        _ function: String, on model: MLModel, _ numbers: [String: MLMultiArray]
    ) throws -> [String: [Double]] {
        let returned = try Self.run(contents, function, on: model, numbers)
        var found = returned.gradients
        for (path, value) in returned.results where path == "loss" || function.hasPrefix("predict") {
            found[path] = value
        }
        return try found.mapValues(Self.numbers)
    }

    /// Returns the largest size of some numbers; not a number where one of them is none.
    private static func largest(_ numbers: [Double]) -> Double {
        numbers.reduce(0) { $1.isNaN ? $1 : max($0, abs($1)) }
    }

    /// Makes up numbers of usual sizes: they neither overflow float16 nor vanish in it.
    private static func madeUp(_ port: Port) throws -> MLMultiArray {
        let name = stream(port.path)
        let count = port.shape.reduce(1, *)
        let sides = [port.shape.first ?? 1, port.shape.last ?? 1]
        let terms = Double(count) / Double(max(1, sides.min() ?? 1))
        return try array(port) { i in
            let even = uniform(1, name, UInt64(i))
            switch port.role {
            case "weight" where port.shape.count > 1: return normal(1, name, UInt64(i)) / terms.squareRoot()
            case "weight", "slot", "statistic": return 0.5 + even / 2
            case "hyper": return port.type == "int32" ? 1 : 256
            case "random" where !port.path.hasPrefix("random/normal/"): return even
            case "batch" where port.type == "int32": return Double(i % 2)
            default: return normal(1, name, UInt64(i))
            }
        }
    }
}

// MARK: - Learning rates

extension SampleTrainer {
    /// How learning rates differ from what their schedules say.
    struct RateChange {
        /// The rate of all optimizers in place of their schedules; not a number where these hold.
        var instead = Double.nan
        /// What rates are multiplied by.
        var share = 1.0

        init() {}

        /// Reads what a checkpoint tells of its run.
        init(_ run: [String: Any]) {
            let schedule = run["schedule"] as? [String: Any] ?? [:]
            instead = (schedule["learning_rate"] as? String).flatMap(Double.init) ?? .nan
            share = (schedule["learning_rate_share"] as? String).flatMap(Double.init) ?? 1
        }

        func of(_ scheduled: Double) throws -> Float {
            let rate = (instead.isNaN ? scheduled : instead) * share
            guard rate >= 0, rate <= Double(Float.greatestFiniteMagnitude) else {
                throw Failure.numbers("the learning rate must be 0 or more and finite, is \(rate)")
            }
            return Float(rate)
        }
    }

    /// A learning rate that changes with the updates, by the formulas of Propane's `Schedule`.
    indirect enum Schedule: Decodable {
        case constant(Double)
        case cosine(from: Double, to: Double, steps: Double)
        case step(from: Double, factor: Double, every: Int)
        case exponential(from: Double, factor: Double)
        case multiStep(from: Double, factor: Double, milestones: [Int])
        case polynomial(from: Double, power: Double, steps: Double)
        case linear(from: Double, to: Double, steps: Double)
        case cosineRestarts(from: Double, to: Double, steps: Int, longer: Int)
        case oneCycle(largest: Double, steps: Double, rise: Double, first: Double, last: Double)
        case joined(before: Schedule, step: Int, next: Schedule)
        case warmup(then: Schedule, start: Double, steps: Double)
        case table(first: Int, values: [Double])

        private enum Key: CodingKey {
            case kind, value, from, to, steps, factor, every, milestones, power, longer, largest,
                rise, first, last, before, step, next, then, start, values
        }

        init(from decoder: any Decoder) throws {
            let told = try decoder.container(keyedBy: Key.self)
            func read<T: Decodable>(_ key: Key) throws -> T { try told.decode(T.self, forKey: key) }
            let kind: String = try read(.kind)
            self =
                switch kind {
                case "constant": .constant(try read(.value))
                case "cosine":
                    .cosine(from: try read(.from), to: try read(.to), steps: try read(.steps))
                case "step":
                    .step(from: try read(.from), factor: try read(.factor), every: try read(.every))
                case "exponential":
                    .exponential(from: try read(.from), factor: try read(.factor))
                case "multiStep":
                    .multiStep(
                        from: try read(.from), factor: try read(.factor),
                        milestones: try read(.milestones))
                case "polynomial":
                    .polynomial(
                        from: try read(.from), power: try read(.power), steps: try read(.steps))
                case "linear":
                    .linear(from: try read(.from), to: try read(.to), steps: try read(.steps))
                case "cosineRestarts":
                    .cosineRestarts(
                        from: try read(.from), to: try read(.to), steps: try read(.steps),
                        longer: try read(.longer))
                case "oneCycle":
                    .oneCycle(
                        largest: try read(.largest), steps: try read(.steps),
                        rise: try read(.rise), first: try read(.first), last: try read(.last))
                case "joined":
                    .joined(
                        before: try read(.before), step: try read(.step), next: try read(.next))
                case "warmup":
                    .warmup(
                        then: try read(.then), start: try read(.start), steps: try read(.steps))
                case "table": .table(first: try read(.first), values: try read(.values))
                default: throw Failure.package("the package has a schedule of unknown kind \(kind)")
                }
        }

        /// Returns the rate for the update after some others.
        func rate(_ update: Int) -> Double {
            let now = Double(update)
            switch self {
            case .constant(let value): return value
            case .cosine(let from, let to, let steps):
                return Self.between(from, to, now / steps)
            case .step(let from, let factor, let every):
                return from * pow(factor, Double(update / every))
            case .exponential(let from, let factor): return from * pow(factor, now)
            case .multiStep(let from, let factor, let milestones):
                return from * pow(factor, Double(milestones.filter { $0 <= update }.count))
            case .polynomial(let from, let power, let steps):
                return from * pow(1 - min(now, steps) / steps, power)
            case .linear(let from, let to, let steps):
                let share = min(now, steps) / steps
                return from * (1 - share) + to * share
            case .cosineRestarts(let from, let to, let steps, let longer):
                var since = longer == 1 ? update % steps : update
                var length = steps
                while since >= length {
                    since -= length
                    length *= longer
                }
                return Self.between(from, to, Double(since) / Double(length))
            case .oneCycle(let largest, let steps, let rise, let first, let last):
                let top = rise * steps - 1
                let end = steps - 1
                let start = largest / first
                return now <= top
                    ? Self.between(start, largest, now / top)
                    : Self.between(
                        largest, start / last, (min(now, end) - top) / (end - top))
            case .joined(let before, let step, let next):
                return update < step ? before.rate(update) : next.rate(update - step)
            case .warmup(let then, let start, let steps):
                return then.rate(update) * (start + (1 - start) * min(now, steps) / steps)
            case .table(let first, let values):
                return values[max(0, min(update - first, values.count - 1))]
            }
        }

        /// Returns a value on half a cosine from one to another.
        private static func between(_ from: Double, _ to: Double, _ share: Double) -> Double {
            to + (from - to) * (1 + cos(Double.pi * share)) / 2
        }
    }
}

// MARK: - Random numbers: each a function of seed, stream and index, the same as on other machines

extension SampleTrainer {
    /// Returns the random numbers of a step.
    func drawn(_ port: Port) throws -> MLMultiArray {
        guard let seed = contents.start["seed"], seed.count == 2 else {
            throw Failure.package("the package draws random numbers and tells no seed")
        }
        let isNormal = port.path.hasPrefix("random/normal/")
        let name = port.path.dropFirst(isNormal ? "random/normal/".count : "random/uniform/".count)
        let low = UInt64(UInt32(bitPattern: Int32(seed[0])))
        let high = UInt64(UInt32(bitPattern: Int32(seed[1])))
        let mixed = Self.bits(high << 32 | low, 0, UInt64(steps))
        let stream = Self.stream(String(name))
        return try Self.array(port) { i in
            isNormal
                ? Self.normal(mixed, stream, UInt64(i)) : Self.uniform(mixed, stream, UInt64(i))
        }
    }

    /// Returns a number from 0 on, below 1.
    static func uniform(_ seed: UInt64, _ stream: UInt64, _ index: UInt64) -> Double {
        Double(bits(seed, stream, index) >> 40) * 0x1p-24
    }

    /// Returns a number of the standard normal distribution.
    static func normal(_ seed: UInt64, _ stream: UInt64, _ index: UInt64) -> Double {
        let u = Double((bits(seed, stream, 2 * index) >> 11) + 1) * 0x1p-53
        let v = Double(bits(seed, stream, 2 * index + 1) >> 11) * 0x1p-53
        return (-2 * log(u)).squareRoot() * cos(2 * Double.pi * v)
    }

    private static func bits(_ seed: UInt64, _ stream: UInt64, _ index: UInt64) -> UInt64 {
        let golden: UInt64 = 0x9E37_79B9_7F4A_7C15
        return mix(mix(mix(seed &+ golden) &+ stream &* golden) &+ index &* golden)
    }

    static func stream(_ name: String) -> UInt64 {
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

// MARK: - The state as a file, which Propane's trainer.load reads, too, and goes on from

extension SampleTrainer {
    /// Writes the state, whole or not at all: weights, statistics, slots, counters, learning rate.
    public func save(to file: URL) throws {
        var texts = contents.checkpoint
        var run = try Self.object(texts["run"])
        var schedule = run["schedule"] as? [String: Any] ?? [:]
        if !rateChange.instead.isNaN { schedule["learning_rate"] = "\(rateChange.instead)" }
        (run["step"], run["schedule"]) = (steps, schedule)
        // What only trainings in half precision keep stands among what steers the training.
        var ports = try Self.object(texts["ports"])
        let named = ["weight", "slot", "statistic"].flatMap { ports[$0] as? [String] ?? [] }
        let others = state.keys.filter { $0 != "step" && !named.contains($0) }.sorted()
        ports["hyper"] = others
        texts["run"] = try Self.text(run)
        texts["ports"] = try Self.text(ports)
        texts["crc32c"] = "00000000"
        var header: [String: Any] = ["__metadata__": texts]
        var data = Data()
        for path in named + others {
            guard let array = state[path] else { throw Failure.package("the state has no \(path)") }
            let start = data.count
            array.withUnsafeBytes { data.append(contentsOf: $0) }
            header[path] = [
                "dtype": array.dataType == .int32 ? "I32" : "F32", "shape": array.shape,
                "data_offsets": [start, data.count],
            ]
        }
        var text = Data(try Self.text(header).utf8)
        let length = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) }
        let sum = String(Self.checksum(length, text, data), radix: 16)
        if let place = text.range(of: Data("\"crc32c\":\"00000000\"".utf8)) {
            let digits = String(repeating: "0", count: 8 - sum.count) + sum
            text.replaceSubrange(place, with: Data("\"crc32c\":\"\(digits)\"".utf8))
        }
        try (length + text + data).write(to: file, options: .atomic)
    }

    /// Takes over what ``save(to:)``, or Propane's own trainer of the same training, wrote.
    public func load(from file: URL) throws {
        let whole = try Data(contentsOf: file)
        guard whole.count >= 8 else { throw Failure.file("the file is cut short") }
        let length = whole.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(whole.count - 8) else { throw Failure.file("the file is cut short") }
        let begin = 8 + Int(length)
        let text = String(decoding: whole[8..<begin], as: UTF8.self)
        let header = try Self.object(text)
        guard let texts = header["__metadata__"] as? [String: String],
            texts["format"] == contents.checkpoint["format"],
            texts["version"] == contents.checkpoint["version"], let sum = texts["crc32c"]
        else {
            throw Failure.file("the file is no state of a training")
        }
        let blank = text.replacingOccurrences(
            of: "\"crc32c\":\"\(sum)\"", with: "\"crc32c\":\"00000000\"")
        guard UInt32(sum, radix: 16) == Self.checksum(whole[..<8], Data(blank.utf8), whole[begin...])
        else {
            throw Failure.file("the file is damaged")
        }
        var loaded = state
        for (path, former) in state where path != "step" {
            // A training in full precision has no loss scale; the one at hand then stays.
            guard let entry = header[path] as? [String: Any] else {
                if contents.hyper(path) != nil { continue }
                throw Failure.file("the file has no \(path)")
            }
            guard let offsets = entry["data_offsets"] as? [Int], offsets.count == 2,
                entry["shape"] as? [Int] == former.shape.map(\.intValue),
                entry["dtype"] as? String == (former.dataType == .int32 ? "I32" : "F32"),
                offsets[0] >= 0, offsets[1] <= whole.count - begin,
                offsets[1] - offsets[0] == 4 * former.count
            else {
                throw Failure.file("the file has another \(path) than this training")
            }
            let array = try MLMultiArray(shape: former.shape, dataType: former.dataType)
            let bytes = whole[begin + offsets[0]..<begin + offsets[1]]
            _ = array.withUnsafeMutableBytes { target, _ in bytes.copyBytes(to: target) }
            loaded[path] = array
        }
        let run = try Self.object(texts["run"])
        guard let step = run["step"] as? Int, let port = contents.hyper("step") else {
            throw Failure.file("the file does not tell its step")
        }
        loaded["step"] = try Self.array(port) { _ in Double(step) }
        rateChange = RateChange(run)
        (state, steps) = (loaded, step)
    }

    static func object(_ text: String?) throws -> [String: Any] {
        let json = try JSONSerialization.jsonObject(with: Data((text ?? "").utf8))
        return json as? [String: Any] ?? [:]
    }

    private static func text(_ object: [String: Any]) throws -> String {
        let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
        let data = try JSONSerialization.data(withJSONObject: object, options: options)
        return String(decoding: data, as: UTF8.self)
    }

    /// Returns the CRC-32C of some bytes one after the other.
    private static func checksum(_ parts: Data...) -> UInt32 {
        let table = (0..<256).map { byte in
            (0..<8).reduce(UInt32(byte)) { crc, _ in crc >> 1 ^ (crc & 1 == 0 ? 0 : 0x82F6_3B78) }
        }
        var crc = UInt32.max
        for part in parts {
            part.withUnsafeBytes { bytes in
                for byte in bytes { crc = crc >> 8 ^ table[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] }
            }
        }
        return ~crc
    }
}

// MARK: - Trained weights for the predictor that is deployed

extension SampleTrainer {
    /// Writes a copy of the package that Propane's trainer.export made, with the weights that were
    /// trained here; Core ML compiles it with `MLModel.compileModel(at:)`.
    ///
    /// - Parameters:
    ///   - predictor: the package, .mlpackage; Xcode compiles those it knows of, so that an app
    ///     must bring it as a folder or fetch it
    ///   - copy: where the copy goes; what is there is replaced once it is whole
    ///   - averaged: whether running means stand in for the weights, where the training keeps some
    public func export(_ predictor: URL, to copy: URL, averaged: Bool = false) throws {
        let data = "Data/com.apple.CoreML/"
        let model = try Data(contentsOf: predictor.appendingPathComponent(data + "model.mlmodel"))
        guard let text = Self.userDefined("propane.weights", in: model) else {
            throw Failure.file("the predictor does not tell where its weights lie (propane.weights)")
        }
        let places = try JSONDecoder().decode([String: Place].self, from: Data(text.utf8))
        var blob = try Data(contentsOf: predictor.appendingPathComponent(data + "weights/weight.bin"))
        for (path, place) in places {
            let average = averaged ? state["average/" + path] : nil
            guard let array = average ?? state[path],
                array.shape.map(\.intValue) == place.shape
            else {
                throw Failure.file("the predictor has a weight \(path) that this training has not")
            }
            try Self.write(array, to: &blob, at: place, of: path)
        }
        let files = FileManager.default
        let folder = try files.url(
            for: .itemReplacementDirectory, in: .userDomainMask, appropriateFor: copy, create: true)
        defer { try? files.removeItem(at: folder) }
        let fresh = folder.appendingPathComponent(copy.lastPathComponent)
        try files.copyItem(at: predictor, to: fresh)
        try blob.write(to: fresh.appendingPathComponent(data + "weights/weight.bin"))
        if files.fileExists(atPath: copy.path) { try files.removeItem(at: copy) }
        try files.moveItem(at: fresh, to: copy)
    }

    /// Where a weight of the predictor lies in its weight file.
    private struct Place: Decodable {
        let offset: Int
        let shape: [Int]
        let type: String
    }

    /// Writes an array over the numbers of a record: 64 bytes that tell of it, then its numbers.
    private static func write(
        _ array: MLMultiArray, to blob: inout Data, at place: Place, of path: String
    ) throws {
        func number(_ offset: Int, _ bytes: Int) -> UInt64 {
            blob[place.offset + offset..<place.offset + offset + bytes].reversed()
                .reduce(0) { $0 << 8 | UInt64($1) }
        }
        let type: UInt64? = ["fp16": 1, "fp32": 2][place.type]
        let bytes = array.count * (place.type == "fp16" ? 2 : 4)
        guard place.offset >= 0, place.offset + 64 <= blob.count, number(0, 4) == 0xDEAD_BEEF,
            number(4, 4) == type, number(8, 8) == UInt64(bytes),
            number(16, 8) <= UInt64(blob.count - bytes)
        else {
            throw Failure.file("the predictor's weight file has no \(path) where it should be")
        }
        let start = Int(number(16, 8))
        let floats = try numbers(of: array).map { Float($0) }
        if place.type == "fp16" {
            floats.map(half).withUnsafeBytes { blob.replaceSubrange(start..<start + bytes, with: $0) }
        } else {
            floats.withUnsafeBytes { blob.replaceSubrange(start..<start + bytes, with: $0) }
        }
    }

    /// Returns a text that a model's author put beside it: Model.description (field 2),
    /// .metadata (100), .userDefined (100), a map of keys (1) and values (2), as protocol buffers.
    private static func userDefined(_ key: String, in model: Data) -> String? {
        for description in fields(2, of: model) {
            for metadata in fields(100, of: description) {
                for entry in fields(100, of: metadata)
                where fields(1, of: entry).first.map({ String(decoding: $0, as: UTF8.self) }) == key {
                    return fields(2, of: entry).first.map { String(decoding: $0, as: UTF8.self) }
                }
            }
        }
        return nil
    }

    /// Returns the contents of all fields of a number that hold bytes.
    private static func fields(_ wanted: UInt64, of message: Data) -> [Data] {
        var found: [Data] = []
        var rest = message[...]
        func varint() -> UInt64? {
            var value: UInt64 = 0
            for shift in stride(from: UInt64(0), to: 64, by: 7) {
                guard let byte = rest.popFirst() else { return nil }
                value |= UInt64(byte & 0x7F) << shift
                if byte < 0x80 { return value }
            }
            return nil
        }
        while let key = varint() {
            switch key & 7 {
            case 0: guard varint() != nil else { return found }
            case 1: rest = rest.dropFirst(8)
            case 5: rest = rest.dropFirst(4)
            case 2:
                guard let length = varint(), length <= UInt64(rest.count) else { return found }
                if key >> 3 == wanted { found.append(Data(rest.prefix(Int(length)))) }
                rest = rest.dropFirst(Int(length))
            default: return found
            }
        }
        return found
    }
}
