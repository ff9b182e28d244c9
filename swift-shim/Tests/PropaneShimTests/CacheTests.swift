#if os(Linux)
import CPropaneShim
import Foundation
import Testing

@testable import PropaneShim

extension ShimTests {
    /// What the cache of compiled models keeps, and what it lets go.
    @Suite(.serialized) struct CacheTests {
        private let packages: [Package]
        private let models: CompiledModels

        init() throws {
            packages = try (0..<4).map {
                try Package(ShimTests.PredictionTests.simple + String(repeating: " ", count: $0))
            }
            models = CompiledModels(URL(fileURLWithPath: packages[0].cache))
        }

        /// Compiles a package; it was used last so many hours ago.
        private func compile(_ index: Int, hours: Double) async throws -> URL {
            let place = try await models.compiled(URL(fileURLWithPath: packages[index].path)).place
            try setUsed(place, hours: hours)
            return place
        }

        private func setUsed(_ place: URL, hours: Double) throws {
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: -3600 * hours)],
                ofItemAtPath: CompiledModels.use(of: place).path)
        }

        private func isThere(_ place: URL) -> Bool {
            let files = FileManager.default
            let both = [place, CompiledModels.use(of: place)].map {
                files.fileExists(atPath: $0.path)
            }
            #expect(both[0] == both[1])
            return both[0]
        }

        private func bytes(_ place: URL) throws -> Int64 {
            try FileManager.default.subpathsOfDirectory(atPath: place.path).reduce(0) {
                let file = place.appendingPathComponent($1).path
                let size = try FileManager.default.attributesOfItem(atPath: file)[.size]
                return $0 + (size as! NSNumber).int64Value
            }
        }

        @Test func theLongestUnusedGoFirstUntilTheOthersFit() async throws {
            let places = [
                try await compile(0, hours: 3), try await compile(1, hours: 5),
                try await compile(2, hours: 2),
            ]
            CacheBound(bytes: 0, days: 0).keep(models)
            #expect(places.map(isThere) == [true, true, true])
            let fits = try bytes(places[0]) + bytes(places[2])
            CacheBound(bytes: fits, days: 0).keep(models)
            #expect(places.map(isThere) == [true, false, true])
            CacheBound(bytes: fits - 1, days: 0).keep(models)
            #expect(places.map(isThere) == [false, false, true])
        }

        @Test func anAdditionAppliesTheBoundThatTheProcessWasTold() async throws {
            let old = try await compile(0, hours: 30)
            defer { propane_cache_bound(Int64(PROPANE_CACHE_BYTES), Int64(PROPANE_CACHE_DAYS)) }
            _ = try await compile(1, hours: 0)
            #expect(isThere(old))
            propane_cache_bound(0, 1)
            _ = try await compile(2, hours: 0)
            #expect(!isThere(old))
        }

        @Test func whatIsOlderThanTheBoundGoesWhateverFits() async throws {
            let places = [try await compile(0, hours: 49), try await compile(1, hours: 47)]
            CacheBound(bytes: 1 << 40, days: 2).keep(models)
            #expect(places.map(isThere) == [false, true])
        }

        @Test func useIsFindingItAgain() async throws {
            let place = try await compile(0, hours: 49)
            _ = try await models.compiled(URL(fileURLWithPath: packages[0].path))
            CacheBound(bytes: 1, days: 1).keep(models)
            #expect(isThere(place))
            try setUsed(place, hours: 2)
            CacheBound(bytes: 1, days: 1).keep(models)
            #expect(!isThere(place))
        }

        @Test func aLoadedModelStaysUntilItIsReleased() async throws {
            let place = try await compile(0, hours: 0)
            let model = try handle { propane_model_load(place.path, nil, 0, 0, $0, $1) }
            try setUsed(place, hours: 1000)
            CacheBound(bytes: 1, days: 1).keep(models)
            #expect(isThere(place))
            propane_model_release(model)
            CacheBound(bytes: 1, days: 1).keep(models)
            #expect(!isThere(place))
        }

        @Test func aPathThatWasToldStays() throws {
            let place = URL(fileURLWithPath: try packages[0].compile())
            try setUsed(place, hours: 1000)
            CacheBound(bytes: 1, days: 1).keep(models)
            #expect(isThere(place))
        }

        @Test func whatAnotherProcessUsesStays() async throws {
            let place = try await compile(0, hours: 1000)
            let other = Process()
            other.executableURL = URL(fileURLWithPath: "/usr/bin/flock")
            let said = Pipe()
            other.standardOutput = said
            other.arguments = [
                "--no-fork", "--shared", CompiledModels.use(of: place).path, "sh", "-c",
                "echo locked; exec sleep 60",
            ]
            try other.run()
            // A child of one of Dispatch's threads inherits that SIGTERM is blocked.
            defer { kill(other.processIdentifier, SIGKILL) }
            #expect(try said.fileHandleForReading.read(upToCount: 6) == Data("locked".utf8))
            CacheBound(bytes: 1, days: 1).keep(models)
            #expect(isThere(place))
            // Whoever looks for a model goes before whoever deletes one.
            let looking = FileLock.shared(models.gate)
            #expect(FileLock.alone(models.gate) == nil)
            withExtendedLifetime(looking) {}
        }

        @Test func whatAnEndedProcessLeftHalfDoneGoes() async throws {
            _ = try await compile(0, hours: 0)
            let left = models.folder.appendingPathComponent(".half")
            try FileManager.default.createDirectory(at: left, withIntermediateDirectories: true)
            CacheBound(bytes: 0, days: 1).keep(models)
            #expect(FileManager.default.fileExists(atPath: left.path))
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: -90_000)], ofItemAtPath: left.path)
            CacheBound(bytes: 0, days: 1).keep(models)
            #expect(!FileManager.default.fileExists(atPath: left.path))
        }
    }
}
#endif
