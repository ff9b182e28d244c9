// None of this compiles over Apple's declarations, so none of it may over the stand-in.
import CoreML
import CoreVideo
import Foundation

func whatCoreMLAloneMakes() {
    _ = MLModel()  // expected-error {{missing argument}}
    _ = MLState()  // expected-error {{is inaccessible}} expected-error {{missing argument}}
    _ = MLTask()  // expected-error {{is inaccessible}} expected-error {{missing argument}}
    _ = MLUpdateContext()  // expected-error {{is inaccessible}} expected-error {{missing argument}}
    _ = MLMultiArrayConstraint()  // expected-error {{is inaccessible}} expected-error {{missing argument}}
    _ = MLMultiArrayShapeConstraint()  // expected-error {{is inaccessible}} expected-error {{missing argument}}
    _ = MLCPUComputeDevice()  // expected-error {{is inaccessible}} expected-error {{missing argument}}
    _ = MLGPUComputeDevice()  // expected-error {{is inaccessible}} expected-error {{missing argument}}
    _ = MLNeuralEngineComputeDevice()  // expected-error {{is inaccessible}} expected-error {{missing argument}}
    _ = MLParameterKey("eps")  // expected-error {{is inaccessible}}
}

final class OwnState: MLState {}  // expected-error {{inheritance from a final class 'MLState'}}

func casesToCome(_ type: MLMultiArrayDataType, _ device: MLComputeDevice, _ kind: MLModelStructure) {
    switch type {  // expected-error {{may have additional unknown values}} expected-note {{}}
    case .double, .float32, .float16, .int32: break
    }
    switch device {  // expected-error {{may have additional unknown values}} expected-note {{}}
    case .cpu, .gpu, .neuralEngine: break
    }
    switch kind {  // expected-error {{may have additional unknown values}} expected-note {{}}
    case .program, .neuralNetwork, .pipeline, .unsupported: break
    }
}

func errorsAreThrown(_ url: URL, _ array: MLMultiArray) {
    _ = MLModel(contentsOf: url)  // expected-error {{can throw}}
    _ = MLModelAsset(url: url)  // expected-error {{can throw}}
    _ = MLMultiArray(shape: [1], dataType: .float16)  // expected-error {{can throw}}
    _ = MLDictionaryFeatureProvider(dictionary: [:])  // expected-error {{can throw}}
}

func optionalsAreAsked(_ given: any MLFeatureProvider, _ feature: MLFeatureDescription) {
    _ = given.featureValue(for: "x").multiArrayValue  // expected-error {{must be unwrapped}} expected-note * {{}}
    _ = feature.multiArrayConstraint.shape  // expected-error {{must be unwrapped}} expected-note * {{}}
}

func asynchronousOnesAreMeantHere(_ model: MLModel, _ given: any MLFeatureProvider) async throws {
    _ = try model.prediction(from: given)  // expected-error {{is 'async' but is not marked with 'await'}} expected-note {{}}
    _ = try MLModelAsset(url: URL(fileURLWithPath: "")).functionNames  // expected-error {{'async'}} expected-note {{}}
}

func nothingIsLeftOut(_ memory: UnsafeMutableRawPointer, _ buffer: CVPixelBuffer) throws {
    _ = try MLMultiArray(dataPointer: memory, shape: [1], dataType: .float16, strides: [1])  // expected-error {{missing argument for parameter 'deallocator'}}
    CVPixelBufferLockBaseAddress(buffer)  // expected-error {{missing argument}}
    _ = buffer.isLocked  // expected-error {{}}
}
