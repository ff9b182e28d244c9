import Foundation

/// Not Sendable, nor are the keys below: a static constant cannot hold one.
open class MLKey: NSObject {
    public let name: String
    init(_ name: String) { self.name = name }
    open override var hash: Int { name.hashValue }
    open override func isEqual(_ object: Any?) -> Bool { (object as? MLKey)?.name == name }
}

open class MLParameterKey: MLKey {
    open class var learningRate: MLParameterKey { MLParameterKey("learningRate") }
    open class var momentum: MLParameterKey { MLParameterKey("momentum") }
    open class var miniBatchSize: MLParameterKey { MLParameterKey("miniBatchSize") }
    open class var beta1: MLParameterKey { MLParameterKey("beta1") }
    open class var beta2: MLParameterKey { MLParameterKey("beta2") }
    open class var eps: MLParameterKey { MLParameterKey("eps") }
    open class var epochs: MLParameterKey { MLParameterKey("epochs") }
    open class var shuffle: MLParameterKey { MLParameterKey("shuffle") }
    open class var seed: MLParameterKey { MLParameterKey("seed") }
}

open class MLMetricKey: MLKey {
    open class var lossValue: MLMetricKey { MLMetricKey("lossValue") }
    open class var epochIndex: MLMetricKey { MLMetricKey("epochIndex") }
    open class var miniBatchIndex: MLMetricKey { MLMetricKey("miniBatchIndex") }
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
