
// MARK: - Which processors compute a function

extension NAME {
    /// Where a function runs, and why not on the processors before.
    public struct Placement: Sendable, CustomStringConvertible {
        public let function: String
        public let units: MLComputeUnits
        /// The processors passed over, each with the reason.
        public let passedOver: [(units: MLComputeUnits, reason: String)]

        public var description: String {
            let others = passedOver.map { "\n  not \(NAME.text($0.units)): \($0.reason)" }
            return "\(function): \(NAME.text(units))" + others.joined()
        }
    }

    /// A function, loaded.
    struct Rung {
        let model: MLModel
        /// Its place among the processors to try.
        let place: Int
        let placement: Placement
    }

    /// Returns a function where it runs, loaded when it is first wanted. What must be computed in
    /// float32 is for the CPU alone.
    func rung(_ function: String) throws -> Rung {
        if let rung = rungs[function] { return rung }
        return try climb(function, from: 0, passedOver: [])
    }

    /// Returns a function on the next processors after those on which it failed.
    func climb(_ function: String, past rung: Rung, because reason: String) throws -> Rung {
        let failed = (rung.placement.units, "failed after it was loaded: \(reason)")
        return try climb(
            function, from: rung.place + 1, passedOver: rung.placement.passedOver + [failed])
    }

    private func climb(
        _ function: String, from first: Int, passedOver: [(MLComputeUnits, String)]
    ) throws -> Rung {
        var passedOver = passedOver
        let ladder = ["update", "accumulate"].contains(function) ? [.cpuOnly] : units
        var selfTest = SelfTest(function: function)
        for place in ladder.indices.dropFirst(first) {
            do {
                let model = try load(function, ladder[place])
                if ladder[place] != .cpuOnly {
                    try run(&selfTest, model)
                }
                let placement = Placement(
                    function: function, units: ladder[place], passedOver: passedOver)
                let rung = Rung(model: model, place: place, placement: placement)
                rungs[function] = rung
                return rung
            } catch {
                passedOver.append((ladder[place], error.localizedDescription))
            }
        }
        rungs[function] = nil
        throw Failure.package(
            "no processor takes \(function)"
                + passedOver.map { "\n  \(Self.text($0.0)): \($0.1)" }.joined())
    }

    func load(_ function: String, _ units: MLComputeUnits) throws -> MLModel {
        let configuration = MLModelConfiguration()
        configuration.functionName = function
        configuration.computeUnits = units
        return try Self.pooled { try MLModel(contentsOf: compiled, configuration: configuration) }
    }

    static func text(_ units: MLComputeUnits) -> String {
        switch units {
        case .cpuOnly: "CPU"
        case .cpuAndGPU: "CPU and GPU"
        case .cpuAndNeuralEngine: "CPU and Neural Engine"
        case .all: "all"
        @unknown default: "units \(units.rawValue)"
        }
    }

    /// Whether this is a Mac that another one only pretends to be, or a simulated phone.
    private static var isVirtual: Bool {
        #if targetEnvironment(simulator)
        return true
        #elseif os(macOS)
        var isVirtual: Int32 = 0
        var size = MemoryLayout<Int32>.size
        return sysctlbyname("kern.hv_vmm_present", &isVirtual, &size, nil, 0) == 0 && isVirtual != 0
        #else
        return false
        #endif
    }
}

// MARK: - A first call over made-up numbers, compared with the CPU's

extension NAME {
    /// The made-up numbers of a function, and what the CPU computes of them once it was asked.
    struct SelfTest {
        let function: String
        var expected: [String: [Double]] = [:]
    }

    /// What differs by less than so much of the largest value is float16's own noise.
    private static let noise = 0x1p-10
    /// How near the CPU's results others must come: peak signal to noise, 40 dB are a hundredth.
    private static let decibels = 40.0

    /// Throws where a model computes its function unlike the CPU.
    private func run(_ selfTest: inout SelfTest, _ model: MLModel) throws {
        let function = selfTest.function
        var numbers: [String: MLMultiArray] = [:]
        for port in contents.functions[function]?.inputs ?? [] {
            numbers[port.name] = try Self.copy(try Self.madeUp(contents.plain(port)), into: port)
        }
        if selfTest.expected.isEmpty {
            let cpu = try load(function, .cpuOnly)
            selfTest.expected = try computed(function, on: cpu, numbers)
        }
        let right = selfTest.expected
        let found = try computed(function, on: model, numbers)
        // Numbers that overflow on the CPU, too, tell nothing of another processor.
        guard right.values.allSatisfy({ $0.allSatisfy(\.isFinite) }) else { return }
        let largest = right.values.map(Self.largest).max() ?? 0
        for (path, values) in right {
            let others = found[path] ?? []
            let differences = zip(values, others).map { $0 - $1 }
            let peak = Self.largest(values)
            let squares = differences.reduce(0) { $0 + $1 * $1 }
            let reached = 10 * log10(peak * peak * Double(values.count) / squares)
            if !(reached >= Self.decibels || Self.largest(differences) <= Self.noise * largest) {
                throw Failure.numbers(
                    "its first results differ from the CPU's: \(path) reaches "
                        + String(format: "%.1f", reached) + " dB of \(Int(Self.decibels))")
            }
        }
    }

    /// Returns what is compared of a function's results. Metrics jump where an example changes
    /// sides, and are not.
    private func computed(
        _ function: String, on model: MLModel, _ numbers: [String: MLMultiArray]
    ) throws -> [String: [Double]] {
        let returned = try Self.run(contents, function, on: model, numbers)
        var found = returned.gradients
        for (path, value) in returned.results where path == "loss" || function.hasPrefix("predict") {
            found[path] = value
        }
        return try found.mapValues(Self.numbers)
    }

    /// Returns the largest size of some numbers; not a number where one of them is none.
    private static func largest(_ numbers: [Double]) -> Double {
        numbers.reduce(0) { $1.isNaN ? $1 : max($0, abs($1)) }
    }

    /// Makes up numbers of usual sizes: they neither overflow float16 nor vanish in it.
    private static func madeUp(_ port: Port) throws -> MLMultiArray {
        let name = stream(port.path)
        let count = port.shape.reduce(1, *)
        let sides = [port.shape.first ?? 1, port.shape.last ?? 1]
        let terms = Double(count) / Double(max(1, sides.min() ?? 1))
        return try array(port) { i in
            let even = uniform(1, name, UInt64(i))
            switch port.role {
            case "weight" where port.shape.count > 1: return normal(1, name, UInt64(i)) / terms.squareRoot()
            case "weight", "slot", "statistic": return 0.5 + even / 2
            case "hyper": return port.type == "int32" ? 1 : 256
            case "random" where !port.path.hasPrefix("random/normal/"): return even
            case "batch" where port.type == "int32": return Double(i % 2)
            default: return normal(1, name, UInt64(i))
            }
        }
    }
}
