#if os(Linux)
import CPropaneShim
import Foundation
import Synchronization
import Testing

extension ShimTests {
    /// Updates: progress and the end come on foreign threads, in order; a cancel ends them.
    @Suite(.serialized) struct UpdateTests {
        static let json = """
            {"functions": {"main": {
              "inputs": [{"name": "x", "dtype": "float32", "shape": [3]}],
              "outputs": [{"name": "y", "dtype": "float32", "shape": [3]}]}},
             "update": {
              "inputs": [{"name": "x", "dtype": "float32", "shape": [3]}],
              "outputs": [{"name": "loss", "dtype": "float32", "shape": [1]}]}}
            """

        final class Heard: Sendable {
            let events = Mutex<[String]>([])
            let status = Mutex<[Int32]>([])
            let ended = DispatchSemaphore(value: 0)
            let cancelAfter: Int
            let threads = Mutex<Set<String>>([])
            init(cancelAfter: Int) { self.cancelAfter = cancelAfter }
        }

        init() { installed }

        func run(_ compiled: String, _ written: String, _ heard: Heard, parameters: String) throws {
            let x = Memory("x", [5, 3])
            let job = try handle { job, error in
                propane_update(
                    compiled, 0, parameters, [x.array], 1, 5, written,
                    { user, event, epoch, batch, loss in
                        let heard = Unmanaged<Heard>.fromOpaque(user!).takeUnretainedValue()
                        heard.threads.withLock { _ = $0.insert("\(Thread.current)") }
                        return heard.events.withLock {
                            $0.append("\(event) \(epoch) \(batch) \(loss)")
                            return $0.count == heard.cancelAfter ? 1 : 0
                        }
                    },
                    { user, status, _ in
                        let heard = Unmanaged<Heard>.fromOpaque(user!).takeUnretainedValue()
                        heard.status.withLock { $0.append(status) }
                        heard.ended.signal()
                    }, Unmanaged.passUnretained(heard).toOpaque(), job, error)
            }
            #expect(heard.ended.wait(timeout: .now() + 20) == .success)
            propane_job_release(job)
            withExtendedLifetime((x, heard)) {}
        }

        @Test func eventsComeInOrderAndTheModelIsWritten() throws {
            let package = try Package(Self.json)
            let written = package.folder.appendingPathComponent("trained.mlmodelc").path
            let heard = Heard(cancelAfter: -1)
            try run(
                try package.compile(), written, heard,
                parameters: "{\"epochs\": 2, \"mini_batch_size\": 3, \"learning_rate\": 0.1}")
            #expect(
                heard.events.withLock { $0 } == [
                    "1 -1 -1 nan", "4 0 0 0.5", "4 0 1 0.5", "2 0 -1 0.5", "4 1 0 0.5", "4 1 1 0.5",
                    "2 1 -1 0.5",
                ])
            #expect(heard.status.withLock { $0 } == [PROPANE_OK])
            let model = try handle { propane_model_load(written, nil, 0, 0, $0, $1) }
            propane_model_release(model)
        }

        @Test func aCancelEndsIt() throws {
            let package = try Package(Self.json)
            let written = package.folder.appendingPathComponent("trained.mlmodelc").path
            let heard = Heard(cancelAfter: 3)
            try run(try package.compile(), written, heard, parameters: "{\"epochs\": 1000000}")
            #expect(heard.status.withLock { $0 } == [PROPANE_CANCELLED])
            Thread.sleep(forTimeInterval: 0.4)
            #expect(heard.status.withLock { $0.count } == 1)
            #expect(FileManager.default.fileExists(atPath: written) == false)
        }

        @Test func whatDoesNotFitIsRefused() throws {
            let compiled = try Package(Self.json).compile()
            let heard = Heard(cancelAfter: -1)
            let code = status {
                try run(compiled, "/tmp/never", heard, parameters: "{\"rate\": 1}")
            }
            #expect(code == PROPANE_NOT_FOUND || code == PROPANE_INVALID_ARGUMENT)
            let package = try Package(ShimTests.PredictionTests.simple)
            let plain = try package.compile()
            #expect(status { try run(plain, "/tmp/never", heard, parameters: "{}") } == 1)
            #expect(heard.status.withLock { $0 } == [])
        }
    }
}
#endif
