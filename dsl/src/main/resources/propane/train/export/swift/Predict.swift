
// MARK: - Predictions

extension NAME {
    /// Returns the model's outputs by name.
    ///
    /// - Parameter inputs: the inputs by name, for any number of examples along the first axis: one
    ///   example is computed alone, more of them in batches of the training's size
    public func predict(_ inputs: [String: Tensor]) throws -> [String: Tensor] {
        let ports = contents.batch("predict")
        guard let whole = ports.first?.shape.first else {
            throw Failure.package("the package does not predict")
        }
        var count = 0
        for port in ports {
            guard let tensor = inputs[port.path], let examples = tensor.shape.first, examples > 0,
                tensor.shape.dropFirst() == port.shape.dropFirst(), count == 0 || count == examples
            else {
                throw Failure.input(
                    "\(port.path) must be of shape \([Int](port.shape.dropFirst())) behind the number of"
                        + " examples, the same for all inputs, got \(inputs[port.path]?.shape ?? [])")
            }
            count = examples
        }
        var found: [String: [Tensor]] = [:]
        for start in stride(from: 0, to: count, by: whole) {
            let range = start..<min(start + whole, count)
            let isAlone = range.count == 1 && contents.functions["predict_one"] != nil
            let size = isAlone ? 1 : whole
            let part = inputs.mapValues { $0.examples(range, filledTo: size) }
            for (name, array) in try call(isAlone ? "predict_one" : "predict", part).results {
                found[name, default: []].append(try Tensor(array).examples(0..<range.count, filledTo: range.count))
            }
        }
        return found.mapValues(Tensor.init(joining:))
    }
}
