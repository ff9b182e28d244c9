// None of this compiles over Apple's declarations, so none of it may over the stand-in. Data races
// are looked for after types, so these stand apart.
import CoreML
import CoreVideo
import Foundation

func captured(_ model: MLModel) {
    Task.detached { _ = model.modelDescription }  // expected-error {{risks causing data races}} expected-note * {{}}
}

func captured(_ task: MLUpdateTask) {
    Task.detached { task.cancel() }  // expected-error {{risks causing data races}} expected-note * {{}}
}

func captured(_ array: MLMultiArray) {
    Task.detached { _ = array.count }  // expected-error {{risks causing data races}} expected-note * {{}}
}

func captured(_ buffer: CVPixelBuffer) {
    Task.detached { CVPixelBufferLockBaseAddress(buffer, []) }  // expected-error {{risks causing data races}} expected-note * {{}}
}
