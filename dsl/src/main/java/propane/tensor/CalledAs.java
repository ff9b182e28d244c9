package propane.tensor;

import java.util.function.Supplier;

/** A method that makes several ops: what breaks the rule of one of them is told of the method. */
final class CalledAs {
    private CalledAs() {}

    /**
     * Returns what the ops make.
     *
     * @param call the name of the method that was called
     * @param x the tensor that it was called on
     */
    static Tensor of(String call, Tensor x, Supplier<Tensor> made) {
        try {
            return made.get();
        } catch (ShapeException | DTypeException e) {
            throw e.calledAs(call, x);
        }
    }
}
