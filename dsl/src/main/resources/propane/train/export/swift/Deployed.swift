
// MARK: - Trained weights for the predictor that is deployed

extension NAME {
    /// Writes a copy of the package that Propane's trainer.export made, with the weights that were
    /// trained here; Core ML compiles it with `MLModel.compileModel(at:)`.
    ///
    /// - Parameters:
    ///   - predictor: the package, .mlpackage; Xcode compiles those it knows of, so that an app
    ///     must bring it as a folder or fetch it
    ///   - copy: where the copy goes; what is there is replaced once it is whole
    ///   - averaged: whether running means stand in for the weights, where the training keeps some
    public func export(_ predictor: URL, to copy: URL, averaged: Bool = false) throws {
        let data = "Data/com.apple.CoreML/"
        let model = try Data(contentsOf: predictor.appendingPathComponent(data + "model.mlmodel"))
        guard let text = Self.userDefined("propane.weights", in: model) else {
            throw Failure.file("the predictor does not tell where its weights lie (propane.weights)")
        }
        let places = try JSONDecoder().decode([String: Place].self, from: Data(text.utf8))
        var blob = try Data(contentsOf: predictor.appendingPathComponent(data + "weights/weight.bin"))
        for (path, place) in places {
            let average = averaged ? state["average/" + path] : nil
            guard let array = average ?? state[path],
                array.shape.map(\.intValue) == place.shape
            else {
                throw Failure.file("the predictor has a weight \(path) that this training has not")
            }
            try Self.write(array, to: &blob, at: place, of: path)
        }
        let files = FileManager.default
        let folder = try files.url(
            for: .itemReplacementDirectory, in: .userDomainMask, appropriateFor: copy, create: true)
        defer { try? files.removeItem(at: folder) }
        let fresh = folder.appendingPathComponent(copy.lastPathComponent)
        try files.copyItem(at: predictor, to: fresh)
        try blob.write(to: fresh.appendingPathComponent(data + "weights/weight.bin"))
        if files.fileExists(atPath: copy.path) { try files.removeItem(at: copy) }
        try files.moveItem(at: fresh, to: copy)
    }

    /// Where a weight of the predictor lies in its weight file.
    private struct Place: Decodable {
        let offset: Int
        let shape: [Int]
        let type: String
    }

    /// Writes an array over the numbers of a record: 64 bytes that tell of it, then its numbers.
    private static func write(
        _ array: MLMultiArray, to blob: inout Data, at place: Place, of path: String
    ) throws {
        func number(_ offset: Int, _ bytes: Int) -> UInt64 {
            blob[place.offset + offset..<place.offset + offset + bytes].reversed()
                .reduce(0) { $0 << 8 | UInt64($1) }
        }
        let type: UInt64? = ["fp16": 1, "fp32": 2][place.type]
        let bytes = array.count * (place.type == "fp16" ? 2 : 4)
        guard place.offset >= 0, place.offset + 64 <= blob.count, number(0, 4) == 0xDEAD_BEEF,
            number(4, 4) == type, number(8, 8) == UInt64(bytes),
            number(16, 8) <= UInt64(blob.count - bytes)
        else {
            throw Failure.file("the predictor's weight file has no \(path) where it should be")
        }
        let start = Int(number(16, 8))
        let floats = try numbers(of: array).map { Float($0) }
        if place.type == "fp16" {
            floats.map(half).withUnsafeBytes { blob.replaceSubrange(start..<start + bytes, with: $0) }
        } else {
            floats.withUnsafeBytes { blob.replaceSubrange(start..<start + bytes, with: $0) }
        }
    }

    /// Returns a text that a model's author put beside it: Model.description (field 2),
    /// .metadata (100), .userDefined (100), a map of keys (1) and values (2), as protocol buffers.
    private static func userDefined(_ key: String, in model: Data) -> String? {
        for description in fields(2, of: model) {
            for metadata in fields(100, of: description) {
                for entry in fields(100, of: metadata)
                where fields(1, of: entry).first.map({ String(decoding: $0, as: UTF8.self) }) == key {
                    return fields(2, of: entry).first.map { String(decoding: $0, as: UTF8.self) }
                }
            }
        }
        return nil
    }

    /// Returns the contents of all fields of a number that hold bytes.
    private static func fields(_ wanted: UInt64, of message: Data) -> [Data] {
        var found: [Data] = []
        var rest = message[...]
        func varint() -> UInt64? {
            var value: UInt64 = 0
            for shift in stride(from: UInt64(0), to: 64, by: 7) {
                guard let byte = rest.popFirst() else { return nil }
                value |= UInt64(byte & 0x7F) << shift
                if byte < 0x80 { return value }
            }
            return nil
        }
        while let key = varint() {
            switch key & 7 {
            case 0: guard varint() != nil else { return found }
            case 1: rest = rest.dropFirst(8)
            case 5: rest = rest.dropFirst(4)
            case 2:
                guard let length = varint(), length <= UInt64(rest.count) else { return found }
                if key >> 3 == wanted { found.append(Data(rest.prefix(Int(length)))) }
                rest = rest.dropFirst(Int(length))
            default: return found
            }
        }
        return found
    }
}
