import CPropaneShim
import CoreML
import Foundation

/// Where Core ML would run each operation.
enum Plan {
    static func json(_ request: LoadRequest) async throws -> String {
        let plan = try await MLComputePlan.load(
            contentsOf: request.model, configuration: request.configuration())
        var operations: [[String: Any]] = []
        var function = request.function ?? ""
        switch plan.modelStructure {
        case .program(let program):
            let names = program.functions.keys.sorted()
            function = request.function ?? (names.contains("main") ? "main" : names.first ?? "")
            guard let chosen = program.functions[function] else {
                throw ShimError.notFound("no function \(function); there are \(names)")
            }
            add(chosen.block, plan, &operations)
        case .neuralNetwork(let network):
            for layer in network.layers {
                operations.append(
                    entry(layer.type, layer.outputNames, plan.deviceUsage(for: layer), nil))
            }
        default:
            throw ShimError(PROPANE_UNSUPPORTED, "neither a program nor a neural network")
        }
        return try PropaneShim.json(["function": function, "operations": operations])
    }

    private static func add(
        _ block: MLModelStructure.Program.Block, _ plan: MLComputePlan,
        _ operations: inout [[String: Any]]
    ) {
        for operation in block.operations {
            operations.append(
                entry(
                    operation.operatorName, operation.outputs.map(\.name),
                    plan.deviceUsage(for: operation), plan.estimatedCost(of: operation)?.weight))
            for inner in operation.blocks { add(inner, plan, &operations) }
        }
    }

    private static func entry(
        _ name: String, _ outputs: [String], _ usage: MLComputePlan.DeviceUsage?, _ cost: Double?
    ) -> [String: Any] {
        var entry: [String: Any] = ["operator": name, "outputs": outputs, "supported": [String]()]
        if let usage {
            entry["supported"] = usage.supported.map(Machine.kind)
            entry["preferred"] = Machine.kind(usage.preferred)
        }
        // Core ML says "not a number" of some; JSON cannot.
        if let cost, cost.isFinite { entry["cost"] = cost }
        return entry
    }
}
