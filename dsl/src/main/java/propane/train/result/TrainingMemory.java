package propane.train.result;

import propane.ffm.ByteCount;

import java.util.Locale;

/**
 * The memory that a training takes, in bytes: what is planned before any is taken. All of it is
 * native memory, but for the heap.
 *
 * @param weights weights and statistics
 * @param slots what optimizers keep of weights, running means, counters and rates
 * @param examples a batch of examples and the results of a step
 * @param activations values inside a step, gradients among them, as far as they are needed at once
 * @param constants numbers that were known when the step was traced
 * @param heap Java's heap while weights get their first values, at most
 */
public record TrainingMemory(
        long weights, long slots, long examples, long activations, long constants, long heap) {
    /** Returns all native memory. */
    public long nativeTotal() {
        return weights + slots + examples + activations + constants;
    }

    /** Returns a table of the parts, a line each. */
    public String text() {
        return row("weights", weights)
                + row("slots", slots)
                + row("examples", examples)
                + row("activations", activations)
                + row("constants", constants)
                + row("native", nativeTotal())
                + row("heap", heap);
    }

    private static String row(String name, long bytes) {
        return String.format(Locale.ROOT, "%-12s%12s%n", name, ByteCount.text(bytes));
    }

    /** Returns {@link #text}. */
    @Override
    public String toString() {
        return text();
    }
}
