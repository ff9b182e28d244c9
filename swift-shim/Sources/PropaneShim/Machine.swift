import CoreML
import Foundation

#if canImport(Metal)
import Metal
#endif

/// What the machine has.
enum Machine {
    static func json() throws -> String {
        let process = ProcessInfo.processInfo
        return try PropaneShim.json([
            "devices": MLComputeDevice.allComputeDevices.map(device),
            "memory": process.physicalMemory,
            "thermal": thermal(process),
            "system": process.operatingSystemVersionString,
            "core_ml": coreML,
        ])
    }

    #if os(Linux)
    private static let coreML = "stand-in"
    #else
    private static let coreML = "apple"
    #endif

    private static func device(_ device: MLComputeDevice) -> [String: Any] {
        switch device {
        case .neuralEngine(let engine): ["kind": "neural_engine", "cores": engine.totalCoreCount]
        case .gpu(let gpu): ["kind": "gpu"].merging(described(gpu)) { $1 }
        case .cpu: ["kind": "cpu", "cores": ProcessInfo.processInfo.activeProcessorCount]
        @unknown default: ["kind": "unknown"]
        }
    }

    private static func described(_ gpu: MLGPUComputeDevice) -> [String: String] {
        #if canImport(Metal)
        ["name": gpu.metalDevice.name]
        #else
        [:]
        #endif
    }

    static func kind(_ device: MLComputeDevice) -> String {
        switch device {
        case .neuralEngine: "neural_engine"
        case .gpu: "gpu"
        case .cpu: "cpu"
        @unknown default: "unknown"
        }
    }

    private static func thermal(_ process: ProcessInfo) -> String {
        #if canImport(ObjectiveC)
        switch process.thermalState {
        case .nominal: "nominal"
        case .fair: "fair"
        case .serious: "serious"
        case .critical: "critical"
        @unknown default: "unknown"
        }
        #else
        "unknown"
        #endif
    }
}
