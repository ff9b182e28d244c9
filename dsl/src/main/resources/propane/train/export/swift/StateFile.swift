
// MARK: - The state as a file, which Propane's trainer.load reads, too, and goes on from

extension NAME {
    /// What a file tells by its texts.
    private static var counters: [String] { ["step", "updates"] }

    /// Writes the state, whole or not at all: weights, statistics, slots, counters, learning rate.
    public func save(to file: URL) throws {
        var texts = contents.checkpoint
        var run = try Self.object(texts["run"])
        var schedule = run["schedule"] as? [String: Any] ?? [:]
        if !rateChange.instead.isNaN { schedule["learning_rate"] = "\(rateChange.instead)" }
        schedule["updates"] = try updates
        (run["step"], run["schedule"]) = (steps, schedule)
        // What only trainings in half precision keep stands among what steers the training.
        var ports = try Self.object(texts["ports"])
        let named = ["weight", "slot", "statistic"].flatMap { ports[$0] as? [String] ?? [] }
        let others = state.keys.filter { !Self.counters.contains($0) && !named.contains($0) }.sorted()
        ports["hyper"] = others
        texts["run"] = try Self.text(run)
        texts["ports"] = try Self.text(ports)
        texts["crc32c"] = "00000000"
        var header: [String: Any] = ["__metadata__": texts]
        var data = Data()
        for path in named + others {
            guard let array = state[path] else { throw Failure.package("the state has no \(path)") }
            let start = data.count
            array.withUnsafeBytes { data.append(contentsOf: $0) }
            header[path] = [
                "dtype": array.dataType == .int32 ? "I32" : "F32", "shape": array.shape,
                "data_offsets": [start, data.count],
            ]
        }
        var text = Data(try Self.text(header).utf8)
        let length = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) }
        let sum = String(Self.checksum(length, text, data), radix: 16)
        if let place = text.range(of: Data("\"crc32c\":\"00000000\"".utf8)) {
            let digits = String(repeating: "0", count: 8 - sum.count) + sum
            text.replaceSubrange(place, with: Data("\"crc32c\":\"\(digits)\"".utf8))
        }
        try (length + text + data).write(to: file, options: .atomic)
    }

    /// Takes over what ``save(to:)``, or Propane's own trainer of the same training, wrote.
    public func load(from file: URL) throws {
        let whole = try Data(contentsOf: file)
        guard whole.count >= 8 else { throw Failure.file("the file is cut short") }
        let length = whole.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(whole.count - 8) else { throw Failure.file("the file is cut short") }
        let begin = 8 + Int(length)
        let text = String(decoding: whole[8..<begin], as: UTF8.self)
        let header = try Self.object(text)
        guard let texts = header["__metadata__"] as? [String: String],
            texts["format"] == contents.checkpoint["format"],
            texts["version"] == contents.checkpoint["version"], let sum = texts["crc32c"]
        else {
            throw Failure.file("the file is no state of a training")
        }
        let blank = text.replacingOccurrences(
            of: "\"crc32c\":\"\(sum)\"", with: "\"crc32c\":\"00000000\"")
        guard UInt32(sum, radix: 16) == Self.checksum(whole[..<8], Data(blank.utf8), whole[begin...])
        else {
            throw Failure.file("the file is damaged")
        }
        var loaded = state
        for (path, former) in state where !Self.counters.contains(path) {
            // A training in full precision has no loss scale; the one at hand then stays.
            guard let entry = header[path] as? [String: Any] else {
                if contents.hyper(path) != nil { continue }
                throw Failure.file("the file has no \(path)")
            }
            guard let offsets = entry["data_offsets"] as? [Int], offsets.count == 2,
                entry["shape"] as? [Int] == former.shape.map(\.intValue),
                entry["dtype"] as? String == (former.dataType == .int32 ? "I32" : "F32"),
                offsets[0] >= 0, offsets[1] <= whole.count - begin,
                offsets[1] - offsets[0] == 4 * former.count
            else {
                throw Failure.file("the file has another \(path) than this training")
            }
            let array = try MLMultiArray(shape: former.shape, dataType: former.dataType)
            let bytes = whole[begin + offsets[0]..<begin + offsets[1]]
            _ = array.withUnsafeMutableBytes { target, _ in bytes.copyBytes(to: target) }
            loaded[path] = array
        }
        let run = try Self.object(texts["run"])
        guard let step = run["step"] as? Int else {
            throw Failure.file("the file does not tell its step")
        }
        let schedule = run["schedule"] as? [String: Any] ?? [:]
        let updates = schedule["updates"] as? Int ?? step / contents.accumulate
        for (path, count) in zip(Self.counters, [step, updates]) {
            guard let port = contents.hyper(path) else {
                throw Failure.package("the package has no \(path)")
            }
            loaded[path] = try Self.array(port) { _ in Double(count) }
        }
        rateChange = RateChange(run)
        (state, steps) = (loaded, step)
    }

    static func object(_ text: String?) throws -> [String: Any] {
        let json = try JSONSerialization.jsonObject(with: Data((text ?? "").utf8))
        return json as? [String: Any] ?? [:]
    }

    private static func text(_ object: [String: Any]) throws -> String {
        let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
        let data = try JSONSerialization.data(withJSONObject: object, options: options)
        return String(decoding: data, as: UTF8.self)
    }

    /// Returns the CRC-32C of some bytes one after the other.
    private static func checksum(_ parts: Data...) -> UInt32 {
        let table = (0..<256).map { byte in
            (0..<8).reduce(UInt32(byte)) { crc, _ in crc >> 1 ^ (crc & 1 == 0 ? 0 : 0x82F6_3B78) }
        }
        var crc = UInt32.max
        for part in parts {
            part.withUnsafeBytes { bytes in
                for byte in bytes { crc = crc >> 8 ^ table[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] }
            }
        }
        return ~crc
    }
}
