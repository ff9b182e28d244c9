import CoreML
import Foundation

/// What a model is loaded with.
struct LoadRequest: Sendable {
    let model: URL
    let function: String?
    let units: MLComputeUnits

    init(_ path: UnsafePointer<CChar>?, _ function: UnsafePointer<CChar>?, _ units: Int32) throws {
        model = try existing(path, "the path")
        self.function = try function.map { try text($0, "the function") }
        guard let units = MLComputeUnits(rawValue: Int(units)), 0...3 ~= units.rawValue else {
            throw ShimError.invalid("there are no compute units \(units)")
        }
        self.units = units
    }

    func configuration() -> MLModelConfiguration {
        let configuration = MLModelConfiguration()
        configuration.computeUnits = units
        if let function { configuration.functionName = function }
        return configuration
    }
}
