import CoreML
import Foundation
import Synchronization

/// A compiled model of the cache. Nobody deletes it while this lives, in other processes neither.
final class KeptModel: Sendable {
    let place: URL
    private let inUse: FileLock?

    fileprivate init(_ place: URL, _ inUse: FileLock?) { (self.place, self.inUse) = (place, inUse) }
}

/// The folder of compiled models: each at a path that its contents and the system's version fix.
/// Beside each lies a file whose lock says that it is in use, and whose date says since when not.
struct CompiledModels: Sendable {
    let folder: URL

    init(_ folder: URL?) {
        let caches = FileManager.default.urls(for: .cachesDirectory, in: .userDomainMask).first
        self.folder =
            folder
            ?? (caches ?? FileManager.default.temporaryDirectory)
            .appendingPathComponent("propane").appendingPathComponent("compiled")
    }

    /// Whoever looks for a model shares this lock for that moment; whoever deletes some has it alone.
    var gate: URL { folder.appendingPathComponent(".lock") }

    static func use(of place: URL) -> URL {
        place.deletingPathExtension().appendingPathExtension("used")
    }

    func compiled(_ model: URL) async throws -> KeptModel {
        let files = FileManager.default
        let place = folder.appendingPathComponent(try Self.key(model) + ".mlmodelc")
        try files.createDirectory(at: folder, withIntermediateDirectories: true)
        if let kept = find(place) { return kept }
        let start = Date()
        let made = try await MLModel.compileModel(at: model)
        // First beside its place, as a move between disks copies; then a rename: all or nothing.
        let beside = folder.appendingPathComponent("." + UUID().uuidString)
        try files.moveItem(at: made, to: beside)
        let kept = try add(beside, place)
        let took = Int(Date().timeIntervalSince(start) * 1000)
        Log.info("compiled \(model.path) to \(place.path) in \(took) ms")
        CacheBound.current.keep(self)
        return kept
    }

    /// Returns the compiled model of a package; of a compiled one itself where it is in a cache, and
    /// nothing where it lies elsewhere.
    static func kept(_ model: URL) async throws -> KeptModel? {
        if model.pathExtension != "mlmodelc" {
            return try await CompiledModels(nil).compiled(model)
        }
        let models = CompiledModels(model.deletingLastPathComponent())
        let isCache = FileManager.default.fileExists(atPath: models.gate.path)
        return isCache ? models.find(model) : nil
    }

    /// Returns a compiled model that is there already, and says that it is in use.
    func find(_ place: URL) -> KeptModel? {
        let open = FileLock.shared(gate)
        defer { withExtendedLifetime(open) {} }
        return FileManager.default.fileExists(atPath: place.path) ? mark(place) : nil
    }

    private func add(_ beside: URL, _ place: URL) throws -> KeptModel {
        let files = FileManager.default
        let open = FileLock.shared(gate)
        defer { withExtendedLifetime(open) {} }
        do {
            try files.moveItem(at: beside, to: place)
        } catch {
            try? files.removeItem(at: beside)
            guard files.fileExists(atPath: place.path) else { throw error }
        }
        return mark(place)
    }

    private func mark(_ place: URL) -> KeptModel {
        let use = Self.use(of: place)
        let lock = FileLock.shared(use)
        try? FileManager.default.setAttributes(
            [.modificationDate: Date()], ofItemAtPath: use.path)
        return KeptModel(place, lock)
    }

    private static let handedOut = Mutex<[URL: KeptModel]>([:])

    /// Keeps a model whose path a caller was told for as long as the process runs.
    static func keepForGood(_ model: KeptModel) {
        handedOut.withLock { $0[model.place] = model }
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
