import Foundation

public final class MLCPUComputeDevice: NSObject, Sendable {
    init(_ found: Void) {}
}

public final class MLGPUComputeDevice: NSObject, Sendable {
    init(_ found: Void) {}
}

public final class MLNeuralEngineComputeDevice: NSObject, Sendable {
    init(_ found: Void) {}
    public var totalCoreCount: Int { 16 }
}

public enum MLComputeDevice: Sendable {
    case cpu(MLCPUComputeDevice)
    case gpu(MLGPUComputeDevice)
    case neuralEngine(MLNeuralEngineComputeDevice)

    public static var allComputeDevices: [MLComputeDevice] { [.cpu(MLCPUComputeDevice(()))] }

    static func named(_ name: String) -> MLComputeDevice {
        switch name {
        case "neural_engine": .neuralEngine(MLNeuralEngineComputeDevice(()))
        case "gpu": .gpu(MLGPUComputeDevice(()))
        default: .cpu(MLCPUComputeDevice(()))
        }
    }
}

public enum MLModelStructure: Sendable {
    public struct Program: Sendable {
        public struct NamedValueType: Sendable {
            public let name: String
        }

        public struct Operation: Sendable {
            public let operatorName: String
            public let outputs: [NamedValueType]
            public let blocks: [Block]
            let planned: [String: Double]
            let supported: [String]
            let preferred: String?
        }

        public struct Block: Sendable {
            public let operations: [Operation]
        }

        public struct Function: Sendable {
            public let block: Block
        }

        public let functions: [String: Function]
    }

    public struct NeuralNetwork: Sendable {
        public struct Layer: Sendable {
            public let name: String
            public let type: String
            public let outputNames: [String]
        }

        public let layers: [Layer]
    }

    public struct Pipeline: Sendable {}

    case neuralNetwork(NeuralNetwork)
    case program(Program)
    case pipeline(Pipeline)
    case unsupported
}

@available(*, unavailable)
extension MLComputePlan: @unchecked Sendable {}

public final class MLComputePlan {
    public struct DeviceUsage: Sendable {
        public let supported: [MLComputeDevice]
        public let preferred: MLComputeDevice
    }

    public struct Cost: Sendable {
        public let weight: Double
    }

    public let modelStructure: MLModelStructure

    private init(_ model: StandInModel) {
        modelStructure = .program(
            .init(
                functions: model.functions.mapValues { function in
                    .init(block: .init(operations: (function.plan ?? []).map(Self.operation)))
                }))
    }

    private static func operation(_ planned: StandInModel.Planned)
        -> MLModelStructure.Program.Operation
    {
        .init(
            operatorName: planned.operator, outputs: planned.outputs.map { .init(name: $0) },
            blocks: [], planned: planned.cost.map { ["weight": $0] } ?? [:],
            supported: planned.supported ?? [], preferred: planned.preferred)
    }

    public static func load(contentsOf url: URL, configuration: MLModelConfiguration) async throws
        -> MLComputePlan
    {
        MLComputePlan(try StandInModel.read(url))
    }

    public func deviceUsage(for operation: MLModelStructure.Program.Operation) -> DeviceUsage? {
        operation.preferred.map {
            DeviceUsage(
                supported: operation.supported.map(MLComputeDevice.named),
                preferred: MLComputeDevice.named($0))
        }
    }

    public func deviceUsage(for layer: MLModelStructure.NeuralNetwork.Layer) -> DeviceUsage? { nil }

    public func estimatedCost(of operation: MLModelStructure.Program.Operation) -> Cost? {
        operation.planned["weight"].map { Cost(weight: $0) }
    }
}
