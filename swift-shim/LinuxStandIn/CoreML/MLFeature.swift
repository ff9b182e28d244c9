import Foundation

open class MLFeatureValue: NSObject {
    private let array: MLMultiArray?

    public init(multiArray: MLMultiArray) { array = multiArray }

    open var type: MLFeatureType { array == nil ? .invalid : .multiArray }
    open var multiArrayValue: MLMultiArray? { array }
    open var isUndefined: Bool { array == nil }
}

public protocol MLFeatureProvider {
    var featureNames: Set<String> { get }
    func featureValue(for featureName: String) -> MLFeatureValue?
}

public protocol MLBatchProvider {
    var count: Int { get }
    func features(at index: Int) -> any MLFeatureProvider
}

open class MLDictionaryFeatureProvider: NSObject, MLFeatureProvider {
    private let values: [String: MLFeatureValue]

    public init(dictionary: [String: Any]) throws {
        values = try dictionary.mapValues { value in
            switch value {
            case let value as MLFeatureValue: value
            case let array as MLMultiArray: MLFeatureValue(multiArray: array)
            default: throw standInError(.featureType, "only arrays are known here")
            }
        }
    }

    open var featureNames: Set<String> { Set(values.keys) }
    open func featureValue(for featureName: String) -> MLFeatureValue? { values[featureName] }
}

open class MLArrayBatchProvider: NSObject, MLBatchProvider {
    open var array: [any MLFeatureProvider] { samples }
    private let samples: [any MLFeatureProvider]

    public init(array: [any MLFeatureProvider]) { samples = array }

    open var count: Int { samples.count }
    open func features(at index: Int) -> any MLFeatureProvider { samples[index] }
}
