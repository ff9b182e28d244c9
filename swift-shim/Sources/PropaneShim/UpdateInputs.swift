import CPropaneShim
import CoreML
import Foundation

/// Core ML's parameters of an update, from JSON.
enum UpdateParameters {
    // Core ML's keys are not Sendable: no constant may hold them.
    private static var numbers: [String: MLParameterKey] {
        [
            "learning_rate": .learningRate, "momentum": .momentum, "beta1": .beta1,
            "beta2": .beta2, "eps": .eps,
        ]
    }
    private static var counts: [String: MLParameterKey] {
        ["epochs": .epochs, "mini_batch_size": .miniBatchSize, "seed": .seed]
    }

    static func read(_ text: UnsafePointer<CChar>?) throws -> [MLParameterKey: Any] {
        guard let text else { return [:] }
        let data = Data(String(cString: text).utf8)
        guard let given = try? JSONSerialization.jsonObject(with: data) as? [String: Any] else {
            throw ShimError.invalid("the parameters are no JSON object")
        }
        let (numbers, counts) = (numbers, counts)
        var read: [MLParameterKey: Any] = [:]
        for (name, value) in given {
            if let key = numbers[name], let number = value as? Double {
                read[key] = number
            } else if let key = counts[name], let number = value as? Int, number >= 0 {
                read[key] = number
            } else if name == "shuffle", let flag = value as? Bool {
                read[.shuffle] = flag
            } else {
                throw ShimError.invalid("there is no parameter \(name) of value \(value)")
            }
        }
        return read
    }
}

/// Training samples, as slices of arrays whose first axis counts them.
enum SampleBatch {
    static func provider(
        _ features: [ArrayView], _ samples: Int, _ wanted: [String: MLFeatureDescription]
    ) throws -> any MLBatchProvider {
        guard samples > 0, Set(features.map(\.name)) == Set(wanted.keys) else {
            throw ShimError.invalid(
                "an update takes samples of \(wanted.keys.sorted()), got \(samples) of "
                    + "\(features.map(\.name).sorted())")
        }
        for view in features {
            guard let array = wanted[view.name]?.multiArrayConstraint else {
                throw ShimError(PROPANE_UNSUPPORTED, "training input \(view.name) is no array")
            }
            let shape = [samples] + array.shape.map(\.intValue)
            try Checks.fits(view, array.dataType, shape == view.shape, shape, "training input")
        }
        return MLArrayBatchProvider(
            array: try (0..<samples).map { index in
                try MLDictionaryFeatureProvider(
                    dictionary: Dictionary(
                        uniqueKeysWithValues: features.map { view in
                            (view.name, MLFeatureValue(multiArray: try slice(view, index)) as Any)
                        }))
            })
    }

    private static func slice(_ view: ArrayView, _ index: Int) throws -> MLMultiArray {
        let size = ArrayView.sizes[view.array.dataType] ?? 1
        return try view.array.withUnsafeMutableBytes { bytes, strides in
            try MLMultiArray(
                dataPointer: bytes.baseAddress! + index * strides[0] * size,
                shape: Array(view.array.shape.dropFirst()), dataType: view.array.dataType,
                strides: Array(view.array.strides.dropFirst()), deallocator: nil)
        }
    }
}
