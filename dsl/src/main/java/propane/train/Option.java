package propane.train;

import propane.data.Dataset;
import propane.nn.Metric;
import propane.tensor.Setting;

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
        Setting.given("validateOn: data", data);
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
        Setting.given("checkpoint: path", path);
        return new SaveTo(path, Metric.loss());
    }

    /** Returns where to save the training, the best epoch being judged by a metric. */
    static Option checkpoint(Path path, Metric best) {
        Setting.given("checkpoint: path", path);
        Setting.given("checkpoint: best", best);
        return new SaveTo(path, best);
    }

    /**
     * Returns that the run ends when a metric, of the validation where there is one, has not become
     * better for some epochs.
     *
     * @param patience the number of epochs, at least 1
     */
    static Option stopEarly(Metric metric, int patience) {
        Setting.given("stopEarly: metric", metric);
        return new StopEarly(metric, patience);
    }

    /**
     * Returns that learning rates are multiplied by a factor whenever a metric, of the validation
     * where there is one, has not become better for more than some epochs; as PyTorch's {@code
     * ReduceLROnPlateau} does. Better is by a ten-thousandth of the value or more.
     *
     * @param factor above 0 and below 1
     * @param patience the number of epochs without a better value that are let pass, at least 0
     */
    static OnPlateau onPlateau(Metric metric, double factor, int patience) {
        Setting.given("onPlateau: metric", metric);
        return new OnPlateau(metric, factor, patience, 1e-4, 0, 0);
    }

    /** Returns that a listener hears what happens and may end the run. */
    static Option on(Listener listener) {
        Setting.given("on: listener", listener);
        return new On(listener);
    }

    /**
     * Returns that running means of the weights are read in place of the weights, as {@link
     * Training#average} keeps them: by {@code fit} where it validates, by {@code evaluate}, {@code
     * predict}, {@code weights} and {@code export}. Statistics are the training's own.
     */
    static Averaged averaged() {
        return new Averaged();
    }

    /** See {@link #averaged}. */
    record Averaged() implements Option, ExportOption {}

    /**
     * See {@link #epochs}.
     *
     * @param total at least 0
     */
    record Epochs(int total) implements Option {
        /** Checks the number. */
        public Epochs {
            Setting.atLeast(0, "epochs: the total", total);
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
            Setting.atLeast(1, "stopEarly: the number of epochs", patience);
        }
    }

    /**
     * See {@link #onPlateau}. What rates are multiplied by follows from the history alone, so that
     * a resumed run goes on as it would have.
     *
     * @param metric the metric
     * @param factor what rates are multiplied by
     * @param patience the number of epochs that are let pass
     * @param threshold the share of the best value by which a better one differs from it
     * @param cooldown the number of epochs behind a change that do not count
     * @param smallest the smallest share of the rates that is left
     */
    record OnPlateau(
            Metric metric,
            double factor,
            int patience,
            double threshold,
            int cooldown,
            double smallest)
            implements Option {
        /** Checks the numbers. */
        public OnPlateau {
            Setting.between("onPlateau: the factor", factor);
            Setting.atLeast(0, "onPlateau: the number of epochs", patience);
            Setting.atLeast(0, "onPlateau: the cooldown", cooldown);
            Setting.notNegative("onPlateau: the threshold", threshold);
            Setting.share("onPlateau: the smallest share", smallest);
        }

        /** Returns this option with another share by which a better value differs, 0 or more. */
        public OnPlateau threshold(double share) {
            return new OnPlateau(metric, factor, patience, share, cooldown, smallest);
        }

        /** Returns this option with epochs behind a change that do not count. */
        public OnPlateau cooldown(int epochs) {
            return new OnPlateau(metric, factor, patience, threshold, epochs, smallest);
        }

        /** Returns this option with a smallest share of the rates, from 0 to 1. */
        public OnPlateau smallest(double share) {
            return new OnPlateau(metric, factor, patience, threshold, cooldown, share);
        }

        /**
         * Returns what rates are multiplied by after some epochs; those that did not measure the
         * metric, before a run was resumed with it, do not count.
         */
        public double share(History history) {
            double share = 1;
            double best = Double.NaN;
            int bad = 0;
            int resting = 0;
            for (History.Epoch epoch : history.epochs()) {
                if (!epoch.validation().has(metric) && !epoch.train().has(metric)) {
                    continue;
                }
                double value = History.value(epoch, metric);
                boolean better = Double.isNaN(best) || isBetter(value, best);
                best = better ? value : best;
                bad = better || resting > 0 ? 0 : bad + 1;
                resting = Math.max(0, resting - 1);
                if (bad > patience) {
                    share = Math.max(smallest, share * factor);
                    resting = cooldown;
                    bad = 0;
                }
            }
            return share;
        }

        private boolean isBetter(double value, double best) {
            double margin = threshold * Math.abs(best);
            return metric.largerIsBetter() ? value > best + margin : value < best - margin;
        }
    }

    /**
     * See {@link #on}.
     *
     * @param listener the listener
     */
    record On(Listener listener) implements Option {}
}
