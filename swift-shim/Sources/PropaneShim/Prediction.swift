import CPropaneShim
import CoreML
import Foundation

/// One prediction, checked. Its arrays may go to the model's queue: only that uses them until then.
struct Prediction: @unchecked Sendable {
    let model: Model
    let state: State?
    let inputs: [ArrayView]
    let outputs: [ArrayView]
    let copied: UnsafeMutablePointer<Int32>?

    init(
        _ model: UnsafeMutableRawPointer?, _ state: UnsafeMutableRawPointer?,
        _ inputs: UnsafePointer<propane_array>?, _ inputCount: Int32,
        _ outputs: UnsafePointer<propane_array>?, _ outputCount: Int32,
        _ copied: UnsafeMutablePointer<Int32>?
    ) throws {
        self.model = try object(Model.self, model)
        self.state = try state.map { try object(State.self, $0) }
        self.inputs = try ArrayView.list(inputs, inputCount)
        self.outputs = try ArrayView.list(outputs, outputCount)
        self.copied = copied
        let description = self.model.description
        try Checks.inputs(self.inputs, description.inputDescriptionsByName)
        try Checks.known(self.outputs, description.outputDescriptionsByName, "output")
        guard self.state != nil || description.stateDescriptionsByName.isEmpty else {
            throw ShimError.invalid("the model has a state: give one of propane_state_create")
        }
    }

    /// Predicts; on the model's queue.
    func run() throws {
        let surfaces = (inputs + outputs).compactMap(\.surface)
        surfaces.forEach { $0.lend() }
        let ended = Result { try predict() }
        let moved = surfaces.filter { !$0.takeBack() }
        try ended.get()
        guard moved.isEmpty else {
            throw ShimError(
                PROPANE_FAILED, "the memory of a surface has moved; what lies there is stale")
        }
    }

    private func predict() throws {
        let features = try MLDictionaryFeatureProvider(
            dictionary: Dictionary(
                uniqueKeysWithValues: inputs.map {
                    ($0.name, MLFeatureValue(multiArray: $0.array) as Any)
                }))
        let options = MLPredictionOptions()
        options.outputBackings = Dictionary(
            uniqueKeysWithValues: outputs.map { ($0.name, $0.array as Any) })
        let result: any MLFeatureProvider
        if let state {
            result = try state.alone {
                try model.model.prediction(from: features, using: $0, options: options)
            }
        } else {
            result = try model.model.prediction(from: features, options: options)
        }
        for (index, output) in outputs.enumerated() {
            copied?[index] = try take(result, output) ? 0 : 1
        }
    }

    /// Returns whether Core ML wrote an output in place; copies it if not.
    private func take(_ result: any MLFeatureProvider, _ output: ArrayView) throws -> Bool {
        guard let given = result.featureValue(for: output.name)?.multiArrayValue else {
            throw ShimError(PROPANE_FAILED, "Core ML gave no array \(output.name)")
        }
        if given === output.array { return true }
        let type = output.array.dataType
        let shape = given.shape.map(\.intValue)
        // A result without axes may come as what it is: one element.
        let fits = shape == output.shape || shape.isEmpty && output.array.count == 1
        try Checks.fits(output, given.dataType, fits, shape, "output")
        let size = ArrayView.sizes[type] ?? 1
        let from = given.withUnsafeBytes { UnsafeRawPointer($0.baseAddress) }
        let to = output.array.withUnsafeBytes { UnsafeRawPointer($0.baseAddress) }
        if size > 0, from == to, given.strides == output.array.strides { return true }
        copy(given, output.array)
        return false
    }
}

@_cdecl("propane_model_predict")
public func modelPredict(
    _ model: UnsafeMutableRawPointer?, _ state: UnsafeMutableRawPointer?,
    _ inputs: UnsafePointer<propane_array>?, _ inputCount: Int32,
    _ outputs: UnsafePointer<propane_array>?, _ outputCount: Int32,
    _ copied: UnsafeMutablePointer<Int32>?, _ error: UnsafeMutablePointer<propane_error>?
) -> Int32 {
    exported(error) {
        let prediction = try Prediction(
            model, state, inputs, inputCount, outputs, outputCount, copied)
        try prediction.model.queue.sync { try autoreleasing { try prediction.run() } }
    }
}

@_cdecl("propane_model_predict_async")
public func modelPredictAsync(
    _ model: UnsafeMutableRawPointer?, _ state: UnsafeMutableRawPointer?,
    _ inputs: UnsafePointer<propane_array>?, _ inputCount: Int32,
    _ outputs: UnsafePointer<propane_array>?, _ outputCount: Int32,
    _ copied: UnsafeMutablePointer<Int32>?, _ done: propane_done?,
    _ user: UnsafeMutableRawPointer?, _ job: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ error: UnsafeMutablePointer<propane_error>?
) -> Int32 {
    exported(error) {
        let prediction = try Prediction(
            model, state, inputs, inputCount, outputs, outputCount, copied)
        let running = try Job(done, user)
        try handOut(running, to: job)
        prediction.model.queue.async {
            running.end {
                if running.isCancelled { throw ShimError.cancelled }
                try prediction.run()
            }
        }
    }
}
