#if canImport(CoreVideo)
import CPropaneShim
import CoreML
import CoreVideo
import Foundation

/// A pixel buffer over an IOSurface. It is locked for the CPU but while Core ML has it.
final class PixelMemory: SurfaceMemory, @unchecked Sendable {
    private let buffer: CVPixelBuffer
    let base: UnsafeMutableRawPointer
    let rowBytes: Int
    let shared: Bool

    init(width: Int, rows: Int) throws {
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

    func makeArray(_ shape: [NSNumber], _ strides: [NSNumber]) throws -> MLMultiArray {
        MLMultiArray(pixelBuffer: buffer, shape: shape)
    }

    func lend() { CVPixelBufferUnlockBaseAddress(buffer, []) }

    func takeBack() {
        CVPixelBufferLockBaseAddress(buffer, [])
        if CVPixelBufferGetBaseAddress(buffer) != base {
            Log.warning("the memory of a surface has moved; what the caller reads is stale")
        }
    }
}

func makeSurfaceMemory(width: Int, rows: Int) throws -> any SurfaceMemory {
    try PixelMemory(width: width, rows: rows)
}
#endif
