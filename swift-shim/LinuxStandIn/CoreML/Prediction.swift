import CStandIn
import Foundation

extension MLModel {
    /// Hands the arrays, strided as they are, to the registered predictor.
    func run(
        _ name: String, _ function: StandInModel.Function, _ input: any MLFeatureProvider,
        _ options: MLPredictionOptions, _ state: MLState?
    ) throws -> any MLFeatureProvider {
        let predictor = Registered.predictor.withLock { $0 }
        guard let call = predictor.call else {
            throw standInError(.generic, "nothing makes predictions")
        }
        let earlier = predictions.withLock { count in
            defer { count += 1 }
            return count
        }
        try faults.predict(earlier, configuration.computeUnits)
        if let wait = model.predictMilliseconds {
            Thread.sleep(forTimeInterval: Double(wait) / 1e3)
        }
        var inputs: [(String, MLMultiArray)] = []
        for feature in function.inputs {
            guard let array = input.featureValue(for: feature.name)?.multiArrayValue else {
                if feature.optional ?? false { continue }
                throw standInError(.featureType, "input \(feature.name) is missing")
            }
            guard array.shape.map(\.intValue) == feature.shape else {
                throw standInError(
                    .featureType,
                    "input \(feature.name) has shape \(array.shape), not \(feature.shape)")
            }
            inputs.append((feature.name, array))
        }
        let outputs = try function.outputs.map { feature in
            let backing = options.outputBackings[feature.name]
            try faults.back(backing as? MLMultiArray, earlier, configuration.computeUnits)
            return (feature.name, try target(feature, backing))
        }
        let states = (state?.arrays ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        let status = withArrays(inputs) { i in
            withArrays(outputs) { o in
                withArrays(states) { s in
                    call(
                        predictor.user, url.path, name, i, Int32(inputs.count), o,
                        Int32(outputs.count), s, Int32(states.count))
                }
            }
        }
        guard status == 0 else {
            throw standInError(.generic, "the predictor of \(name) returned \(status)")
        }
        faults.distort(outputs, configuration.computeUnits)
        return try MLDictionaryFeatureProvider(
            dictionary: Dictionary(uniqueKeysWithValues: outputs.map { ($0.0, $0.1 as Any) }))
    }

    /// The caller's memory where it fits and the model says nothing against it, else padded rows.
    private func target(_ feature: StandInModel.Feature, _ backing: Any?) throws -> MLMultiArray {
        let type = try feature.type()
        if let refusal = (backing as? MLMultiArray)?.refusalAsBacking {
            throw standInError(
                .generic, "the backing of output \(feature.name) is refused: \(refusal)")
        }
        if feature.backed ?? true, let array = backing as? MLMultiArray, array.dataType == type,
            array.shape.map(\.intValue) == feature.shape
        {
            return array
        }
        return MLMultiArray.padded(feature.shape, type)
    }
}

private func withArrays<R>(
    _ arrays: [(String, MLMultiArray)], _ body: (UnsafePointer<propane_array>?) -> R
) -> R {
    var list: [propane_array] = []
    var memory: [UnsafeMutableRawPointer] = []
    func numbers(_ values: [NSNumber]) -> UnsafePointer<Int64> {
        let copy = UnsafeMutablePointer<Int64>.allocate(capacity: max(1, values.count))
        for (i, value) in values.enumerated() { copy[i] = value.int64Value }
        memory.append(copy)
        return UnsafePointer(copy)
    }
    for (name, array) in arrays {
        let text = strdup(name)!
        memory.append(text)
        list.append(
            propane_array(
                name: text, data: array.memory, bytes: Int64(array.extent),
                dims: numbers(array.shape), strides: numbers(array.strides),
                rank: Int32(array.shape.count), dtype: Int32(array.dataType.rawValue),
                surface: nil))
    }
    defer { memory.forEach { free($0) } }
    return list.withUnsafeBufferPointer { body($0.baseAddress) }
}
