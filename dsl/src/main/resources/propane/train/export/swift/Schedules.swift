
// MARK: - Learning rates

extension NAME {
    /// How learning rates differ from what their schedules say.
    struct RateChange {
        /// The rate of all optimizers in place of their schedules; not a number where these hold.
        var instead = Double.nan
        /// What rates are multiplied by.
        var share = 1.0

        init() {}

        /// Reads what a checkpoint tells of its run.
        init(_ run: [String: Any]) {
            let schedule = run["schedule"] as? [String: Any] ?? [:]
            instead = (schedule["learning_rate"] as? String).flatMap(Double.init) ?? .nan
            share = (schedule["learning_rate_share"] as? String).flatMap(Double.init) ?? 1
        }

        func of(_ scheduled: Double) throws -> Float {
            let rate = (instead.isNaN ? scheduled : instead) * share
            guard rate >= 0, rate <= Double(Float.greatestFiniteMagnitude) else {
                throw Failure.numbers("the learning rate must be 0 or more and finite, is \(rate)")
            }
            return Float(rate)
        }
    }

    /// A setting of an optimizer that follows a schedule.
    struct Setting: Decodable {
        let schedule: Schedule
        /// What all values are below, if they have such a bound.
        let below: Float?

        /// Returns the value for the update after some others.
        func value(_ update: Int) throws -> Float {
            let value = Float(schedule.rate(update))
            guard value >= 0, value.isFinite, value < below ?? .infinity else {
                throw Failure.numbers("a setting of an optimizer is out of its range: \(value)")
            }
            return value
        }
    }

    /// A learning rate that changes with the updates, by the formulas of Propane's `Schedule`.
    indirect enum Schedule: Decodable {
        case constant(Double)
        case cosine(from: Double, to: Double, steps: Double)
        case step(from: Double, factor: Double, every: Int)
        case exponential(from: Double, factor: Double)
        case multiStep(from: Double, factor: Double, milestones: [Int])
        case polynomial(from: Double, power: Double, steps: Double)
        case linear(from: Double, to: Double, steps: Double)
        case cosineRestarts(from: Double, to: Double, steps: Int, longer: Int)
        case oneCycle(largest: Double, steps: Double, rise: Double, first: Double, last: Double)
        case joined(before: Schedule, step: Int, next: Schedule)
        case warmup(then: Schedule, start: Double, steps: Double)
        case table(first: Int, values: [Double])

        private enum Key: CodingKey {
            case kind, value, from, to, steps, factor, every, milestones, power, longer, largest,
                rise, first, last, before, step, next, then, start, values
        }

        init(from decoder: any Decoder) throws {
            let told = try decoder.container(keyedBy: Key.self)
            func read<T: Decodable>(_ key: Key) throws -> T { try told.decode(T.self, forKey: key) }
            let kind: String = try read(.kind)
            self =
                switch kind {
                case "constant": .constant(try read(.value))
                case "cosine":
                    .cosine(from: try read(.from), to: try read(.to), steps: try read(.steps))
                case "step":
                    .step(from: try read(.from), factor: try read(.factor), every: try read(.every))
                case "exponential":
                    .exponential(from: try read(.from), factor: try read(.factor))
                case "multiStep":
                    .multiStep(
                        from: try read(.from), factor: try read(.factor),
                        milestones: try read(.milestones))
                case "polynomial":
                    .polynomial(
                        from: try read(.from), power: try read(.power), steps: try read(.steps))
                case "linear":
                    .linear(from: try read(.from), to: try read(.to), steps: try read(.steps))
                case "cosineRestarts":
                    .cosineRestarts(
                        from: try read(.from), to: try read(.to), steps: try read(.steps),
                        longer: try read(.longer))
                case "oneCycle":
                    .oneCycle(
                        largest: try read(.largest), steps: try read(.steps),
                        rise: try read(.rise), first: try read(.first), last: try read(.last))
                case "joined":
                    .joined(
                        before: try read(.before), step: try read(.step), next: try read(.next))
                case "warmup":
                    .warmup(
                        then: try read(.then), start: try read(.start), steps: try read(.steps))
                case "table": .table(first: try read(.first), values: try read(.values))
                default: throw Failure.package("the package has a schedule of unknown kind \(kind)")
                }
        }

        /// Returns the rate for the update after some others.
        func rate(_ update: Int) -> Double {
            let now = Double(update)
            switch self {
            case .constant(let value): return value
            case .cosine(let from, let to, let steps):
                return Self.between(from, to, now / steps)
            case .step(let from, let factor, let every):
                return from * pow(factor, Double(update / every))
            case .exponential(let from, let factor): return from * pow(factor, now)
            case .multiStep(let from, let factor, let milestones):
                return from * pow(factor, Double(milestones.filter { $0 <= update }.count))
            case .polynomial(let from, let power, let steps):
                return from * pow(1 - min(now, steps) / steps, power)
            case .linear(let from, let to, let steps):
                let share = min(now, steps) / steps
                return from * (1 - share) + to * share
            case .cosineRestarts(let from, let to, let steps, let longer):
                var since = longer == 1 ? update % steps : update
                var length = steps
                while since >= length {
                    since -= length
                    length *= longer
                }
                return Self.between(from, to, Double(since) / Double(length))
            case .oneCycle(let largest, let steps, let rise, let first, let last):
                let top = rise * steps - 1
                let end = steps - 1
                let start = largest / first
                return now <= top
                    ? Self.between(start, largest, now / top)
                    : Self.between(
                        largest, start / last, (min(now, end) - top) / (end - top))
            case .joined(let before, let step, let next):
                return update < step ? before.rate(update) : next.rate(update - step)
            case .warmup(let then, let start, let steps):
                return then.rate(update) * (start + (1 - start) * min(now, steps) / steps)
            case .table(let first, let values):
                return values[max(0, min(update - first, values.count - 1))]
            }
        }

        /// Returns a value on half a cosine from one to another.
        private static func between(_ from: Double, _ to: Double, _ share: Double) -> Double {
            to + (from - to) * (1 + cos(Double.pi * share)) / 2
        }
    }
}
