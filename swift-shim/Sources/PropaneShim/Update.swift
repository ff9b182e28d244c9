import CPropaneShim
import CoreML
import Foundation
import Synchronization

/// A training of an updatable model by Core ML itself.
final class Update: @unchecked Sendable {
    // The task is made and resumed once; cancel and state may be asked of it at any time.
    private let task = Mutex<Handed<MLUpdateTask>?>(nil)
    private let job: Job
    private let progress: propane_progress?
    private let user: UnsafeMutableRawPointer?
    private let written: URL

    init(
        _ job: Job, _ progress: propane_progress?, _ user: UnsafeMutableRawPointer?, _ written: URL
    ) {
        (self.job, self.progress, self.user, self.written) = (job, progress, user, written)
    }

    func start(
        _ compiled: URL, _ samples: any MLBatchProvider, _ configuration: MLModelConfiguration
    ) throws {
        let handlers = MLUpdateProgressHandlers(
            forEvents: [.trainingBegin, .epochEnd, .miniBatchEnd],
            progressHandler: { context in self.tell(context) },
            completionHandler: { context in self.complete(context) })
        let made = try MLUpdateTask(
            forModelAt: compiled, trainingData: samples, configuration: configuration,
            progressHandlers: handlers)
        let handed = Handed(made)
        task.withLock { $0 = handed }
        job.onCancel {
            handed.value.cancel()
            self.awaitEnd(handed)
        }
        made.resume()
    }

    private func tell(_ context: MLUpdateContext) {
        guard let progress else { return }
        let epoch = context.metrics[.epochIndex] as? Int ?? -1
        let batch = context.event == .miniBatchEnd ? context.metrics[.miniBatchIndex] as? Int : nil
        let loss = context.metrics[.lossValue] as? Double ?? .nan
        let event = Int32(truncatingIfNeeded: context.event.rawValue)
        if progress(user, event, Int64(epoch), Int64(batch ?? -1), loss) != 0 { job.cancel() }
    }

    private func complete(_ context: MLUpdateContext) {
        job.end {
            if let error = context.task.error {
                throw self.job.isCancelled ? ShimError.cancelled : error
            }
            if self.job.isCancelled { throw ShimError.cancelled }
            let files = FileManager.default
            let beside = self.written.deletingLastPathComponent()
                .appendingPathComponent("." + UUID().uuidString + ".mlmodelc")
            try context.model.write(to: beside)
            if files.fileExists(atPath: self.written.path) {
                try files.removeItem(at: self.written)
            }
            try files.moveItem(at: beside, to: self.written)
        }
        task.withLock { $0 = nil }
    }

    /// Nobody promises that a cancelled task completes: its state is asked as well, so that the
    /// caller's memory is not given back while it is still read.
    private func awaitEnd(_ handed: Handed<MLUpdateTask>) {
        DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(20)) {
            let state = handed.value.state
            if state == .completed || state == .failed {
                // Its completion may be on its way and goes first.
                DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(200)) {
                    self.job.end { throw ShimError.cancelled }
                    self.task.withLock { $0 = nil }
                }
            } else {
                self.awaitEnd(handed)
            }
        }
    }
}

@_cdecl("propane_update")
public func update(
    _ compiled: UnsafePointer<CChar>?, _ units: Int32, _ parameters: UnsafePointer<CChar>?,
    _ features: UnsafePointer<propane_array>?, _ featureCount: Int32, _ samples: Int64,
    _ written: UnsafePointer<CChar>?, _ progress: propane_progress?, _ done: propane_done?,
    _ user: UnsafeMutableRawPointer?, _ out: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ error: UnsafeMutablePointer<propane_error>?
) -> Int32 {
    exported(error) {
        let request = try LoadRequest(compiled, nil, units)
        guard request.model.pathExtension == "mlmodelc" else {
            throw ShimError.invalid("an update takes a .mlmodelc: \(request.model.path)")
        }
        let wanted = try trainingInputs(request)
        let batch = try SampleBatch.provider(
            ArrayView.list(features, featureCount), Int(samples), wanted)
        let configuration = request.configuration()
        configuration.parameters = try UpdateParameters.read(parameters)
        let place = URL(fileURLWithPath: try text(written, "the path to write to"))
        let job = try Job(done, user)
        try Update(job, progress, user, place).start(request.model, batch, configuration)
        try handOut(job, to: out)
    }
}

private func trainingInputs(_ request: LoadRequest) throws -> [String: MLFeatureDescription] {
    try waiting(0, "reading \(request.model.path)") {
        let description = try await MLModelAsset(url: request.model).modelDescription
        guard description.isUpdatable else {
            throw ShimError.invalid("\(request.model.path) is not updatable")
        }
        return Handed(description.trainingInputDescriptionsByName)
    }.value
}
