
// MARK: - Calls of the package's functions

extension NAME {
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

    /// Returns a learning rate, or another setting that follows a schedule.
    private func rate(_ port: Port) throws -> MLMultiArray? {
        if let setting = contents.settings[port.path] {
            let value = try setting.value(try updates)
            return try Self.array(port) { _ in Double(value) }
        }
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
