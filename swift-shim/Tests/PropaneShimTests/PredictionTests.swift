#if os(Linux)
import CPropaneShim
import CoreML
import CoreVideo
import Foundation
import Synchronization
import Testing

extension ShimTests {
    /// The parts of the contract that predict, on the stand-in.
    @Suite(.serialized) struct PredictionTests {
        static let simple = """
            {"functions": {"main": {
              "inputs": [{"name": "x", "dtype": "float32", "shape": [2, 3]}],
              "outputs": [{"name": "y", "dtype": "float32", "shape": [2, 3]}]}},
             "metadata": {"propane.ports": "{}"}}
            """
        static let copying = simple.replacingOccurrences(
            of: "\"y\",", with: "\"y\", \"backed\": false,")

        init() { installed }

        func filled(_ name: String, strides: [Int]? = nil) -> Memory {
            let x = Memory(name, [2, 3], strides: strides)
            for row in 0..<2 {
                for column in 0..<3 {
                    let at = strides.map { row * $0[0] + column * $0[1] } ?? row * 3 + column
                    x.floats[at] = Float(row * 3 + column)
                }
            }
            return x
        }

        @Test func outputsAreWrittenInPlace() throws {
            let model = try Package(Self.simple).load()
            defer { propane_model_release(model) }
            let y = Memory("y", [2, 3])
            #expect(try predict(model, [filled("x")], [y]) == [0])
            #expect((0..<6).map { y.floats[$0] } == [0, 2, 4, 6, 8, 10])
        }

        @Test func outputsThatCoreMLKeepsAreCopiedOutOfPaddedRows() throws {
            let model = try Package(Self.copying).load()
            defer { propane_model_release(model) }
            let y = Memory("y", [2, 3], strides: [7, 2])
            y.floats[1] = -1
            #expect(try predict(model, [filled("x", strides: [1, 2])], [y]) == [1])
            #expect([0, 2, 4, 7, 9, 11].map { y.floats[$0] } == [0, 2, 4, 6, 8, 10])
            #expect(y.floats[1] == -1)
        }

        @Test func surfacesServeBothSides() throws {
            let half = Self.simple.replacingOccurrences(of: "float32", with: "float16")
            let model = try Package(half).load()
            defer { propane_model_release(model) }
            let dims: [Int64] = [2, 3]
            let surfaces = try (0..<2).map { _ in
                try handle { propane_surface_create(dims, 2, $0, $1) }
            }
            defer { surfaces.forEach { propane_surface_release($0) } }
            func memory(_ surface: Handle) throws -> (UnsafeMutablePointer<Float16>, [Int64]) {
                var data: UnsafeMutableRawPointer?
                var (bytes, shared): (Int64, Int32) = (0, -1)
                var strides: [Int64] = [0, 0]
                try check { propane_surface_memory(surface, &data, &bytes, &strides, &shared, $0) }
                #expect(shared == 1)
                #expect(bytes == 64 + 6)
                return (data!.assumingMemoryBound(to: Float16.self), strides)
            }
            let (x, strides) = try memory(surfaces[0])
            #expect(strides == [32, 1])
            (x[0], x[34]) = (1.5, 3)
            let inputs = Memory("x", [1])
            let outputs = Memory("y", [1])
            (inputs.surface, outputs.surface) = (surfaces[0], surfaces[1])
            #expect(try predict(model, [inputs], [outputs]) == [0])
            let (y, _) = try memory(surfaces[1])
            #expect((y[0], y[34], y[1]) == (3, 6, 0))
            // The memory is the caller's again, and Core ML's once more.
            x[0] = 4
            #expect(try predict(model, [inputs], [outputs]) == [0])
            #expect(y[0] == 8)
        }

        /// What the shim must not do with pixel buffers fails here as others saw it fail on a Mac.
        @Test(arguments: [
            ("was made over a locked", true, false, false),
            ("was taken before", false, true, false),
            ("is locked", false, false, true), ("", false, false, false),
        ]) func theStandInRefusesBackings(
            text: String, lockedWhenMade: Bool, touched: Bool, lockedNow: Bool
        ) throws {
            let half = Self.simple.replacingOccurrences(of: "float32", with: "float16")
            let package = try Package(half)
            let model = try MLModel(
                contentsOf: URL(fileURLWithPath: try package.compile()),
                configuration: MLModelConfiguration())
            var made: CVPixelBuffer?
            CVPixelBufferCreate(nil, 3, 2, kCVPixelFormatType_OneComponent16Half, nil, &made)
            let buffer = try #require(made)
            if lockedWhenMade { CVPixelBufferLockBaseAddress(buffer, []) }
            let array = MLMultiArray(pixelBuffer: buffer, shape: [2, 3])
            if lockedWhenMade { CVPixelBufferUnlockBaseAddress(buffer, []) }
            if touched { _ = array.dataPointer }
            if lockedNow { CVPixelBufferLockBaseAddress(buffer, []) }
            let options = MLPredictionOptions()
            options.outputBackings = ["y": array]
            let x = try MLMultiArray(shape: [2, 3], dataType: .float16)
            defer { withExtendedLifetime(package) {} }
            let given = try MLDictionaryFeatureProvider(dictionary: ["x": x])
            if text.isEmpty {
                let result = try model.prediction(from: given, options: options)
                #expect(result.featureValue(for: "y")?.multiArrayValue === array)
                return
            }
            do {
                _ = try model.prediction(from: given, options: options)
                Issue.record("nothing is refused")
            } catch {
                #expect((error as NSError).domain == "com.apple.CoreML")
                #expect((error as NSError).code == 0)
                #expect(error.localizedDescription.contains(text))
            }
        }

        @Test func whatDoesNotFitIsRefusedBeforeCoreMLSeesIt() throws {
            let model = try Package(Self.simple).load()
            defer { propane_model_release(model) }
            let (x, y) = (filled("x"), Memory("y", [2, 3]))
            func text(_ inputs: [Memory], _ outputs: [Memory]) -> String {
                do {
                    _ = try predict(model, inputs, outputs)
                    return "no error"
                } catch let failure as Failure {
                    #expect(failure.status == PROPANE_INVALID_ARGUMENT)
                    #expect(failure.domain == "propane.shim")
                    return failure.text
                } catch { return "\(error)" }
            }
            #expect(text([], [y]) == "input x is missing")
            #expect(text([x, x], [y]).contains("given twice"))
            #expect(
                text([x, Memory("z", [1])], [y]).contains("there is no input z; there are [\"x\"]"))
            #expect(text([x], [Memory("w", [1])]).contains("there is no output w"))
            #expect(text([Memory("x", [3, 2])], [y]).contains("has shape [2, 3], got [3, 2]"))
            #expect(text([Memory("x", [2, 3], PROPANE_FLOAT16)], [y]).contains("has element type"))
            #expect(
                text([Memory("x", [2, 3], bytes: 23)], [y]).contains("takes more than 23 bytes"))
            #expect(text([Memory("x", [2, 3], 99)], [y]).contains("no element type 99"))
            #expect(
                status { try check { propane_model_predict(nil, nil, nil, 0, nil, 0, nil, $0) } }
                    == 1)
        }

        @Test func coreMLsOwnErrorsKeepDomainCodeAndText() throws {
            let json = Self.simple.replacingOccurrences(of: "\"main\"", with: "\"broken\"")
            let model = try Package(json).load("broken")
            defer { propane_model_release(model) }
            #expect(
                throws: Failure(
                    status: PROPANE_FAILED, domain: "com.apple.CoreML", code: 0,
                    text: "stand-in: the predictor of broken returned 7")
            ) { try predict(model, [filled("x")], [Memory("y", [2, 3])]) }
        }

        @Test func jobsEndOnceOnAnotherThreadAndQueuedOnesCanBeCancelled() throws {
            let slow = Self.simple.dropLast() + ", \"predictMilliseconds\": 60}"
            let model = try Package(String(slow)).load()
            defer { propane_model_release(model) }
            final class Ends: Sendable {
                let list = Mutex<[Int32]>([])
                let semaphore = DispatchSemaphore(value: 0)
            }
            let ends = Ends()
            let user = Unmanaged.passUnretained(ends).toOpaque()
            let (x, y) = (filled("x"), Memory("y", [2, 3]))
            let jobs = try (0..<3).map { _ in
                try handle { job, error in
                    propane_model_predict_async(
                        model, nil, [x.array], 1, [y.array], 1, nil,
                        { user, status, _ in
                            let ends = Unmanaged<Ends>.fromOpaque(user!).takeUnretainedValue()
                            ends.list.withLock { $0.append(status) }
                            ends.semaphore.signal()
                        }, user, job, error)
                }
            }
            propane_job_cancel(jobs[2])
            for _ in jobs { #expect(ends.semaphore.wait(timeout: .now() + 10) == .success) }
            jobs.forEach {
                propane_job_cancel($0)
                propane_job_release($0)
            }
            #expect(ends.list.withLock { $0 } == [PROPANE_OK, PROPANE_OK, PROPANE_CANCELLED])
            #expect(y.floats[5] == 10)
            withExtendedLifetime(ends) {}
        }

        @Test func manyThreadsShareOneModel() throws {
            let model = try Package(Self.copying).load()
            defer { propane_model_release(model) }
            let shared = Int(bitPattern: model)
            let wrong = Mutex(0)
            DispatchQueue.concurrentPerform(iterations: 200) { _ in
                let y = Memory("y", [2, 3])
                let copied = try? predict(Handle(bitPattern: shared)!, [filled("x")], [y])
                if copied != [1] || y.floats[5] != 10 { wrong.withLock { $0 += 1 } }
            }
            #expect(wrong.withLock { $0 } == 0)
        }

        @Test func statesAreReadWrittenAndCarriedAlong() throws {
            let json = Self.simple.replacingOccurrences(
                of: "\"outputs\"",
                with:
                    "\"states\": [{\"name\": \"s\", \"dtype\": \"float32\", \"shape\": [2, 3]}], \"outputs\""
            )
            let model = try Package(json).load()
            defer { propane_model_release(model) }
            let (x, y, s) = (filled("x"), Memory("y", [2, 3]), Memory("s", [2, 3]))
            #expect(status { _ = try predict(model, [x], [y]) } == PROPANE_INVALID_ARGUMENT)
            let state = try handle { propane_state_create(model, $0, $1) }
            defer { propane_state_release(state) }
            s.floats[5] = 100
            try check { propane_state_write(state, [s.array], $0) }
            for _ in 0..<2 { _ = try predict(model, [x], [y], state: state) }
            try check { propane_state_read(state, [s.array], $0) }
            #expect((0..<6).map { s.floats[$0] } == [0, 2, 4, 6, 8, 110])
            #expect(status { try check { propane_state_read(state, [x.array], $0) } } == 1)
        }
    }
}
#endif
