// Trains PACKAGE on the device with Core ML alone. Written by Propane; nothing in it knows the
// model: all it needs stands in the package's metadata.
//
//     let trainer = try await NAME(contentsOf: compiled)
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

/// Trains the model of PACKAGE.
///
/// Its calls run one after another on a queue of its own, never on the main actor: loading takes
/// seconds, on a first start minutes, and a prediction blocks until Core ML is done.
public actor NAME {
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
        contentsOf compiled: URL, units: [MLComputeUnits] = NAME.usualUnits
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
            guard contents.settings[path] == nil else { continue }
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
    /// - Parameters:
    ///   - batch: the batch's inputs and targets by name, of the shapes that the package tells
    ///   - isLast: whether no batch follows for now: where several batches make one update, it is
    ///     made of those there are
    /// - Throws: ``Failure/numbers(_:)`` where a result or a gradient is not finite
    @discardableResult
    public func step(_ batch: Batch, isLast: Bool = false) throws -> [String: Float] {
        try measuredStep(batch, isLast: isLast).numbers
    }

    func measuredStep(_ batch: Batch, isLast: Bool) throws -> Measured {
        let before = try gathered
        let isUpdate = isLast || before + 1 >= contents.accumulate
        let half = try call("gradients", batch)
        var measured = try finite(half.results)
        let whole = try call(isUpdate ? "update" : "accumulate", batch, half.gradients)
        measured.merge(try finite(whole.results))
        state.merge(whole.state) { $1 }
        steps += 1
        return measured
    }

    /// The number of batches that the update at hand has so far.
    private var gathered: Int {
        get throws { try state["window/batches"].map { Int(try Self.first(of: $0)) } ?? 0 }
    }

    /// The number of updates made so far: what schedules count.
    var updates: Int {
        get throws { Int(try Self.first(of: state["updates"])) }
    }

    /// Returns what the training reports.
    private func finite(_ results: [String: MLMultiArray]) throws -> Measured {
        let measured = try Measured(results.filter { contents.isReported($0.key) })
        let bad = measured.all.filter { !$0.value.isFinite }.sorted { $0.key < $1.key }
        guard bad.isEmpty else {
            throw Failure.numbers(
                "step \(steps + 1): "
                    + bad.map { "\($0.key) is \($0.value)" }.joined(separator: ", ")
                    + "; weights and slots are those before this step")
        }
        return measured
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
            let now = try updates
            return try contents.schedules.mapValues { try rateChange.of($0.rate(now)) }
        }
    }

    /// Runs the calls of an actor one after another on one queue: Core ML blocks its caller, and
    /// threads that all of Swift shares are few.
    private final class Queue: SerialExecutor {
        private let queue = DispatchQueue(label: "NAME", autoreleaseFrequency: .workItem)

        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
        }

        func asUnownedSerialExecutor() -> UnownedSerialExecutor {
            UnownedSerialExecutor(ordinary: self)
        }
    }
}
