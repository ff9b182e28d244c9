package propane.train;

import propane.data.Dataset;
import propane.nn.Metric;

import java.nio.file.Path;

/** A choice for one call of {@link Trainer#fit}. */
public sealed interface Option {
    /**
     * Returns the number of times all examples are trained on; 1 without this option. It is the
     * total of a run, also when the run is resumed from a checkpoint.
     */
    static Option epochs(int total) {
        return new Epochs(total);
    }

    /** Returns examples to measure the model on after each epoch. */
    static Option validateOn(Dataset data) {
        return new ValidateOn(data);
    }

    /** Returns that the run says how it goes on, on the standard output. */
    static Option progress() {
        return new On(new Progress(System.out, System.console() != null));
    }

    /**
     * Returns where to save the training after each epoch and when it is interrupted. The epoch
     * with the smallest loss so far, of the validation where there is one, is kept beside it: for
     * {@code run.ckpt} in {@code run-best.ckpt}.
     */
    static Option checkpoint(Path path) {
        return new SaveTo(path, Metric.loss());
    }

    /** Returns where to save the training, the best epoch being judged by a metric. */
    static Option checkpoint(Path path, Metric best) {
        return new SaveTo(path, best);
    }

    /**
     * Returns that the run ends when a metric, of the validation where there is one, has not become
     * better for some epochs.
     *
     * @param patience the number of epochs, at least 1
     */
    static Option stopEarly(Metric metric, int patience) {
        return new StopEarly(metric, patience);
    }

    /** Returns that a listener hears what happens and may end the run. */
    static Option on(Listener listener) {
        return new On(listener);
    }

    /**
     * See {@link #epochs}.
     *
     * @param total at least 0
     */
    record Epochs(int total) implements Option {
        /** Checks the number. */
        public Epochs {
            Options.require(total >= 0, "epochs: at least 0, got " + total);
        }
    }

    /**
     * See {@link #validateOn}.
     *
     * @param data the examples
     */
    record ValidateOn(Dataset data) implements Option {}

    /**
     * See {@link #checkpoint}.
     *
     * @param path the file
     * @param best the metric that tells the best epoch
     */
    record SaveTo(Path path, Metric best) implements Option {}

    /**
     * See {@link #stopEarly}.
     *
     * @param metric the metric
     * @param patience the number of epochs
     */
    record StopEarly(Metric metric, int patience) implements Option {
        /** Checks the number. */
        public StopEarly {
            Options.require(patience >= 1, "stopEarly: at least 1 epoch, got " + patience);
        }
    }

    /**
     * See {@link #on}.
     *
     * @param listener the listener
     */
    record On(Listener listener) implements Option {}
}
