import CoreML
import Foundation

/// What Core ML would raise an exception for, which Swift cannot catch, is said here.
enum Checks {
    static func inputs(_ given: [ArrayView], _ wanted: [String: MLFeatureDescription]) throws {
        try known(given, wanted, "input")
        let names = Set(given.map(\.name))
        for (name, feature) in wanted where !feature.isOptional && !names.contains(name) {
            throw ShimError.invalid("input \(name) is missing")
        }
    }

    static func known(
        _ given: [ArrayView], _ wanted: [String: MLFeatureDescription], _ what: String
    ) throws {
        for view in given {
            guard let feature = wanted[view.name] else {
                throw ShimError.invalid(
                    "there is no \(what) \(view.name); there are \(wanted.keys.sorted())")
            }
            guard let array = feature.multiArrayConstraint else {
                throw ShimError.invalid("\(what) \(view.name) is no array")
            }
            try fits(view, array.dataType, allowed(array, view.shape), array.shape, what)
        }
    }

    static func fits(
        _ view: ArrayView, _ type: MLMultiArrayDataType, _ shapeFits: Bool, _ shape: Any,
        _ what: String
    ) throws {
        guard view.array.dataType == type else {
            throw ShimError.invalid(
                "\(what) \(view.name) has element type \(type.rawValue), got "
                    + "\(view.array.dataType.rawValue)")
        }
        guard shapeFits else {
            throw ShimError.invalid("\(what) \(view.name) has shape \(shape), got \(view.shape)")
        }
    }

    private static func allowed(_ array: MLMultiArrayConstraint, _ shape: [Int]) -> Bool {
        let flexible = array.shapeConstraint
        switch flexible.type {
        case .enumerated: return flexible.enumeratedShapes.contains { $0.map(\.intValue) == shape }
        case .range: return array.shape.count == shape.count
        default: return array.shape.isEmpty || array.shape.map(\.intValue) == shape
        }
    }
}
