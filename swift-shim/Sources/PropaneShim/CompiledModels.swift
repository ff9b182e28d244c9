import CoreML
import Foundation

/// The folder of compiled models: each at a path that its contents and the system's version fix.
struct CompiledModels: Sendable {
    let folder: URL

    init(_ folder: URL?) {
        let caches = FileManager.default.urls(for: .cachesDirectory, in: .userDomainMask).first
        self.folder =
            folder
            ?? (caches ?? FileManager.default.temporaryDirectory)
            .appendingPathComponent("propane").appendingPathComponent("compiled")
    }

    func compiled(_ model: URL) async throws -> URL {
        let files = FileManager.default
        let place = folder.appendingPathComponent(try Self.key(model) + ".mlmodelc")
        if files.fileExists(atPath: place.path) { return place }
        try files.createDirectory(at: folder, withIntermediateDirectories: true)
        let start = Date()
        let made = try await MLModel.compileModel(at: model)
        // First beside its place, as a move between disks copies; then a rename: all or nothing.
        let beside = folder.appendingPathComponent("." + UUID().uuidString)
        try files.moveItem(at: made, to: beside)
        do {
            try files.moveItem(at: beside, to: place)
        } catch {
            try? files.removeItem(at: beside)
            guard files.fileExists(atPath: place.path) else { throw error }
        }
        let took = Int(Date().timeIntervalSince(start) * 1000)
        Log.info("compiled \(model.path) to \(place.path) in \(took) ms")
        return place
    }

    /// The SHA-256 over every file's path, length and bytes, in the order of paths.
    static func key(_ model: URL) throws -> String {
        var hash = SHA256()
        hash.update(Array(ProcessInfo.processInfo.operatingSystemVersionString.utf8))
        for path in try paths(model) {
            let file = path.isEmpty ? model : model.appendingPathComponent(path)
            let handle = try FileHandle(forReadingFrom: file)
            defer { try? handle.close() }
            hash.update(Array("\u{0}\(path)\u{0}\(try handle.seekToEnd())\u{0}".utf8))
            try handle.seek(toOffset: 0)
            while let part = try autoreleasing({ try handle.read(upToCount: 1 << 20) }),
                !part.isEmpty
            {
                hash.update([UInt8](part))
            }
        }
        return hash.finish()
    }

    private static func paths(_ model: URL) throws -> [String] {
        var folder: ObjCBool = false
        let files = FileManager.default
        guard files.fileExists(atPath: model.path, isDirectory: &folder) else {
            throw ShimError.notFound("there is nothing at \(model.path)")
        }
        guard folder.boolValue else { return [""] }
        return try files.subpathsOfDirectory(atPath: model.path).filter { path in
            var inner: ObjCBool = false
            let file = model.appendingPathComponent(path).path
            return files.fileExists(atPath: file, isDirectory: &inner) && !inner.boolValue
        }.sorted()
    }
}
