import CPropaneShim
import Foundation
import Synchronization

/// How much the cache of compiled models keeps, and how long. What is in use, or was within the
/// last hour, stays whatever the bound: a path may have been told and not been loaded yet.
struct CacheBound: Sendable {
    var bytes = Int64(PROPANE_CACHE_BYTES)
    var days = Int64(PROPANE_CACHE_DAYS)

    private static let hour = 3600.0
    private static let now = Mutex(CacheBound())

    static var current: CacheBound {
        get { now.withLock { $0 } }
        set { now.withLock { $0 = newValue } }
    }

    private struct Entry {
        let place: URL
        let used: Date
        let bytes: Int64
    }

    /// Deletes what nobody has used for so many days; then, the longest unused first, what is more
    /// than so many bytes.
    func keep(_ models: CompiledModels) {
        // Whoever looks for a model at this moment goes first; the next addition tidies up.
        guard let alone = FileLock.alone(models.gate) else { return }
        defer { withExtendedLifetime(alone) {} }
        let entries = Self.entries(models.folder).sorted { $0.used < $1.used }
        var kept = entries.reduce(0) { $0 + $1.bytes }
        for entry in entries {
            let idle = Date().timeIntervalSince(entry.used)
            let isOld = days > 0 && idle > Double(days) * 24 * Self.hour
            guard isOld || bytes > 0 && kept > bytes else { continue }
            if idle > Self.hour, Self.delete(entry) { kept -= entry.bytes }
        }
    }

    private static func delete(_ entry: Entry) -> Bool {
        let files = FileManager.default
        let use = CompiledModels.use(of: entry.place)
        guard let unused = FileLock.alone(use) else { return false }
        defer { withExtendedLifetime(unused) {} }
        do {
            // All or nothing: half a model is never found at its place.
            let away = entry.place.deletingLastPathComponent()
                .appendingPathComponent("." + UUID().uuidString)
            try files.moveItem(at: entry.place, to: away)
            try? files.removeItem(at: use)
            try files.removeItem(at: away)
        } catch {
            Log.warning("\(entry.place.path) could not be deleted: \(error.localizedDescription)")
            return false
        }
        Log.info("deleted \(entry.place.path), not used since \(entry.used)")
        return true
    }

    /// The compiled models, and what ended processes left half done: both with their last use.
    private static func entries(_ folder: URL) -> [Entry] {
        let files = FileManager.default
        let names = (try? files.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".mlmodelc") || $0.hasPrefix(".") && $0 != ".lock" }.map
        {
            let place = folder.appendingPathComponent($0)
            let used = date(CompiledModels.use(of: place)) ?? date(place) ?? Date()
            return Entry(place: place, used: used, bytes: size(place))
        }
    }

    private static func date(_ file: URL) -> Date? {
        try? FileManager.default.attributesOfItem(atPath: file.path)[.modificationDate] as? Date
    }

    private static func size(_ folder: URL) -> Int64 {
        let files = FileManager.default
        return (files.subpaths(atPath: folder.path) ?? []).reduce(0) { sum, path in
            let file = folder.appendingPathComponent(path).path
            let size = try? files.attributesOfItem(atPath: file)[.size] as? NSNumber
            return sum + (size?.int64Value ?? 0)
        }
    }
}

@_cdecl("propane_cache_bound")
public func cacheBound(_ bytes: Int64, _ days: Int64) {
    CacheBound.current = CacheBound(bytes: max(0, bytes), days: max(0, days))
}
