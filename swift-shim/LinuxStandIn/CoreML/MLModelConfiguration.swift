import Foundation

public enum MLComputeUnits: Int, Sendable {
    case cpuOnly = 0
    case cpuAndGPU, all, cpuAndNeuralEngine
}

open class MLKey: NSObject {
    public let name: String
    init(_ name: String) { self.name = name }
    open override var hash: Int { name.hashValue }
    open override func isEqual(_ object: Any?) -> Bool { (object as? MLKey)?.name == name }
}

public final class MLParameterKey: MLKey, @unchecked Sendable {
    public static let learningRate = MLParameterKey("learningRate")
    public static let momentum = MLParameterKey("momentum")
    public static let miniBatchSize = MLParameterKey("miniBatchSize")
    public static let beta1 = MLParameterKey("beta1")
    public static let beta2 = MLParameterKey("beta2")
    public static let eps = MLParameterKey("eps")
    public static let epochs = MLParameterKey("epochs")
    public static let shuffle = MLParameterKey("shuffle")
    public static let seed = MLParameterKey("seed")
}

public final class MLMetricKey: MLKey, @unchecked Sendable {
    public static let lossValue = MLMetricKey("lossValue")
    public static let epochIndex = MLMetricKey("epochIndex")
    public static let miniBatchIndex = MLMetricKey("miniBatchIndex")
}

open class MLModelConfiguration: NSObject {
    open var computeUnits = MLComputeUnits.all
    open var functionName: String?
    open var modelDisplayName: String?
    open var parameters: [MLParameterKey: Any]?
}

open class MLPredictionOptions: NSObject {
    open var outputBackings: [String: Any] = [:]
}
