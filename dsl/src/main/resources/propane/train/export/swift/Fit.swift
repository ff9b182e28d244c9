
// MARK: - Whole runs: training and evaluating over many batches

extension NAME {
    /// Where a run stands after a step.
    public struct Progress: Sendable {
        /// The epoch, from 1 on.
        public let epoch: Int
        /// The batch of the epoch, from 1 on.
        public let batch: Int
        /// The number of batches trained on so far, in earlier runs, too.
        public let step: Int
        /// What the step reports: its loss and metrics.
        public let results: [String: Float]
        /// The means of the results over the epoch so far.
        public let means: [String: Float]
    }

    /// Trains on batches; each turn of the loop over what it returns makes one step.
    ///
    ///     for try await progress in trainer.fit(batches, epochs: 5) { … }
    ///
    /// Leaving the loop stops the run, and so does cancelling its task, with a `CancellationError`
    /// before the next step: the state is that after the last step, and another run goes on from it.
    ///
    /// - Parameters:
    ///   - batches: what is trained on, from the beginning in each epoch
    ///   - epochs: how often
    public nonisolated func fit<Batches: AsyncSequence>(
        _ batches: Batches, epochs: Int = 1
    ) -> Fit<Batches> where Batches.Element == Batch {
        Fit(trainer: self, batches: batches, epochs: epochs)
    }

    /// Trains on batches that are at hand, as ``fit(_:epochs:)`` does.
    public nonisolated func fit<Batches: Collection>(
        _ batches: Batches, epochs: Int = 1
    ) -> Fit<Each<Batches>> where Batches.Element == Batch {
        fit(Each(batches: batches), epochs: epochs)
    }

    /// Returns the means of loss and metrics over examples; nothing is trained.
    ///
    /// - Parameter batches: batches of the training's size; the last may be smaller, its examples
    ///   are then computed one by one
    public func evaluate<Batches: AsyncSequence>(
        _ batches: Batches, isolation: isolated (any Actor)? = #isolation
    ) async throws -> [String: Float] where Batches.Element == Batch {
        var sums = Sums()
        var iterator = batches.makeAsyncIterator()
        while let batch = try await iterator.next(isolation: isolation) {
            try Task.checkCancellation()
            for (measured, examples) in try await measure(batch) {
                sums.add(measured, examples)
            }
        }
        return sums.means
    }

    /// Returns the means of loss and metrics over batches that are at hand.
    public func evaluate<Batches: Collection>(
        _ batches: Batches, isolation: isolated (any Actor)? = #isolation
    ) async throws -> [String: Float] where Batches.Element == Batch {
        try await evaluate(Each(batches: batches), isolation: isolation)
    }

    /// Returns loss and metrics of a batch, with the number of examples each time.
    private func measure(_ batch: Batch) throws -> [(measured: Measured, examples: Int)] {
        func measured(_ function: String, _ batch: Batch) throws -> Measured {
            try Measured(try call(function, batch).results)
        }
        let ports = contents.batch("evaluate")
        guard let count = batch[ports.first?.path ?? ""]?.shape.first, let whole = ports.first?.shape.first,
            count < whole, contents.functions["evaluate_one"] != nil
        else {
            return [(try measured("evaluate", batch), ports.first?.shape.first ?? 1)]
        }
        return try (0..<count).map { i in
            (try measured("evaluate_one", batch.mapValues { $0.examples(i..<i + 1, filledTo: 1) }), 1)
        }
    }

    /// Makes a step and returns what it measured with the number of steps.
    private func advance(_ batch: Batch, isLast: Bool) throws -> (measured: Measured, steps: Int) {
        (try measuredStep(batch, isLast: isLast), steps)
    }

    /// Whether several batches make one update, so that the last one must be known.
    private var looksAhead: Bool { contents.accumulate > 1 }

    /// What a function measured of a batch.
    struct Measured {
        /// Loss and metrics.
        private(set) var numbers: [String: Float] = [:]
        /// The norm of the gradients, which is finite if all of them are.
        private var norm: [String: Float] = [:]
        /// Of what is a mean over what counts, where not all does: sums and weights by turns, more
        /// than one of each where several losses are added.
        private(set) var pairs: [String: [Double]] = [:]

        init(_ results: [String: MLMultiArray]) throws {
            for (name, array) in results {
                let measured = try NAME.numbers(of: array)
                if name == "step/loss_sums" {
                    pairs["loss"] = measured
                } else if name == "step/gradient_norm" {
                    norm[name] = Float(measured[0])
                } else if measured.count == 2 {
                    pairs[name] = measured
                } else {
                    numbers[name] = Float(measured.first ?? .nan)
                }
            }
            // More exact than the quotient that a device makes of them.
            for (name, all) in pairs { numbers[name] = Float(Self.mean(all)) }
        }

        /// Returns the sum of the means; where nothing counts it is 0.
        static func mean(_ pairs: [Double]) -> Double {
            var mean = 0.0
            for i in stride(from: 0, to: pairs.count, by: 2) where pairs[i + 1] > 0 {
                mean += pairs[i] / pairs[i + 1]
            }
            return mean
        }

        /// All that must be finite.
        var all: [String: Float] { numbers.merging(norm) { $1 } }

        mutating func merge(_ other: Measured) {
            numbers.merge(other.numbers) { $1 }
            norm.merge(other.norm) { $1 }
            pairs.merge(other.pairs) { $1 }
        }
    }

    /// Sums of results, each counted as often as it has examples.
    private struct Sums {
        private var sums: [String: Double] = [:]
        private var pairs: [String: [Double]] = [:]
        private var examples = 0

        mutating func add(_ measured: Measured, _ count: Int) {
            for (name, value) in measured.numbers {
                sums[name, default: 0] += Double(value) * Double(count)
            }
            for (name, more) in measured.pairs {
                var all = pairs[name] ?? more.map { _ in 0 }
                for i in all.indices { all[i] += more[i] * Double(count) }
                pairs[name] = all
            }
            examples += count
        }

        var means: [String: Float] {
            var means = sums.mapValues { Float($0 / Double(examples)) }
            for (name, all) in pairs { means[name] = Float(Measured.mean(all)) }
            return means
        }
    }

    /// A run; each turn of the loop over it makes one step.
    public struct Fit<Batches: AsyncSequence>: AsyncSequence where Batches.Element == Batch {
        public typealias Element = Progress

        fileprivate let trainer: NAME
        fileprivate let batches: Batches
        fileprivate let epochs: Int

        public func makeAsyncIterator() -> AsyncIterator {
            AsyncIterator(run: self, iterator: batches.makeAsyncIterator())
        }

        public struct AsyncIterator: AsyncIteratorProtocol {
            fileprivate let run: Fit
            fileprivate var iterator: Batches.AsyncIterator
            private var epoch = 1
            private var batch = 0
            private var sums = Sums()
            private var ahead: [Batch] = []

            fileprivate init(run: Fit, iterator: Batches.AsyncIterator) {
                self.run = run
                self.iterator = iterator
            }

            public mutating func next() async throws -> Progress? {
                try await next(isolation: nil)
            }

            public mutating func next(
                isolation actor: isolated (any Actor)?
            ) async throws -> Progress? {
                while epoch <= run.epochs {
                    try Task.checkCancellation()
                    if let examples = try await following(isolation: actor) {
                        let isLast = try await isLast(isolation: actor)
                        let (measured, step) = try await run.trainer.advance(
                            examples, isLast: isLast)
                        batch += 1
                        sums.add(measured, 1)
                        return Progress(
                            epoch: epoch, batch: batch, step: step, results: measured.numbers,
                            means: sums.means)
                    }
                    guard batch > 0 else {
                        throw NAME.Failure.input(
                            "epoch \(epoch) has no batches"
                                + (epoch > 1 ? ": they can be read once only" : ""))
                    }
                    (epoch, batch, sums) = (epoch + 1, 0, Sums())
                    iterator = run.batches.makeAsyncIterator()
                }
                return nil
            }

            private mutating func following(
                isolation actor: isolated (any Actor)?
            ) async throws -> Batch? {
                if let examples = ahead.popLast() { return examples }
                return try await iterator.next(isolation: actor)
            }

            /// Returns whether the epoch has no further batch; it is not waited for in vain.
            private mutating func isLast(isolation actor: isolated (any Actor)?) async throws -> Bool {
                guard await run.trainer.looksAhead else { return false }
                guard let examples = try await iterator.next(isolation: actor) else { return true }
                ahead = [examples]
                return false
            }
        }
    }

    /// Batches at hand, one after the other.
    public struct Each<Batches: Collection>: AsyncSequence {
        public typealias Element = Batches.Element

        fileprivate let batches: Batches

        public func makeAsyncIterator() -> AsyncIterator {
            AsyncIterator(iterator: batches.makeIterator())
        }

        public struct AsyncIterator: AsyncIteratorProtocol {
            fileprivate var iterator: Batches.Iterator

            public mutating func next() async -> Batches.Element? { iterator.next() }

            public mutating func next(
                isolation actor: isolated (any Actor)?
            ) async -> Batches.Element? {
                iterator.next()
            }
        }
    }
}
