import CPropaneShim
import CoreML
import CoreVideo
import Foundation

/// A pixel buffer over an IOSurface, and Core ML's array over it. It is locked for the CPU but
/// while Core ML has it.
final class PixelMemory: @unchecked Sendable {
    // All is written once; the buffer's lock is changed by one thread at a time, as the surface
    // that holds this counts its uses.
    private let buffer: CVPixelBuffer
    let array: MLMultiArray
    let base: UnsafeMutableRawPointer
    let rowBytes: Int
    let shared: Bool

    init(_ dims: [Int]) throws {
        let width = dims.last ?? 1
        let rows = dims.dropLast().reduce(1, *)
        let attributes: [CFString: Any] = [
            kCVPixelBufferIOSurfacePropertiesKey: [:] as CFDictionary,
            kCVPixelBufferMetalCompatibilityKey: true,
        ]
        var made: CVPixelBuffer?
        let status = CVPixelBufferCreate(
            nil, width, rows, kCVPixelFormatType_OneComponent16Half, attributes as CFDictionary,
            &made)
        guard status == kCVReturnSuccess, let made else {
            throw ShimError(
                PROPANE_FAILED, domain: "CoreVideo", code: Int(status),
                "no pixel buffer of \(rows) rows of \(width) half floats")
        }
        // Core ML writes into no array that was made over a locked buffer, also when it is unlocked
        // later, nor into one whose dataPointer was asked for: the first lock comes after this line.
        array = MLMultiArray(pixelBuffer: made, shape: dims as [NSNumber])
        let locked = CVPixelBufferLockBaseAddress(made, [])
        guard locked == kCVReturnSuccess, let address = CVPixelBufferGetBaseAddress(made) else {
            throw ShimError(
                PROPANE_FAILED, domain: "CoreVideo", code: Int(locked), "cannot lock the buffer")
        }
        buffer = made
        base = address
        rowBytes = CVPixelBufferGetBytesPerRow(made)
        shared = CVPixelBufferGetIOSurface(made) != nil
        memset(base, 0, rowBytes * rows)
    }

    deinit { CVPixelBufferUnlockBaseAddress(buffer, []) }

    /// Gives the memory to Core ML.
    func lend() { CVPixelBufferUnlockBaseAddress(buffer, []) }

    /// Takes the memory back for the caller; returns whether it lies where the caller knows it.
    func takeBack() -> Bool {
        let locked = CVPixelBufferLockBaseAddress(buffer, [])
        return locked == kCVReturnSuccess && CVPixelBufferGetBaseAddress(buffer) == base
    }
}
