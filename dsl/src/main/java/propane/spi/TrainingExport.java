package propane.spi;

import propane.tensor.NDArray;
import propane.tensor.PropaneException;

import java.util.Map;
import java.util.function.LongToDoubleFunction;

/**
 * A training, for an {@link Exporter}. What is not asked for is not computed. Ports of the state
 * (weights, statistics, slots, counters, rates) mean the same in all functions of a program, and an
 * output that replaces an input is its next value.
 */
public interface TrainingExport {
    /**
     * Returns the training in its own numbers: {@code initialize} gives the state of now, as
     * constants; {@code train} makes a step of a batch; {@code accumulate}, where several batches
     * make one update, is a step that only adds gradients up; {@code evaluate} and {@code predict}
     * take a batch, {@code evaluate_one}, which may be missing, and {@code predict_one} one
     * example.
     */
    Program whole();

    /**
     * Returns the training for devices that compute gradients in float16: as {@link #whole}, with
     * {@code gradients}, in the form that the Neural Engine takes, of a loss that is scaled, and
     * {@code update}, which takes the scale away and moves the state, in float32.
     */
    Program split();

    /** Returns what the ports of the state that a program has hold now, by name. */
    Map<String, NDArray> state(Program program);

    /**
     * Returns what ports hold that follow schedules, learning rates among them, by port: the value
     * at each update, the first being 0. The host writes it there before each step.
     */
    Map<String, LongToDoubleFunction> schedules();

    /** Returns how many updates were made so far. */
    long updates();

    /** Returns how many batches make one update. */
    int accumulate();

    /**
     * Returns what the file should say beside a program, texts by key: {@code propane.start}, JSON,
     * what ports begin at that no function of it starts, by name; {@code propane.schedules} and
     * {@code propane.settings}, JSON, the schedules of rates and of other settings, by formula or,
     * one of the user's own, as a table; {@code propane.accumulate}; {@code propane.checkpoint},
     * JSON, the texts of a checkpoint.
     *
     * @throws PropaneException if a schedule is a user's own, and it was not told for how many
     *     updates
     */
    Map<String, String> texts(Program program);
}
