package propane.spi;

import propane.tensor.NDArray;

import java.util.Map;

/** A trained model, for an {@link Exporter}. What is not asked for is not computed. */
public interface ModelExport {
    /**
     * Returns the function {@code predict} over a batch of some examples. Its inputs are weights
     * and statistics, by path, float32, and the batch, [n, …] each; its outputs are the model's.
     *
     * @param batch n, at least 1
     */
    Program.Function predict(int batch);

    /** Returns the values of weights and statistics, by the names of their ports. */
    Map<String, NDArray> values();

    /** Returns whether the numbers must be float32, else the exporter chooses. */
    boolean isFloat32();

    /** Returns examples to compare predictions on, by input, [n, …] each, n at most 32. */
    Map<String, NDArray> examples();

    /** Returns where the examples come from, for messages: {@code given}, {@code drawn}. */
    String origin();

    /** Returns what the trainer predicts of the examples in float32, by output, [n, …] each. */
    Map<String, NDArray> expected();
}
