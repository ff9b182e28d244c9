import CoreML
import Foundation

/// What a test wants of an exported trainer, as JSON.
struct Wanted: Decodable {
    let compiled: String
    /// Where files lie: inputs x (float32, 8 × 8 an example) and labels y (int32), the outcome.
    let folder: String
    var units: [Int]?
    /// A state to begin with.
    var load: String?
    var learningRate: Double?
    /// The batches of 32 to train on, and how often.
    var from: Int?
    var to: Int?
    var epochs: Int?
    /// After how many steps the loop is left, or its task cancelled.
    var leave: Int?
    var cancel: Int?
    var save: String?
    /// How many examples to evaluate and to predict.
    var evaluate: Int?
    var predict: Int?
    /// For how many updates to tell the learning rates.
    var updates: Int?
    /// A predictor to bring the weights into, and where the copy goes.
    var predictor: String?
    var deployed: String?
    var averaged: Bool?
    /// What is wrong with one more batch.
    var wrong: String?
}

struct Outcome: Encodable {
    var error = ""
    var losses: [Float] = []
    var epochs: [Int] = []
    var means: [Float] = []
    var steps = 0
    var placements: [String] = []
    var evaluated: [String: Float] = [:]
    var predicted: [Float] = []
    var rates: [Float] = []
}

/// Does what is wanted and writes outcome.json; returns 0 where that much went well.
@_cdecl("run_trainer")
public func runTrainer(_ json: UnsafePointer<CChar>) -> Int32 {
    do {
        let wanted = try JSONDecoder().decode(Wanted.self, from: Data(String(cString: json).utf8))
        let done = DispatchSemaphore(value: 0)
        Task.detached {
            var outcome = Outcome()
            do {
                try await run(wanted, &outcome)
            } catch {
                outcome.error = "\(error)"
            }
            let file = URL(fileURLWithPath: wanted.folder).appendingPathComponent("outcome.json")
            try? JSONEncoder().encode(outcome).write(to: file)
            done.signal()
        }
        done.wait()
        return 0
    } catch {
        print("run_trainer: \(error)")
        return 1
    }
}

private func run(_ wanted: Wanted, _ outcome: inout Outcome) async throws {
    let compiled = URL(fileURLWithPath: wanted.compiled)
    let trainer =
        if let units = wanted.units {
            try await ExportedTrainer(
                contentsOf: compiled, units: units.compactMap(MLComputeUnits.init(rawValue:)))
        } else {
            try await ExportedTrainer(contentsOf: compiled)
        }
    if let load = wanted.load { try await trainer.load(from: URL(fileURLWithPath: load)) }
    if let rate = wanted.learningRate { try await trainer.learningRate(rate) }
    let examples = try Examples(wanted.folder)
    let batches = ((wanted.from ?? 0)..<(wanted.to ?? 0)).map { examples.batch($0 * 32, 32) }
    if let count = wanted.cancel {
        try await cancel(after: count, trainer, batches, &outcome)
    } else if !batches.isEmpty {
        for try await progress in trainer.fit(batches, epochs: wanted.epochs ?? 1) {
            outcome.losses.append(progress.results["loss"] ?? .nan)
            outcome.epochs.append(progress.epoch)
            outcome.means.append(progress.means["loss"] ?? .nan)
            if outcome.losses.count == wanted.leave { break }
        }
    }
    if let count = wanted.evaluate {
        let starts = stride(from: 0, to: count, by: 32)
        outcome.evaluated = try await trainer.evaluate(
            starts.map { examples.batch($0, min(32, count - $0)) })
    }
    if let count = wanted.predict {
        let input = examples.batch(0, count)["input"]!
        outcome.predicted = try await trainer.predict(["input": input])["output"]!.floats
    }
    if let updates = wanted.updates {
        let schedule = await trainer.contents.schedules.values.first!
        let change = await trainer.rateChange
        outcome.rates = try (0..<updates).map { try change.of(schedule.rate($0)) }
    }
    if let predictor = wanted.predictor, let deployed = wanted.deployed {
        try await trainer.export(
            URL(fileURLWithPath: predictor), to: URL(fileURLWithPath: deployed),
            averaged: wanted.averaged ?? false)
    }
    outcome.steps = await trainer.steps
    if let wrong = wanted.wrong { try await trainer.step(examples.wrong(wrong)) }
    outcome.placements = await trainer.placements.map(\.description)
    if let save = wanted.save { try await trainer.save(to: URL(fileURLWithPath: save)) }
}

/// Trains in a task of its own, which is cancelled from its loop after some steps.
private func cancel(
    after count: Int, _ trainer: ExportedTrainer, _ batches: [ExportedTrainer.Batch],
    _ outcome: inout Outcome
) async throws {
    let training = Task {
        var losses: [Float] = []
        do {
            for try await progress in trainer.fit(batches) {
                losses.append(progress.results["loss"] ?? .nan)
                if losses.count == count {
                    withUnsafeCurrentTask { $0?.cancel() }
                }
            }
        } catch is CancellationError {
            return losses
        }
        return []
    }
    outcome.losses = try await training.value
}

/// Examples of 8 × 8 numbers and a label.
private struct Examples {
    let x: [Float]
    let y: [Int32]

    init(_ folder: String) throws {
        func numbers<T>(_ name: String, _ zero: T) throws -> [T] {
            let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
            var all = [T](repeating: zero, count: data.count / MemoryLayout<T>.size)
            _ = all.withUnsafeMutableBytes { data.copyBytes(to: $0) }
            return all
        }
        x = try numbers("x", Float(0))
        y = try numbers("y", Int32(0))
    }

    func batch(_ from: Int, _ count: Int) -> ExportedTrainer.Batch {
        [
            "input": .init(Array(x[from * 64..<(from + count) * 64]), shape: [count, 8, 8]),
            "target": .init(Array(y[from..<from + count]), shape: [count]),
        ]
    }
}

extension Examples {
    func wrong(_ wrong: String) -> ExportedTrainer.Batch {
        var batch = batch(0, wrong == "short" ? 31 : 32)
        switch wrong {
        case "floats": batch["target"] = .init([Float](repeating: 0, count: 32), shape: [32])
        case "missing": batch["target"] = nil
        case "nan": batch["input"] = .init([Float](repeating: .nan, count: 2048), shape: [32, 8, 8])
        default: break
        }
        return batch
    }
}

/// Compares the conversions that stand in for Float16 with it; returns how many differ.
@_cdecl("compare_halves")
public func compareHalves() -> Int32 {
    var different: Int32 = 0
    func check(_ number: Float) {
        let half = Float16(number)
        let rounded = ExportedTrainer.rounded(number)
        if number.isNaN ? !Float16(bitPattern: rounded).isNaN : rounded != half.bitPattern {
            different += 1
        }
    }
    for bits in UInt16.min...UInt16.max {
        let half = Float(Float16(bitPattern: bits))
        let widened = ExportedTrainer.widened(bits)
        if half.isNaN ? !widened.isNaN : half.bitPattern != widened.bitPattern { different += 1 }
        // Ties and their neighbours lie in the middle between two.
        let tie = half.bitPattern &+ 0x1000
        for bits in [half.bitPattern, tie, tie &+ 1, tie &- 1] { check(Float(bitPattern: bits)) }
    }
    for bits in stride(from: UInt32.min, to: UInt32.max, by: 10007) {
        check(Float(bitPattern: bits))
    }
    return different
}
