import Testing

/// All tests, one after the other: a call of the shim blocks its thread while Swift's own threads
/// work for it, and tests run on those, of which a small machine has two.
@Suite(.serialized) enum ShimTests {}
