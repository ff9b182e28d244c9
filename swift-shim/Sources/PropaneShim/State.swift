import CPropaneShim
import CoreML
import Foundation

/// The state of a model. One at a time reads, writes or predicts with it.
final class State: @unchecked Sendable {
    private let state: MLState
    private let constraints: [String: MLStateConstraint]
    private let lock = NSLock()

    init(_ model: Model) throws {
        constraints = model.description.stateDescriptionsByName
            .compactMapValues(\.stateConstraint)
        guard !constraints.isEmpty else { throw ShimError.invalid("the model has no state") }
        state = model.queue.sync { model.model.makeState() }
    }

    func alone<R>(_ body: (MLState) throws -> R) rethrows -> R {
        lock.lock()
        defer { lock.unlock() }
        return try body(state)
    }

    /// Copies between a state's array and the caller's.
    func exchange(
        _ given: UnsafePointer<propane_array>?, _ body: (MLMultiArray, MLMultiArray) -> Void
    ) throws {
        guard let given else { throw ShimError.invalid("the array is missing") }
        let view = try ArrayView(given.pointee)
        guard let constraint = constraints[view.name] else {
            throw ShimError.invalid(
                "there is no state \(view.name); there are \(constraints.keys.sorted())")
        }
        let shape = constraint.bufferShape
        try Checks.fits(view, constraint.dataType, shape == view.shape, shape, "state")
        alone { $0.withMultiArray(for: view.name) { body($0, view.array) } }
    }
}

@_cdecl("propane_state_create")
public func stateCreate(
    _ model: UnsafeMutableRawPointer?, _ out: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ error: UnsafeMutablePointer<propane_error>?
) -> Int32 {
    exported(error) { try handOut(State(try object(Model.self, model)), to: out) }
}

@_cdecl("propane_state_read")
public func stateRead(
    _ state: UnsafeMutableRawPointer?, _ into: UnsafePointer<propane_array>?,
    _ error: UnsafeMutablePointer<propane_error>?
) -> Int32 {
    exported(error) { try object(State.self, state).exchange(into) { copy($0, $1) } }
}

@_cdecl("propane_state_write")
public func stateWrite(
    _ state: UnsafeMutableRawPointer?, _ from: UnsafePointer<propane_array>?,
    _ error: UnsafeMutablePointer<propane_error>?
) -> Int32 {
    exported(error) { try object(State.self, state).exchange(from) { copy($1, $0) } }
}

@_cdecl("propane_state_release")
public func stateRelease(_ handle: UnsafeMutableRawPointer?) { release(State.self, handle) }
