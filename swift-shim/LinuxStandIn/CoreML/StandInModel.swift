import CStandIn
import Foundation
import Synchronization

/// What the stand-in knows of a model: `standin.json`, in the package or told by the describer.
struct StandInModel: Codable {
    struct Feature: Codable {
        var name: String
        var dtype: String
        var shape: [Int]
        var optional: Bool?
        /// Whether an output is written into the caller's memory; false: never.
        var backed: Bool?

        func type() throws -> MLMultiArrayDataType {
            switch dtype {
            case "float64": .double
            case "float32": .float32
            case "float16": .float16
            case "int32": .int32
            default: throw standInError(.io, "\(name): no element type \(dtype)")
            }
        }
    }

    struct Function: Codable {
        var inputs: [Feature]
        var outputs: [Feature]
        var states: [Feature]?
        var plan: [Planned]?
    }

    struct Planned: Codable {
        var `operator`: String
        var outputs: [String]
        var supported: [String]?
        var preferred: String?
        var cost: Double?
    }

    var functions: [String: Function]
    /// The function that is meant where none is named; "main" if left out.
    var defaultFunction: String?
    /// The training inputs and one output, the loss, of an updatable model.
    var update: Function?
    var metadata: [String: String]?
    var faults: [String: StandInFaults]?
    /// How long a load takes, and a prediction.
    var loadMilliseconds: Int?
    var predictMilliseconds: Int?

    static let file = "standin.json"

    static func read(_ compiled: URL) throws -> StandInModel {
        guard let data = try? Data(contentsOf: compiled.appendingPathComponent(file)) else {
            throw standInError(.io, "\(compiled.path) is no compiled model")
        }
        return try parse(data)
    }

    static func parse(_ data: Data) throws -> StandInModel {
        do {
            return try JSONDecoder().decode(StandInModel.self, from: data)
        } catch {
            throw standInError(.io, "standin.json: \(error)")
        }
    }

    func function(_ name: String?) throws -> (String, Function) {
        let wanted = name ?? defaultFunction ?? "main"
        guard let found = functions[wanted] else {
            throw standInError(
                .io, "no function \(wanted); there are \(functions.keys.sorted())")
        }
        return (wanted, found)
    }
}

/// The functions that the test registered.
enum Registered {
    struct Predictor: @unchecked Sendable {
        var call: propane_standin_predict?
        var user: UnsafeMutableRawPointer?
    }

    struct Describer: @unchecked Sendable {
        var call: propane_standin_describe?
        var user: UnsafeMutableRawPointer?
    }

    static let predictor = Mutex(Predictor())
    static let describer = Mutex(Describer())

    static func describe(_ package: URL) -> Data? {
        let describer = describer.withLock { $0 }
        guard let call = describer.call else { return nil }
        var capacity = 1 << 16
        while true {
            var buffer = [CChar](repeating: 0, count: capacity)
            let length = Int(call(describer.user, package.path, &buffer, Int64(capacity)))
            if length <= 0 { return nil }
            if length <= capacity {
                return Data(buffer[..<length].map { UInt8(bitPattern: $0) })
            }
            capacity = length
        }
    }
}

@_cdecl("propane_standin_predictor")
public func registerPredictor(_ predict: propane_standin_predict?, _ user: UnsafeMutableRawPointer?)
{
    let new = Registered.Predictor(call: predict, user: user)
    Registered.predictor.withLock { $0 = new }
}

@_cdecl("propane_standin_describer")
public func registerDescriber(
    _ describe: propane_standin_describe?, _ user: UnsafeMutableRawPointer?
) {
    let new = Registered.Describer(call: describe, user: user)
    Registered.describer.withLock { $0 = new }
}
