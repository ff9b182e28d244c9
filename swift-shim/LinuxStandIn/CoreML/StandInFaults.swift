import Foundation

/// What the stand-in does wrong on purpose for some processors, so that tests see who notices:
/// `faults` in `standin.json`, by function.
struct StandInFaults: Codable {
    /// The raw values of the compute units for which the function does not load.
    var unloadable: [Int]?
    /// Those for which floats come out with the other sign.
    var distorted: [Int]?
    /// Those for which predictions fail from some number on, counted by model.
    var failing: [Int]?
    var failingFrom: Int?
    /// Those for which outputs over pixel buffers are refused, from some prediction on.
    var refusing: [Int]?
    var refusingFrom: Int?

    func load(_ function: String, _ configuration: MLModelConfiguration) throws {
        if unloadable?.contains(configuration.computeUnits.rawValue) ?? false {
            throw standInError(.generic, "\(function) does not load for these processors")
        }
    }

    func predict(_ earlier: Int, _ units: MLComputeUnits) throws {
        if failing?.contains(units.rawValue) ?? false, earlier >= failingFrom ?? 0 {
            throw standInError(.generic, "prediction \(earlier) fails on these processors")
        }
    }

    func back(_ array: MLMultiArray?, _ earlier: Int, _ units: MLComputeUnits) throws {
        if array?.pixelBuffer != nil, refusing?.contains(units.rawValue) ?? false,
            earlier >= refusingFrom ?? 0
        {
            throw standInError(.generic, "prediction \(earlier) refuses a pixel buffer")
        }
    }

    func distort(_ outputs: [(String, MLMultiArray)], _ units: MLComputeUnits) {
        guard distorted?.contains(units.rawValue) ?? false else { return }
        for (_, array) in outputs {
            // The sign is the highest bit; of little-endian numbers it is in the last byte.
            let size = array.dataType.bytes
            array.withUnsafeMutableBytes { bytes, _ in
                guard array.dataType != .int32 else { return }
                for last in stride(from: size - 1, to: bytes.count, by: size) {
                    bytes[last] ^= 0x80
                }
            }
        }
    }
}
