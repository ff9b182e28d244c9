import CPropaneShim
import Foundation
import Synchronization
import Testing

@testable import PropaneShim

#if os(Linux)
@_spi(StandIn) import CoreML
@_spi(StandIn) import CoreVideo
#endif

extension ShimTests {
    /// The parts of the contract around models. What needs no model runs on a Mac too.
    @Suite(.serialized) struct ModelTests {
        @Test func theVersionIsTheHeaders() { #expect(propane_version() == PROPANE_SHIM_VERSION) }

        @Test func hashesAreThoseOfTheStandard() {
            func hash(_ text: String) -> String {
                var hash = SHA256()
                hash.update(Array(text.utf8))
                return hash.finish()
            }
            #expect(hash("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
            #expect(
                hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
            #expect(
                hash(String(repeating: "a", count: 1_000_000))
                    == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
        }

        @Test func theMachineIsToldAsJSON() throws {
            let machine = try parsed(try string { propane_devices($0, $1) })
            let kinds = (machine["devices"] as! [[String: Any]]).map { $0["kind"] as! String }
            #expect(kinds.contains("cpu"))
            #expect(machine["memory"] as! Int > 1 << 28)
            #expect((machine["thermal"] as! String).isEmpty == false)
        }

        @Test func nothingAtAPathIsNotFound() {
            #expect(
                status {
                    _ = try string { propane_compile("/nowhere/a.mlpackage", nil, 0, $0, $1) }
                }
                    == PROPANE_NOT_FOUND)
            #expect(
                status { _ = try handle { propane_model_load(nil, nil, 0, 0, $0, $1) } }
                    == PROPANE_INVALID_ARGUMENT)
        }

        @Test func surfacesStartAsZerosAndRefuseOddShapes() throws {
            let dims: [Int64] = [3, 40]
            let surface = try handle { propane_surface_create(dims, 2, $0, $1) }
            defer { propane_surface_release(surface) }
            var data: UnsafeMutableRawPointer?
            var bytes: Int64 = 0
            var strides: [Int64] = [0, 0]
            try check { propane_surface_memory(surface, &data, &bytes, &strides, nil, $0) }
            #expect(strides[0] >= 40 && strides[1] == 1)
            #expect(bytes == (strides[0] * 2 + 40) * 2)
            #expect(
                (0..<Int(bytes)).allSatisfy { data!.load(fromByteOffset: $0, as: UInt8.self) == 0 })
            for bad: [Int64] in [[0], [-1, 2], [1, 1, 1, 1, 1, 1, 1, 1, 1]] {
                #expect(
                    status {
                        _ = try handle { propane_surface_create(bad, Int32(bad.count), $0, $1) }
                    }
                        == PROPANE_INVALID_ARGUMENT)
            }
        }

        #if os(Linux)
        @Test func memoryThatMovesWhileItIsLentIsAnError() throws {
            installed
            let half = ShimTests.PredictionTests.simple.replacingOccurrences(
                of: "float32", with: "float16")
            let model = try Package(half).load()
            defer { propane_model_release(model) }
            let dims: [Int64] = [2, 3]
            let surface = try handle { propane_surface_create(dims, 2, $0, $1) }
            defer { propane_surface_release(surface) }
            let x = Memory("x", [2, 3], PROPANE_FLOAT16)
            let y = Memory("y", [1])
            y.surface = surface
            #expect(try predict(model, [x], [y]) == [0])
            let buffer = try object(Surface.self, surface).array.pixelBuffer!
            buffer.move(by: 64)
            do {
                _ = try predict(model, [x], [y])
                Issue.record("the caller would read what was there before")
            } catch let failure as Failure {
                #expect(failure.status == PROPANE_FAILED)
                #expect(failure.text.contains("has moved"))
            }
        }

        @Test func aModelTellsWhatItTakesAndGives() throws {
            let model = try Package(ShimTests.PredictionTests.simple).load()
            defer { propane_model_release(model) }
            let told = try parsed(try string { propane_model_describe(model, $0, $1) })
            let x = (told["inputs"] as! [[String: Any]])[0]
            #expect(x["name"] as! String == "x")
            #expect(x["dtype"] as! String == "float32")
            #expect(x["shape"] as! [Int] == [2, 3])
            #expect(told["updatable"] as! Bool == false)
            #expect(told["metadata"] as! [String: String] == ["propane.ports": "{}"])
            #expect((told["outputs"] as! [[String: Any]]).count == 1)
        }

        @Test func compilingTwiceGivesOnePathAndOtherContentsAnother() throws {
            let package = try Package(ShimTests.PredictionTests.simple)
            let first = try package.compile()
            #expect(first.hasSuffix(".mlmodelc"))
            let made =
                try FileManager.default.attributesOfItem(atPath: first)[.modificationDate] as! Date
            #expect(try package.compile() == first)
            let again =
                try FileManager.default.attributesOfItem(atPath: first)[.modificationDate] as! Date
            #expect(made == again)
            try Data("more".utf8).write(to: URL(fileURLWithPath: package.path + "/weights.bin"))
            #expect(try package.compile() != first)
            let kept = try FileManager.default.contentsOfDirectory(atPath: package.cache)
            #expect(kept.filter { $0.hasSuffix(".mlmodelc") }.count == 2)
        }

        @Test func aLoadThatTakesTooLongTimesOutAndIsReleasedWhenItComes() throws {
            let slow = ShimTests.PredictionTests.simple.dropLast() + ", \"loadMilliseconds\": 800}"
            let package = try Package(String(slow))
            let loaded = MLModel.loaded
            let start = Date()
            do {
                propane_model_release(try package.load(limit: 50))
                Issue.record("a load of 800 ms ends within 50")
            } catch let failure as Failure {
                #expect(failure.status == PROPANE_TIMED_OUT)
                #expect(failure.text.contains("still runs"))
            }
            #expect(Date().timeIntervalSince(start) < 0.7)
            #expect(propane_late_calls() == 1)
            while propane_late_calls() > 0 { Thread.sleep(forTimeInterval: 0.01) }
            #expect(Date().timeIntervalSince(start) > 0.7)
            while MLModel.loaded > loaded { Thread.sleep(forTimeInterval: 0.01) }
            #expect(MLModel.loaded == loaded)
        }

        @Test func functionsAreChosenByName() throws {
            let json = """
                {"functions": {
                  "a": {"inputs": [], "outputs": [{"name": "p", "dtype": "float32", "shape": [1]}]},
                  "b": {"inputs": [], "outputs": [{"name": "q", "dtype": "int32", "shape": [1]}]}},
                 "defaultFunction": "a"}
                """
            let package = try Package(json)
            let model = try package.load("b")
            defer { propane_model_release(model) }
            let told = try parsed(try string { propane_model_describe(model, $0, $1) })
            #expect(told["functions"] as! [String] == ["a", "b"])
            #expect((told["outputs"] as! [[String: Any]])[0]["name"] as! String == "q")
            #expect(status { _ = try package.load("c") } == PROPANE_NOT_FOUND)
        }

        @Test func plansTellDevicesAndRefusePackages() throws {
            let json = ShimTests.PredictionTests.simple.replacingOccurrences(
                of: "\"outputs\"",
                with: """
                    "plan": [{"operator": "matmul", "outputs": ["y"], "supported": ["cpu",
                    "neural_engine"], "preferred": "neural_engine", "cost": 0.5},
                    {"operator": "const", "outputs": ["c"]}], "outputs"
                    """)
            let package = try Package(json)
            #expect(
                status { _ = try string { propane_plan(package.path, nil, 2, 0, $0, $1) } }
                    == PROPANE_INVALID_ARGUMENT)
            let compiled = try package.compile()
            let told = try parsed(try string { propane_plan(compiled, nil, 2, 0, $0, $1) })
            let operations = told["operations"] as! [[String: Any]]
            #expect(operations[0]["preferred"] as! String == "neural_engine")
            #expect(operations[0]["supported"] as! [String] == ["cpu", "neural_engine"])
            #expect(operations[0]["cost"] as! Double == 0.5)
            #expect(operations[1]["preferred"] == nil)
            #expect(status { _ = try string { propane_plan(compiled, nil, 9, 0, $0, $1) } } == 1)
        }

        @Test func theLogHearsOfLoads() throws {
            final class Lines: Sendable { let list = Mutex<[String]>([]) }
            let lines = Lines()
            propane_log_to(
                { user, level, text in
                    let line = "\(level) " + String(cString: text!)
                    Unmanaged<Lines>.fromOpaque(user!).takeUnretainedValue().list.withLock {
                        $0.append(line)
                    }
                }, Unmanaged.passUnretained(lines).toOpaque())
            propane_model_release(try Package(ShimTests.PredictionTests.simple).load())
            propane_log_to(nil, nil)
            let heard = lines.list.withLock { $0 }
            #expect(heard.contains { $0.hasPrefix("1 compiled ") })
            #expect(heard.contains { $0.hasPrefix("1 loaded ") })
            withExtendedLifetime(lines) {}
        }
        #endif
    }
}
