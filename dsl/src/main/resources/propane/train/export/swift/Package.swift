
// MARK: - What the package tells of itself

extension NAME {
    /// What stands in the package's metadata.
    struct Package {
        var functions: [String: Function] = [:]
        /// How many batches make one update.
        var accumulate = 1
        /// What counters, seeds and rates start from, by path.
        var start: [String: [Double]] = [:]
        /// Learning rates by optimizer.
        var schedules: [String: Schedule] = [:]
        /// What else of optimizers follows schedules, such as momentum, by path.
        var settings: [String: Setting] = [:]
        /// What a file of the state tells beside its arrays.
        var checkpoint: [String: String] = [:]

        /// Ports of full precision, by role and path.
        private var plains: [String: Port] = [:]
        /// The names of the training's own results: its loss and metrics.
        private var reported: Set<String> = []

        init() {}

        init(_ told: [String: String]) throws {
            func read<T: Decodable>(_ key: String, _ type: T.Type) throws -> T {
                guard let text = told["propane." + key] else {
                    throw Failure.package("the package does not tell propane.\(key)")
                }
                return try JSONDecoder().decode(type, from: Data(text.utf8))
            }
            functions = try read("ports", Ports.self).functions
            accumulate = try read("accumulate", Int.self)
            start = try read("start", [String: [Double]].self)
            schedules = try read("schedules", [String: Schedule].self)
            settings = try read("settings", [String: Setting].self)
            checkpoint = try read("checkpoint", [String: String].self)
            reported = Set((functions["train"]?.outputs ?? []).filter { $0.role == "result" }.map(\.path))
            // Of one role and path, what is state is alike in all functions, and examples and
            // results of a step are those of train.
            for name in ["initialize", "update", "accumulate", "train"] {
                guard let function = functions[name] else { continue }
                for port in function.inputs + function.outputs where !port.isHalf {
                    plains[port.role + " " + port.path] = port
                }
            }
        }

        private struct Ports: Decodable {
            let functions: [String: Function]
        }

        /// Returns the port of a counter, or of what else steers a training, at a path.
        func hyper(_ path: String) -> Port? { plains["hyper " + path] }

        /// Returns whether a result is one of the training's own.
        func isReported(_ path: String) -> Bool { reported.contains(path) }

        /// Returns what a port of the half-precision function stands for: of float32 or int32, its
        /// rows as long as they are.
        func plain(_ port: Port) -> Port {
            port.isHalf ? plains[port.role + " " + port.path] ?? port : port
        }

        /// Returns the inputs of a function that a batch gives, by path.
        func batch(_ function: String) -> [Port] {
            (functions[function]?.inputs ?? []).filter { $0.role == "batch" }.map(plain)
        }
    }

    /// What a function takes and gives.
    struct Function: Decodable {
        let inputs: [Port]
        let outputs: [Port]
    }

    /// One input or output of a function.
    struct Port: Decodable {
        /// What Core ML calls it.
        let name: String
        /// What it is in the training, the same in all functions.
        let path: String
        let role: String
        let shape: [Int]
        let type: String
        /// Whether it holds the port of its path in float16, its rows filled up with zeros.
        let isHalf: Bool

        private enum Key: CodingKey {
            case name, path, role, shape, type
        }

        init(from decoder: any Decoder) throws {
            let told = try decoder.container(keyedBy: Key.self)
            name = try told.decode(String.self, forKey: .name)
            role = try told.decode(String.self, forKey: .role)
            shape = try told.decode([Int].self, forKey: .shape)
            type = try told.decode(String.self, forKey: .type)
            let full = try told.decode(String.self, forKey: .path)
            isHalf = full.hasPrefix("half/")
            path = isHalf ? String(full.dropFirst("half/".count)) : full
        }

        /// The optimizer whose learning rate it is, if it is one.
        var optimizer: String? {
            let end = "/learning_rate"
            return role == "hyper" && path.hasSuffix(end) ? String(path.dropLast(end.count)) : nil
        }
    }
}
