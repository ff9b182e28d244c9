// The rule of this module and of CoreVideo: never kinder than what they stand for. A declaration is
// here only if Apple's documentation or headers list it, and says no more than they do: no
// conformance (Sendable first of all), initializer, default argument or isolation of its own, and
// every throw, optional and asynchronous overload of theirs. In doubt the stricter form is taken.
// What a test needs besides is internal, or of the interface StandIn, which the shim does not
// import. LinuxStandIn/Refused holds what must not compile over it; .ci/swift-refused looks.

@_exported import CCoreML
import Foundation
import Synchronization

open class MLModel: NSObject {
    public let modelDescription: MLModelDescription
    public let configuration: MLModelConfiguration
    let url: URL
    let model: StandInModel
    let function: StandInModel.Function
    let functionName: String
    let faults: StandInFaults
    let predictions = Mutex(0)

    public init(contentsOf url: URL, configuration: MLModelConfiguration) throws {
        model = try StandInModel.read(url)
        (functionName, function) = try model.function(configuration.functionName)
        modelDescription = try MLModelDescription(model, function)
        faults = model.faults?[functionName] ?? StandInFaults()
        try faults.load(functionName, configuration)
        self.configuration = configuration
        self.url = url
        if let wait = model.loadMilliseconds { Thread.sleep(forTimeInterval: Double(wait) / 1e3) }
        super.init()
        Self.living.withLock { $0 += 1 }
    }

    deinit { Self.living.withLock { $0 -= 1 } }

    private static let living = Mutex(0)

    /// How many models are loaded.
    @_spi(StandIn) public static var loaded: Int { living.withLock { $0 } }

    public convenience init(contentsOf url: URL) throws {
        try self.init(contentsOf: url, configuration: MLModelConfiguration())
    }

    public class func load(
        contentsOf url: URL, configuration: MLModelConfiguration = MLModelConfiguration()
    ) async throws -> MLModel {
        if let wait = try StandInModel.read(url).loadMilliseconds {
            // Cannot be hurried, as a compile for the Neural Engine cannot.
            await Task.detached { try? await Task.sleep(for: .milliseconds(wait)) }.value
        }
        return try MLModel(contentsOf: url, configuration: configuration)
    }

    /// Copies a package, and what it is described by, to a temporary place.
    public class func compileModel(at url: URL) async throws -> URL {
        let files = FileManager.default
        let folder = files.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        let compiled = folder.appendingPathComponent(
            url.deletingPathExtension().lastPathComponent + ".mlmodelc")
        let given = url.appendingPathComponent(StandInModel.file)
        guard let json = (try? Data(contentsOf: given)) ?? Registered.describe(url) else {
            throw standInError(.io, "neither standin.json nor a describer tells of \(url.path)")
        }
        _ = try StandInModel.parse(json)
        do {
            try files.createDirectory(at: folder, withIntermediateDirectories: true)
            try files.copyItem(at: url, to: compiled)
            try json.write(to: compiled.appendingPathComponent(StandInModel.file))
        } catch {
            throw standInError(.io, error.localizedDescription)
        }
        return compiled
    }

    public func prediction(from input: any MLFeatureProvider) throws -> any MLFeatureProvider {
        try prediction(from: input, options: MLPredictionOptions())
    }

    public func prediction(
        from input: any MLFeatureProvider, options: MLPredictionOptions
    ) throws -> any MLFeatureProvider {
        try predicted(input, options, nil)
    }

    private func predicted(
        _ input: any MLFeatureProvider, _ options: MLPredictionOptions, _ state: MLState?
    ) throws -> any MLFeatureProvider {
        guard state != nil || function.states?.isEmpty ?? true else {
            throw standInError(.generic, "\(functionName) needs a state")
        }
        return try run(functionName, function, input, options, state)
    }

    public func prediction(
        from input: any MLFeatureProvider, using state: MLState, options: MLPredictionOptions
    ) throws -> any MLFeatureProvider {
        try predicted(input, options, state)
    }

    public func prediction(
        from input: any MLFeatureProvider, using state: MLState
    ) throws -> any MLFeatureProvider {
        try prediction(from: input, using: state, options: MLPredictionOptions())
    }

    // Apple's asynchronous overloads: in asynchronous functions these are the ones that are meant.

    public func prediction(
        from input: any MLFeatureProvider, options: MLPredictionOptions = MLPredictionOptions()
    ) async throws -> any MLFeatureProvider {
        await Task.yield()
        return try predicted(input, options, nil)
    }

    public func prediction(
        from input: any MLFeatureProvider, using state: MLState,
        options: MLPredictionOptions = MLPredictionOptions()
    ) async throws -> any MLFeatureProvider {
        await Task.yield()
        return try predicted(input, options, state)
    }

    public func makeState() -> MLState { MLState(modelDescription.stateDescriptionsByName) }
}

/// Sendable, as Apple says, though calls that share one must follow each other.
public final class MLState: NSObject, @unchecked Sendable {
    let arrays: [String: MLMultiArray]

    init(_ descriptions: [String: MLFeatureDescription]) {
        arrays = descriptions.compactMapValues(\.stateConstraint).mapValues { state in
            let array = MLMultiArray.padded(state.bufferShape, state.dataType)
            memset(array.memory, 0, array.extent)
            return array
        }
    }

    public func withMultiArray<R>(
        for stateName: String, _ body: (MLMultiArray) throws -> R
    ) rethrows -> R {
        guard let array = arrays[stateName] else {
            preconditionFailure("NSInvalidArgumentException: no state \(stateName)")
        }
        return try body(array)
    }
}
