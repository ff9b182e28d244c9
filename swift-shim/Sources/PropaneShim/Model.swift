import CPropaneShim
import CoreML
import Foundation

/// A loaded model. Its queue carries out its calls one after the other.
final class Model: @unchecked Sendable {
    // MLModel is not Sendable: only the queue touches it after init, but for its description, which
    // does not change.
    let model: MLModel
    let description: MLModelDescription
    let function: String
    let functions: [String]
    let queue: DispatchQueue
    // The cache deletes no model that is loaded.
    private let kept: KeptModel?

    init(_ model: MLModel, _ function: String, _ functions: [String], _ kept: KeptModel?) {
        self.model = model
        self.kept = kept
        description = model.modelDescription
        self.function = function
        self.functions = functions
        queue = DispatchQueue(label: "propane.model", autoreleaseFrequency: .workItem)
    }

    static func load(_ request: LoadRequest) async throws -> Model {
        let kept = try await CompiledModels.kept(request.model)
        let compiled = kept?.place ?? request.model
        let functions = try await MLModelAsset(url: compiled).functionNames
        if let wanted = request.function, !functions.isEmpty, !functions.contains(wanted) {
            throw ShimError.notFound("no function \(wanted); there are \(functions.sorted())")
        }
        let start = Date()
        let model = try await MLModel.load(
            contentsOf: compiled, configuration: request.configuration())
        let took = Int(Date().timeIntervalSince(start) * 1000)
        Log.info("loaded \(compiled.path) \(request.function ?? "") in \(took) ms")
        return Model(model, request.function ?? "", functions, kept)
    }

    func describe() throws -> String {
        let own = description.metadata[.creatorDefinedKey] as? [String: String]
        return try json([
            "function": function,
            "functions": functions,
            "updatable": description.isUpdatable,
            "inputs": described(description.inputDescriptionsByName),
            "outputs": described(description.outputDescriptionsByName),
            "states": described(description.stateDescriptionsByName),
            "metadata": own ?? [:],
        ])
    }

    private func described(_ features: [String: MLFeatureDescription]) -> [[String: Any]] {
        features.sorted { $0.key < $1.key }.map { name, feature in
            var entry: [String: Any] = ["name": name, "optional": feature.isOptional]
            if let array = feature.multiArrayConstraint {
                entry["shape"] = array.shape.map(\.intValue)
                entry["dtype"] = self.name(array.dataType)
            } else if let state = feature.stateConstraint {
                entry["shape"] = state.bufferShape
                entry["dtype"] = self.name(state.dataType)
            } else {
                entry["type"] = "\(feature.type.rawValue)"
            }
            return entry
        }
    }

    private func name(_ type: MLMultiArrayDataType) -> String {
        switch type {
        case .double: "float64"
        case .float32: "float32"
        case .float16: "float16"
        case .int32: "int32"
        @unknown default: "\(type.rawValue)"
        }
    }
}
