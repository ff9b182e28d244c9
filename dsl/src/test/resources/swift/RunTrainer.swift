import CoreML
import Foundation

/// Trains by an exported trainer, batch by batch, and saves where it came to.
///
/// - Parameters:
///   - compiled: the compiled package
///   - x: all batches' inputs, one behind the other
///   - y: all batches' labels
///   - losses: where the loss of each step goes
///   - saved: the file to save to
@_cdecl("run_trainer")
public func runTrainer(
    _ compiled: UnsafePointer<CChar>, _ x: UnsafePointer<Float>, _ y: UnsafePointer<Int32>,
    _ steps: Int32, _ losses: UnsafeMutablePointer<Float>, _ saved: UnsafePointer<CChar>
) -> Int32 {
    do {
        let model = URL(fileURLWithPath: String(cString: compiled))
        let trainer = try ExportedTrainer(compiled: model)
        for step in 0..<Int(steps) {
            let input = try MLMultiArray(shape: [32, 8, 8], dataType: .float32)
            input.withUnsafeMutableBytes { bytes, _ in
                _ = bytes.initializeMemory(
                    as: Float.self, from: UnsafeBufferPointer(start: x + step * 2048, count: 2048))
            }
            let target = try MLMultiArray(shape: [32], dataType: .int32)
            target.withUnsafeMutableBytes { bytes, _ in
                _ = bytes.initializeMemory(
                    as: Int32.self, from: UnsafeBufferPointer(start: y + step * 32, count: 32))
            }
            losses[step] = try trainer.step(["input": input, "target": target])["loss"] ?? .nan
        }
        try trainer.save(to: URL(fileURLWithPath: String(cString: saved)))
        return 0
    } catch {
        print("run_trainer: \(error)")
        return 1
    }
}
