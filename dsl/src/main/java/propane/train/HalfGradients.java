package propane.train;

import propane.coreml.lowering.NeuralEngineLowering;
import propane.tensor.NDArray;
import propane.tensor.Program;

import java.util.Map;

/**
 * The gradients of a step in the form that the Neural Engine takes, for a package that also has the
 * rest of the training in float32. A port {@code half/P} holds what port {@code P} holds, in
 * float16 and with zeros behind its rows.
 */
final class HalfGradients {
    /** What the path of a port of float16 begins with. */
    static final String PREFIX = "half/";

    private HalfGradients() {}

    /**
     * Returns the function.
     *
     * @param gradients the function in float32
     * @param frozen the values of weights that stand still, which become constants
     */
    static Program.Function of(Program.Function gradients, Map<String, NDArray> frozen) {
        return NeuralEngineLowering.float16(gradients, frozen).under(PREFIX).function();
    }
}
