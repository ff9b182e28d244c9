/// SHA-256 (FIPS 180-4), here because CryptoKit is Apple's alone.
struct SHA256 {
    private static let constants: [UInt32] = primes(64).map { root($0, 1.0 / 3) }
    private var state: [UInt32] = primes(8).map { root($0, 1.0 / 2) }
    private var block: [UInt8] = []
    private var length: UInt64 = 0

    /// The first n primes.
    private static func primes(_ n: Int) -> [Int] {
        var found: [Int] = []
        var next = 2
        while found.count < n {
            if found.allSatisfy({ next % $0 != 0 }) { found.append(next) }
            next += 1
        }
        return found
    }

    /// The first 32 bits of the fraction of a square or cube root, found exactly by bisection.
    private static func root(_ prime: Int, _ power: Double) -> UInt32 {
        let cube = power < 0.4
        var low: UInt64 = 0
        var high: UInt64 = 1 << 38
        while high - low > 1 {
            let middle = (low + high) / 2
            // middle is the root times 2^32; its power against the prime times 2^64 or 2^96.
            let square = middle.multipliedFullWidth(by: middle)
            let below: Bool
            if cube {
                let a = square.low.multipliedFullWidth(by: middle)
                let b = square.high &* middle &+ a.high
                below = b < UInt64(prime) << 32
            } else {
                below = square.high < UInt64(prime)
            }
            if below { low = middle } else { high = middle }
        }
        return UInt32(truncatingIfNeeded: low)
    }

    mutating func update(_ bytes: some Collection<UInt8>) {
        length += UInt64(bytes.count)
        var rest = bytes[...]
        if !block.isEmpty {
            let head = rest.prefix(64 - block.count)
            block += head
            rest = rest.dropFirst(head.count)
            guard block.count == 64 else { return }
            block.withUnsafeBufferPointer { compress($0, 0) }
            block = []
        }
        let whole = Array(rest)
        let end = whole.count / 64 * 64
        whole.withUnsafeBufferPointer { all in
            for start in stride(from: 0, to: end, by: 64) { compress(all, start) }
        }
        block = Array(whole[end...])
    }

    mutating func finish() -> String {
        let bits = length * 8
        update([0x80])
        while block.count != 56 { update([0]) }
        update((0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * UInt64($0))) })
        return state.map { word in
            let hex = String(word, radix: 16)
            return String(repeating: "0", count: 8 - hex.count) + hex
        }.joined()
    }

    private mutating func compress(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) {
        func turned(_ x: UInt32, _ n: UInt32) -> UInt32 { x >> n | x << (32 - n) }
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { w in
            for i in 0..<16 {
                w[i] = (0..<4).reduce(0) { $0 << 8 | UInt32(bytes[start + 4 * i + $1]) }
            }
            for i in 16..<64 {
                let a = turned(w[i - 15], 7) ^ turned(w[i - 15], 18) ^ w[i - 15] >> 3
                let b = turned(w[i - 2], 17) ^ turned(w[i - 2], 19) ^ w[i - 2] >> 10
                w[i] = w[i - 16] &+ a &+ w[i - 7] &+ b
            }
            var (a, b, c, d) = (state[0], state[1], state[2], state[3])
            var (e, f, g, h) = (state[4], state[5], state[6], state[7])
            Self.constants.withUnsafeBufferPointer { k in
                for i in 0..<64 {
                    let s1 = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)
                    let t1 = h &+ s1 &+ (e & f ^ ~e & g) &+ k[i] &+ w[i]
                    let s0 = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)
                    let t2 = s0 &+ (a & b ^ a & c ^ b & c)
                    (h, g, f, e, d, c, b, a) = (g, f, e, d &+ t1, c, b, a, t1 &+ t2)
                }
            }
            for (i, word) in [a, b, c, d, e, f, g, h].enumerated() { state[i] &+= word }
        }
    }
}
