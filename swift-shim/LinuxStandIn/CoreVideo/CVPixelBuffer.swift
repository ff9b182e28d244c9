// The part of Core Video that the shim uses. The rule at the head of MLModel.swift holds here, too.

import Foundation
import Synchronization

// Linux has no Core Foundation of its own name; these are what its types are bridged from.
public typealias CFString = NSString
public typealias CFDictionary = NSDictionary
public final class CFAllocator {
    private init() {}
}

public typealias OSType = UInt32
public typealias CVReturn = Int32
public typealias CVOptionFlags = UInt64

public let kCVReturnSuccess: CVReturn = 0
private let kCVReturnInvalidArgument: CVReturn = -6661

public let kCVPixelFormatType_OneComponent16Half: OSType = 0x4c30_3068
public var kCVPixelBufferIOSurfacePropertiesKey: CFString { "IOSurfaceProperties" as NSString }
public var kCVPixelBufferMetalCompatibilityKey: CFString { "MetalCompatibility" as NSString }

public struct CVPixelBufferLockFlags: OptionSet {
    public let rawValue: CVOptionFlags
    public init(rawValue: CVOptionFlags) { self.rawValue = rawValue }
    public static var readOnly: CVPixelBufferLockFlags { CVPixelBufferLockFlags(rawValue: 1) }
}

public final class IOSurfaceRef {
    init() {}
}

public typealias CVPixelBuffer = CVBuffer

/// Half floats in rows padded to 64 bytes; not-a-numbers at first.
public class CVBuffer {
    let rowBytes: Int
    let surface: IOSurfaceRef?
    @_spi(StandIn) public let width: Int
    @_spi(StandIn) public let height: Int
    @_spi(StandIn) public let format: OSType
    @_spi(StandIn) public let memory: UnsafeMutableRawPointer
    private let locks = Mutex(0)
    private let moved = Mutex(0)

    init(_ width: Int, _ height: Int, _ format: OSType, _ surface: IOSurfaceRef?) {
        (self.width, self.height, self.format, self.surface) = (width, height, format, surface)
        rowBytes = (width * 2 + 63) / 64 * 64
        let bytes = rowBytes * height
        memory = .allocate(byteCount: bytes, alignment: 64)
        memory.initializeMemory(as: UInt8.self, repeating: 0xff, count: bytes)
    }

    deinit { memory.deallocate() }

    @_spi(StandIn) public var isLocked: Bool { locks.withLock { $0 > 0 } }
    @_spi(StandIn) public var bytesPerRow: Int { rowBytes }

    /// Where the next lock finds the memory: so many bytes behind where it lay.
    @_spi(StandIn) public func move(by bytes: Int) { moved.withLock { $0 += bytes } }

    var address: UnsafeMutableRawPointer { memory + moved.withLock { $0 } }

    func lock() { locks.withLock { $0 += 1 } }

    /// Returns whether it was locked.
    func unlock() -> Bool {
        locks.withLock {
            if $0 > 0 { $0 -= 1 } else { return false }
            return true
        }
    }
}

@discardableResult
public func CVPixelBufferCreate(
    _ allocator: CFAllocator?, _ width: Int, _ height: Int, _ pixelFormatType: OSType,
    _ pixelBufferAttributes: CFDictionary?,
    _ pixelBufferOut: UnsafeMutablePointer<CVPixelBuffer?>
) -> CVReturn {
    guard width > 0, height > 0, pixelFormatType == kCVPixelFormatType_OneComponent16Half else {
        return kCVReturnInvalidArgument
    }
    let properties = pixelBufferAttributes?.object(forKey: kCVPixelBufferIOSurfacePropertiesKey)
    pixelBufferOut.pointee = CVBuffer(
        width, height, pixelFormatType, properties == nil ? nil : IOSurfaceRef())
    return kCVReturnSuccess
}

@discardableResult
public func CVPixelBufferLockBaseAddress(
    _ pixelBuffer: CVPixelBuffer, _ lockFlags: CVPixelBufferLockFlags
) -> CVReturn {
    pixelBuffer.lock()
    return kCVReturnSuccess
}

@discardableResult
public func CVPixelBufferUnlockBaseAddress(
    _ pixelBuffer: CVPixelBuffer, _ unlockFlags: CVPixelBufferLockFlags
) -> CVReturn {
    pixelBuffer.unlock() ? kCVReturnSuccess : kCVReturnInvalidArgument
}

/// Tells an address only while the buffer is locked.
public func CVPixelBufferGetBaseAddress(_ pixelBuffer: CVPixelBuffer) -> UnsafeMutableRawPointer? {
    pixelBuffer.isLocked ? pixelBuffer.address : nil
}

public func CVPixelBufferGetBytesPerRow(_ pixelBuffer: CVPixelBuffer) -> Int {
    pixelBuffer.rowBytes
}

public func CVPixelBufferGetIOSurface(_ pixelBuffer: CVPixelBuffer) -> Unmanaged<IOSurfaceRef>? {
    pixelBuffer.surface.map { Unmanaged.passUnretained($0) }
}
