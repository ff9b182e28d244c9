import Foundation
import Synchronization

public protocol MLWritable {
    func write(to url: URL) throws
}

open class MLTask: NSObject {
    init(_ made: Void) {}

    fileprivate struct Now {
        var state = MLTaskState.suspended
        var error: (any Error)?
    }
    fileprivate let now = Mutex(Now())

    public let taskIdentifier = UUID().uuidString
    open var state: MLTaskState { now.withLock { $0.state } }
    open var error: (any Error)? { now.withLock { $0.error } }

    open func resume() {}

    open func cancel() {
        now.withLock { now in
            if now.state.rawValue < MLTaskState.completed.rawValue { now.state = .cancelling }
        }
    }
}

open class MLUpdateContext: NSObject {
    public let task: MLUpdateTask
    public let model: any MLModel & MLWritable
    public let event: MLUpdateProgressEvent
    public let metrics: [MLMetricKey: Any]
    public let parameters: [MLParameterKey: Any]

    init(
        _ task: MLUpdateTask, _ model: any MLModel & MLWritable, _ event: MLUpdateProgressEvent,
        _ metrics: [MLMetricKey: Any], _ parameters: [MLParameterKey: Any]
    ) {
        (self.task, self.model, self.event) = (task, model, event)
        (self.metrics, self.parameters) = (metrics, parameters)
    }
}

open class MLUpdateProgressHandlers: NSObject {
    let events: MLUpdateProgressEvent
    let progress: ((MLUpdateContext) -> Void)?
    let completion: (MLUpdateContext) -> Void

    public init(
        forEvents interestedEvents: MLUpdateProgressEvent,
        progressHandler: ((MLUpdateContext) -> Void)?,
        completionHandler: @escaping (MLUpdateContext) -> Void
    ) {
        (events, progress, completion) = (interestedEvents, progressHandler, completionHandler)
    }
}

final class UpdatedModel: MLModel, MLWritable {
    func write(to url: URL) throws {
        try FileManager.default.copyItem(at: self.url, to: url)
    }
}

/// Goes over the samples on threads of its own; the predictor's function `update` gives the loss
/// of one sample. Tells its events on other threads than it computes on.
open class MLUpdateTask: MLTask {
    private let model: UpdatedModel
    private let data: any MLBatchProvider
    private let handlers: MLUpdateProgressHandlers
    private let parameters: [MLParameterKey: Any]

    public init(
        forModelAt modelURL: URL, trainingData: any MLBatchProvider,
        configuration: MLModelConfiguration?, progressHandlers: MLUpdateProgressHandlers
    ) throws {
        let configuration = configuration ?? MLModelConfiguration()
        model = try UpdatedModel(contentsOf: modelURL, configuration: configuration)
        guard model.model.update != nil else {
            throw standInError(.update, "the model is not updatable")
        }
        (data, handlers) = (trainingData, progressHandlers)
        parameters = configuration.parameters ?? [:]
        super.init(())
    }

    private struct Running: @unchecked Sendable {
        // One thread trains; state and error are under a lock.
        let task: MLUpdateTask
    }

    open override func resume() {
        now.withLock { $0.state = .running }
        let running = Running(task: self)
        Thread { running.task.train() }.start()
    }

    private func tell(_ event: MLUpdateProgressEvent, _ metrics: [MLMetricKey: Any]) {
        guard handlers.events.contains(event), let progress = handlers.progress else { return }
        onAnotherThread(progress, MLUpdateContext(self, model, event, metrics, parameters))
    }

    private struct Handed: @unchecked Sendable {
        // This thread waits until the other one is done with it.
        let handler: (MLUpdateContext) -> Void
        let context: MLUpdateContext
    }

    private func onAnotherThread(
        _ handler: @escaping (MLUpdateContext) -> Void, _ context: MLUpdateContext
    ) {
        let handed = Handed(handler: handler, context: context)
        let done = DispatchSemaphore(value: 0)
        Thread {
            handed.handler(handed.context)
            done.signal()
        }.start()
        done.wait()
    }

    private func train() {
        var last: [MLMetricKey: Any] = [:]
        do {
            tell(.trainingBegin, [:])
            let size = parameters[.miniBatchSize] as? Int ?? data.count
            for epoch in 0..<(parameters[.epochs] as? Int ?? 1) {
                for (index, start) in stride(from: 0, to: data.count, by: max(1, size)).enumerated()
                {
                    if state == .cancelling { throw CancellationError() }
                    let range = start..<min(data.count, start + size)
                    let losses = try range.map { try loss(data.features(at: $0)) }
                    last = [
                        .lossValue: losses.reduce(0, +) / Double(losses.count), .epochIndex: epoch,
                    ]
                    tell(.miniBatchEnd, last.merging([.miniBatchIndex: index]) { $1 })
                }
                tell(.epochEnd, last)
            }
            now.withLock { $0.state = .completed }
        } catch {
            now.withLock { $0 = Now(state: .failed, error: error) }
        }
        onAnotherThread(handlers.completion, MLUpdateContext(self, model, [], last, parameters))
    }

    private func loss(_ sample: any MLFeatureProvider) throws -> Double {
        let function = model.model.update!
        let result = try model.run("update", function, sample, MLPredictionOptions(), nil)
        let loss = result.featureValue(for: function.outputs[0].name)!.multiArrayValue!
        return Double(loss.memory.load(as: Float.self))
    }
}
