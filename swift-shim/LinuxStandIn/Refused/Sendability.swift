// None of this compiles over Apple's declarations, so none of it may over the stand-in.
import CoreML
import CoreVideo

func crosses<T: Sendable>(_: T.Type) {}  // expected-note * {{where 'T' =}}

func classesStayWhereTheyAre() {
    crosses(MLModel.self)  // expected-error {{type 'MLModel' does not conform to the 'Sendable'}}
    crosses(MLModelAsset.self)  // expected-error {{type 'MLModelAsset' does not conform}}
    crosses(MLModelConfiguration.self)  // expected-error {{does not conform}}
    crosses(MLPredictionOptions.self)  // expected-error {{does not conform}}
    crosses(MLModelDescription.self)  // expected-error {{does not conform}}
    crosses(MLFeatureDescription.self)  // expected-error {{does not conform}}
    crosses(MLMultiArrayConstraint.self)  // expected-error {{does not conform}}
    crosses(MLStateConstraint.self)  // expected-error {{does not conform}}
    crosses(MLMultiArray.self)  // expected-error {{does not conform}}
    crosses(MLFeatureValue.self)  // expected-error {{does not conform}}
    crosses(MLDictionaryFeatureProvider.self)  // expected-error {{does not conform}}
    crosses(MLArrayBatchProvider.self)  // expected-error {{does not conform}}
    crosses(MLKey.self)  // expected-error {{does not conform}}
    crosses(MLParameterKey.self)  // expected-error {{does not conform}}
    crosses(MLMetricKey.self)  // expected-error {{does not conform}}
    crosses(MLTask.self)  // expected-error {{does not conform}}
    crosses(MLUpdateTask.self)  // expected-error {{does not conform}}
    crosses(MLUpdateContext.self)  // expected-error {{does not conform}}
    crosses(MLUpdateProgressHandlers.self)  // expected-error {{does not conform}}
    crosses(MLComputePlan.self)  // expected-error {{conformance of 'MLComputePlan' to 'Sendable' is unavailable}}
    crosses(CVPixelBuffer.self)  // expected-error {{does not conform}}
}

enum Keys {
    static let known: [String: MLParameterKey] = ["eps": .eps]  // expected-error {{'known' is not concurrency-safe}}
    // expected-note @-1 {{annotate 'known' with '@MainActor'}}
    // expected-note @-2 {{disable concurrency-safety checks}}
    static let loss = MLMetricKey.lossValue  // expected-error {{'loss' is not concurrency-safe}}
    // expected-note @-1 {{annotate 'loss' with '@MainActor'}}
    // expected-note @-2 {{disable concurrency-safety checks}}
}
