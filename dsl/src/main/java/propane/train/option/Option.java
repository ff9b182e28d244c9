package propane.train.option;

import propane.data.Dataset;
import propane.nn.metric.Metric;
import propane.nn.metric.Metrics;
import propane.spi.Preconditions;
import propane.tensor.Problem;
import propane.tensor.PropaneException;
import propane.train.result.History;
import propane.train.result.TrainerCallback;
import propane.train.result.Watched;

import java.nio.file.Path;

/** A choice for one call of {@link propane.train.Trainer#fit}. */
public sealed interface Option {
    /**
     * Returns the number of times all examples are trained on; 1 without this option. It is the
     * total of a run: after {@link propane.train.Trainer#load} of a checkpoint, fit trains what
     * that run lacks of it, and where nothing is lacking says so on the standard error. Where a fit
     * of this process came to its end the next one goes on with as many more, so that three fits of
     * one epoch are one of three.
     */
    static Option epochs(int total) {
        return new Epochs(total);
    }

    /**
     * Returns the number of times all examples are trained on beyond what was done before, whatever
     * that was: also after {@link propane.train.Trainer#load} of a run that was done, or stopped
     * early. An epoch that was begun counts as the first.
     */
    static Option moreEpochs(int more) {
        return new MoreEpochs(more);
    }

    /**
     * Returns that the examples come in the order of the data, in every epoch; by default each
     * epoch has an order of its own, by the seed of the training and the number of the epoch. A
     * {@link Dataset#shuffle} of the data's own takes the place of either.
     */
    static Option inOrder() {
        return new InOrder();
    }

    /**
     * Returns that the last batch of an epoch is left out where it is smaller than the others; by
     * default it counts.
     */
    static Option dropLast() {
        return new DropLast();
    }

    /**
     * Returns examples to measure the model on after each epoch. Their results are called {@code
     * validation_loss} and so on in tables.
     */
    static Option validationData(Dataset data) {
        Preconditions.given("validationData: data", data);
        return new ValidationData("validation", data);
    }

    /**
     * Returns examples to measure the model on after each epoch, under a name, by which other
     * options may watch them; there may be several. Of {@code holdout} the results are called
     * {@code holdout_loss} and so on in tables.
     *
     * @param name neither empty nor {@code train}
     */
    static Option validationData(String name, Dataset data) {
        Preconditions.given("validationData: name", name);
        Preconditions.given("validationData: data", data);
        return new ValidationData(name, data);
    }

    /** Returns that the run says how it goes on, on the standard output. */
    static Option progress() {
        return new WithCallback(new Progress(System.out, System.console() != null));
    }

    /**
     * Returns where to save the training after each epoch and when it is interrupted: the last
     * state, from which a run goes on. The epoch with the smallest loss so far, of the validation
     * where there is one, lies in a second file next to it: of {@code run.ckpt} in {@code
     * run-best.ckpt}.
     */
    static SaveTo checkpoint(Path path) {
        return checkpoint(path, Metrics.loss());
    }

    /**
     * Returns where to save the training, the best epoch being judged by a metric. The file itself
     * holds the <em>last</em> state; the <em>best</em> epoch lies in a second one next to it: of
     * {@code run.ckpt} in {@code run-best.ckpt}. {@link #restoreBest} brings the best back in the
     * end.
     */
    static SaveTo checkpoint(Path path, Metric best) {
        Preconditions.given("checkpoint: path", path);
        Preconditions.given("checkpoint: best", best);
        return new SaveTo(path, Watched.of(best), 1);
    }

    /**
     * Returns that the weights, statistics and running means of the best epoch come back when the
     * run comes to its end, by its last epoch or an {@link #earlyStopping}; slots and counters
     * stay. The best is judged by the metric of the only {@link #checkpoint}, else of the only
     * {@link #earlyStopping}, else by the loss.
     */
    static Option restoreBest() {
        return new RestoreBest(Watched.of(Metrics.loss()), false);
    }

    /** Returns that the best epoch comes back in the end, judged by a metric. */
    static RestoreBest restoreBest(Metric metric) {
        Preconditions.given("restoreBest: metric", metric);
        return new RestoreBest(Watched.of(metric), true);
    }

    /**
     * Returns that the run ends when a metric, of the validation where there is one, has not become
     * better for some epochs. Of several such options each watches its own metric.
     *
     * @param patience the number of epochs, at least 1
     */
    static EarlyStopping earlyStopping(Metric metric, int patience) {
        Preconditions.given("earlyStopping: metric", metric);
        return new EarlyStopping(Watched.of(metric), patience);
    }

    /**
     * Returns that learning rates are multiplied by a factor whenever a metric, of the validation
     * where there is one, has not become better for more than some epochs; as PyTorch's {@code
     * ReduceLROnPlateau} does. Better is by a ten-thousandth of the value or more. Of several such
     * options each watches its own metric, and rates are multiplied by all; they stay so for the
     * rest of the run, also in a fit without the option.
     *
     * @param factor above 0 and below 1
     * @param patience the number of epochs without a better value that are let pass, at least 0
     */
    static ReduceLrOnPlateau reduceLrOnPlateau(Metric metric, double factor, int patience) {
        Preconditions.given("reduceLrOnPlateau: metric", metric);
        return new ReduceLrOnPlateau(Watched.of(metric), factor, patience, 1e-4, 0, 0);
    }

    /** Returns that a callback hears what happens and may end the run. */
    static Option callback(TrainerCallback of) {
        Preconditions.given("callback: of", of);
        return new WithCallback(of);
    }

    /**
     * Returns that running means of the weights are read in place of the weights, as {@link
     * propane.train.Training#ema} keeps them: by {@code fit} where it validates, by {@code
     * evaluate}, {@code predict}, {@code weights} and {@code export}. Statistics are the training's
     * own.
     */
    static UseEma useEma() {
        return new UseEma();
    }

    /** See {@link #useEma}. */
    record UseEma() implements Option, ExportOption {}

    /**
     * See {@link #epochs}.
     *
     * @param total at least 0
     */
    record Epochs(int total) implements Option {
        /** Checks the number. */
        public Epochs {
            Preconditions.atLeast(0, "epochs: the total", total);
        }
    }

    /**
     * See {@link #moreEpochs}.
     *
     * @param more at least 1
     */
    record MoreEpochs(int more) implements Option {
        /** Checks the number. */
        public MoreEpochs {
            Preconditions.atLeast(1, "moreEpochs: the number of epochs", more);
        }
    }

    /** See {@link #inOrder}. */
    record InOrder() implements Option {}

    /** See {@link #dropLast}. */
    record DropLast() implements Option {}

    /**
     * See {@link #validationData}.
     *
     * @param name what its results are called by
     * @param data the examples
     */
    record ValidationData(String name, Dataset data) implements Option {
        /** Checks the name. */
        public ValidationData {
            if (name.isBlank() || name.equals(Watched.TRAIN)) {
                throw new PropaneException(
                        Problem.ofRule(
                                        "validationData: the name must be neither empty nor "
                                                + Watched.TRAIN
                                                + ", got \""
                                                + name
                                                + "\"")
                                .operand("name", name)
                                .fix("name the examples, validationData(\"holdout\", …)"));
            }
        }
    }

    /**
     * An option that watches a metric, which has a state of its own in the run.
     *
     * @param <T> the option itself
     */
    sealed interface Monitoring<T extends Monitoring<T>> extends Option {
        /** Returns what it watches. */
        Watched watched();

        /** Returns the metric. */
        default Metric metric() {
            return watched().metric();
        }

        /** Returns the name of its state, which tells it from others in a checkpoint. */
        String key();

        /** Returns this option watching something else. */
        T monitor(Watched other);

        /** Returns this option watching the examples of {@link #validationData} of a name. */
        default T on(String set) {
            return monitor(watched().on(set));
        }

        /** Returns this option with small values as the better ones. */
        default T lowerIsBetter() {
            return monitor(watched().higherIsBetter(false));
        }

        /** Returns this option with large values as the better ones. */
        default T higherIsBetter() {
            return monitor(watched().higherIsBetter(true));
        }
    }

    /**
     * See {@link #checkpoint}.
     *
     * @param path the file
     * @param watched what tells the best epoch
     * @param number which one it is, from 1, of those of a fit that judge by the same
     */
    record SaveTo(Path path, Watched watched, int number) implements Monitoring<SaveTo> {
        /** Returns the file of the best epoch: for {@code run.ckpt}, {@code run-best.ckpt}. */
        public Path best() {
            String name = path.getFileName().toString();
            int dot = name.lastIndexOf('.');
            return path.resolveSibling(
                    dot < 0
                            ? name + "-best"
                            : name.substring(0, dot) + "-best" + name.substring(dot));
        }

        @Override
        public String key() {
            // Files may be moved and called otherwise.
            return "checkpoint(" + watched.text() + ")" + (number == 1 ? "" : " " + number);
        }

        @Override
        public SaveTo monitor(Watched other) {
            return new SaveTo(path, other, number);
        }

        /** Returns this as one of several checkpoints. */
        public SaveTo numbered(int other) {
            return new SaveTo(path, watched, other);
        }
    }

    /**
     * See {@link #restoreBest}.
     *
     * @param watched what tells the best epoch
     * @param told whether the metric was given
     */
    record RestoreBest(Watched watched, boolean told) implements Monitoring<RestoreBest> {
        /** What the keys of such options begin with. */
        public static final String KEY = "restoreBest(";

        @Override
        public String key() {
            return KEY + watched.text() + ")";
        }

        @Override
        public RestoreBest monitor(Watched other) {
            return new RestoreBest(other, true);
        }
    }

    /**
     * See {@link #earlyStopping}.
     *
     * @param watched what is watched
     * @param patience the number of epochs
     */
    record EarlyStopping(Watched watched, int patience) implements Monitoring<EarlyStopping> {
        /** Checks the number. */
        public EarlyStopping {
            Preconditions.atLeast(1, "earlyStopping: the number of epochs", patience);
        }

        @Override
        public String key() {
            return "earlyStopping(" + watched.text() + ", " + patience + ")";
        }

        @Override
        public EarlyStopping monitor(Watched other) {
            return new EarlyStopping(other, patience);
        }
    }

    /**
     * See {@link #reduceLrOnPlateau}. What rates are multiplied by follows from the history alone,
     * so that a resumed run goes on as it would have.
     *
     * @param watched what is watched
     * @param factor what rates are multiplied by
     * @param patience the number of epochs that are let pass
     * @param threshold the share of the best value by which a better one differs from it
     * @param cooldown the number of epochs after a change that do not count
     * @param minLr the smallest share of the rates that is left
     */
    record ReduceLrOnPlateau(
            Watched watched,
            double factor,
            int patience,
            double threshold,
            int cooldown,
            double minLr)
            implements Monitoring<ReduceLrOnPlateau> {
        /** Checks the numbers. */
        public ReduceLrOnPlateau {
            Preconditions.between("reduceLrOnPlateau: the factor", factor);
            Preconditions.atLeast(0, "reduceLrOnPlateau: the number of epochs", patience);
            Preconditions.atLeast(0, "reduceLrOnPlateau: the cooldown", cooldown);
            Preconditions.notNegative("reduceLrOnPlateau: the threshold", threshold);
            Preconditions.share("reduceLrOnPlateau: minLr", minLr);
        }

        /** Returns this option with another share by which a better value differs, 0 or more. */
        public ReduceLrOnPlateau threshold(double share) {
            return new ReduceLrOnPlateau(watched, factor, patience, share, cooldown, minLr);
        }

        /** Returns this option with epochs after a change that do not count. */
        public ReduceLrOnPlateau cooldown(int epochs) {
            return new ReduceLrOnPlateau(watched, factor, patience, threshold, epochs, minLr);
        }

        /** Returns this option with a smallest share of the rates, from 0 to 1. */
        public ReduceLrOnPlateau minLr(double share) {
            return new ReduceLrOnPlateau(watched, factor, patience, threshold, cooldown, share);
        }

        @Override
        public String key() {
            return "reduceLrOnPlateau("
                    + watched.text()
                    + ", "
                    + factor
                    + ", "
                    + patience
                    + ", "
                    + threshold
                    + ", "
                    + cooldown
                    + ", "
                    + minLr
                    + ")";
        }

        @Override
        public ReduceLrOnPlateau monitor(Watched other) {
            return new ReduceLrOnPlateau(other, factor, patience, threshold, cooldown, minLr);
        }

        /** Returns what rates are multiplied by after some epochs. */
        public double share(History history) {
            return share(history, 0);
        }

        /**
         * Returns what rates are multiplied by after some epochs; those that did not measure the
         * metric do not count.
         *
         * @param after the number of the epoch after which this option began to watch
         */
        public double share(History history, int after) {
            double share = 1;
            double best = Double.NaN;
            int bad = 0;
            int resting = 0;
            for (History.Epoch epoch : history.epochs()) {
                if (epoch.number() <= after || !watched.isMeasured(epoch)) {
                    continue;
                }
                double value = watched.value(epoch);
                boolean better = isBetter(value, best);
                best = better ? value : best;
                bad = better || resting > 0 ? 0 : bad + 1;
                resting = Math.max(0, resting - 1);
                if (bad > patience) {
                    share = Math.max(minLr, share * factor);
                    resting = cooldown;
                    bad = 0;
                }
            }
            return share;
        }

        private boolean isBetter(double value, double best) {
            double margin = Double.isFinite(best) ? threshold * Math.abs(best) : 0;
            return watched.isBetter(
                    value, watched.higherIsBetter() ? best + margin : best - margin);
        }
    }

    /**
     * See {@link #callback}.
     *
     * @param callback what hears
     */
    record WithCallback(TrainerCallback callback) implements Option {}
}
