import Foundation

open class MLMultiArrayShapeConstraint: NSObject {
    init(_ unspecified: Void) {}

    open var type: MLMultiArrayShapeConstraintType { .unspecified }
    open var enumeratedShapes: [[NSNumber]] { [] }
}

open class MLMultiArrayConstraint: NSObject {
    public let shape: [NSNumber]
    public let dataType: MLMultiArrayDataType
    public let shapeConstraint = MLMultiArrayShapeConstraint(())

    init(shape: [Int], dataType: MLMultiArrayDataType) {
        self.shape = shape as [NSNumber]
        self.dataType = dataType
    }
}

open class MLStateConstraint: NSObject {
    public let bufferShape: [Int]
    public let dataType: MLMultiArrayDataType

    init(shape: [Int], dataType: MLMultiArrayDataType) {
        bufferShape = shape
        self.dataType = dataType
    }
}

open class MLFeatureDescription: NSObject {
    public let name: String
    public let type: MLFeatureType
    public let isOptional: Bool
    public let multiArrayConstraint: MLMultiArrayConstraint?
    public let stateConstraint: MLStateConstraint?

    init(_ feature: StandInModel.Feature, state: Bool) throws {
        let type = try feature.type()
        name = feature.name
        self.type = state ? .state : .multiArray
        isOptional = feature.optional ?? false
        multiArrayConstraint =
            state ? nil : MLMultiArrayConstraint(shape: feature.shape, dataType: type)
        stateConstraint = state ? MLStateConstraint(shape: feature.shape, dataType: type) : nil
    }
}

public struct MLModelMetadataKey: RawRepresentable, Hashable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public static var creatorDefinedKey: MLModelMetadataKey {
        MLModelMetadataKey(rawValue: "MLModelCreatorDefinedKey")
    }
}

open class MLModelDescription: NSObject {
    public let inputDescriptionsByName: [String: MLFeatureDescription]
    public let outputDescriptionsByName: [String: MLFeatureDescription]
    public let stateDescriptionsByName: [String: MLFeatureDescription]
    public let trainingInputDescriptionsByName: [String: MLFeatureDescription]
    public let isUpdatable: Bool
    public let metadata: [MLModelMetadataKey: Any]

    init(_ model: StandInModel, _ function: StandInModel.Function) throws {
        func byName(_ features: [StandInModel.Feature]?, state: Bool = false) throws
            -> [String: MLFeatureDescription]
        {
            Dictionary(
                uniqueKeysWithValues: try (features ?? []).map {
                    ($0.name, try MLFeatureDescription($0, state: state))
                })
        }
        inputDescriptionsByName = try byName(function.inputs)
        outputDescriptionsByName = try byName(function.outputs)
        stateDescriptionsByName = try byName(function.states, state: true)
        trainingInputDescriptionsByName = try byName(model.update?.inputs)
        isUpdatable = model.update != nil
        metadata = [.creatorDefinedKey: model.metadata ?? [:]]
    }
}
