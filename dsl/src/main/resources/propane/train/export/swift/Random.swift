
// MARK: - Random numbers: each a function of seed, stream and index, the same as on other machines

extension NAME {
    /// Returns the random numbers of a step.
    func drawn(_ port: Port) throws -> MLMultiArray {
        guard let seed = contents.start["seed"], seed.count == 2 else {
            throw Failure.package("the package draws random numbers and tells no seed")
        }
        let isNormal = port.path.hasPrefix("random/normal/")
        let name = port.path.dropFirst(isNormal ? "random/normal/".count : "random/uniform/".count)
        let low = UInt64(UInt32(bitPattern: Int32(seed[0])))
        let high = UInt64(UInt32(bitPattern: Int32(seed[1])))
        let mixed = Self.bits(high << 32 | low, 0, UInt64(steps))
        let stream = Self.stream(String(name))
        return try Self.array(port) { i in
            isNormal
                ? Self.normal(mixed, stream, UInt64(i)) : Self.uniform(mixed, stream, UInt64(i))
        }
    }

    /// Returns a number from 0 on, below 1.
    static func uniform(_ seed: UInt64, _ stream: UInt64, _ index: UInt64) -> Double {
        Double(bits(seed, stream, index) >> 40) * 0x1p-24
    }

    /// Returns a number of the standard normal distribution.
    static func normal(_ seed: UInt64, _ stream: UInt64, _ index: UInt64) -> Double {
        let u = Double((bits(seed, stream, 2 * index) >> 11) + 1) * 0x1p-53
        let v = Double(bits(seed, stream, 2 * index + 1) >> 11) * 0x1p-53
        return (-2 * log(u)).squareRoot() * cos(2 * Double.pi * v)
    }

    private static func bits(_ seed: UInt64, _ stream: UInt64, _ index: UInt64) -> UInt64 {
        let golden: UInt64 = 0x9E37_79B9_7F4A_7C15
        return mix(mix(mix(seed &+ golden) &+ stream &* golden) &+ index &* golden)
    }

    static func stream(_ name: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for unit in name.utf16 {
            hash = (hash ^ UInt64(unit)) &* 0x100_0000_01B3
        }
        return mix(hash)
    }

    private static func mix(_ bits: UInt64) -> UInt64 {
        var z = bits
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
