package propane.train.result;

import propane.nn.Model;
import propane.spi.DeviceReport;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What happens in a training, in this order. */
public sealed interface Event {
    /**
     * A run begins.
     *
     * @param model what is trained
     * @param device where it runs
     * @param epochs the number of epochs the run will have had in all
     * @param examples the number of examples in an epoch
     * @param order in which order an epoch has them, in words
     */
    record Started(Model model, DeviceReport device, int epochs, int examples, String order)
            implements Event {
        /** Returns what begins, and where. */
        @Override
        public String toString() {
            return "started: "
                    + model
                    + ", "
                    + epochs
                    + " epochs of "
                    + examples
                    + " examples, "
                    + order
                    + ", on "
                    + device.device();
        }
    }

    /**
     * A checkpoint was loaded, from which the run goes on.
     *
     * @param path the file
     * @param step the number of batches so far
     * @param notes where file and training differ and which of them holds, a line each
     */
    record Resumed(Path path, long step, List<String> notes) implements Event {
        /** Copies the list. */
        public Resumed {
            notes = List.copyOf(notes);
        }
    }

    /**
     * A batch was trained on.
     *
     * @param step the number of batches so far, this one included
     * @param examples the number of examples in the batch
     * @param results loss and metrics of the batch
     */
    record StepDone(long step, int examples, Results results) implements Event {}

    /**
     * Another engine, or other memory, took over in a first step, which it made anew from the same
     * state and batch; the reason stands in the report.
     *
     * @param step the number of batches so far
     * @param device where steps of such batches run from now on
     */
    record DeviceChanged(long step, DeviceReport device) implements Event {
        /** Returns when, and what runs it from then on. */
        @Override
        public String toString() {
            return "in step " + step + " to " + device.device();
        }
    }

    /**
     * The scale of the loss has changed, in a training of mixed precision. Where it fell, gradients
     * were too large, and the step changed no weight and nothing of an optimizer.
     *
     * @param step the number of batches so far
     * @param from the scale before
     * @param to the scale from now on
     * @param reason why, in words
     */
    record LossScaleChanged(long step, double from, double to, String reason) implements Event {
        /** Returns whether the step was left out. */
        public boolean isSkipped() {
            return to < from;
        }
    }

    /**
     * Learning rates are multiplied by another share from now on, since a metric stood still:
     * {@link propane.train.option.Option#reduceLrOnPlateau}.
     *
     * @param epoch the number of epochs so far
     * @param from the share before
     * @param to the share from now on
     */
    record LearningRateChanged(int epoch, double from, double to) implements Event {}

    /**
     * All examples were trained on once.
     *
     * @param epoch the number of epochs so far, this one included
     * @param train means over the epoch
     * @param validations means over validation examples by their names, in order; there may be none
     */
    record EpochDone(int epoch, Results train, Map<String, Results> validations) implements Event {
        /** Copies the map. */
        public EpochDone {
            validations = Collections.unmodifiableMap(new LinkedHashMap<>(validations));
        }

        /** Returns the means over the first validation examples, or none. */
        public Results validation() {
            return validations.values().stream().findFirst().orElseGet(Results::none);
        }
    }

    /**
     * A checkpoint was written.
     *
     * @param path where
     * @param step the number of batches so far
     */
    record Saved(Path path, long step) implements Event {}

    /**
     * The best epoch so far was written to its own file, beside that of the last.
     *
     * @param path where
     * @param epoch the number of epochs so far
     * @param metric what judges it
     * @param value the metric's value
     */
    record BestSaved(Path path, int epoch, String metric, double value) implements Event {}

    /**
     * The best epoch's weights, statistics and running means are restored at the end of a run.
     *
     * @param epoch which one
     * @param metric what judges it
     * @param value the metric's value then
     */
    record BestRestored(int epoch, String metric, double value) implements Event {}

    /**
     * A run ended early since a metric stood still.
     *
     * @param epoch the number of epochs so far
     * @param reason the option that ended it and what it saw, in words
     */
    record StoppedEarly(int epoch, String reason) implements Event {}

    /**
     * A run ends.
     *
     * @param history what it measured
     */
    record Finished(History history) implements Event {
        /** Returns how many epochs it did, and what the last one measured. */
        @Override
        public String toString() {
            return "finished after "
                    + history.epochs().size()
                    + " epochs"
                    + (history.epochs().isEmpty() ? "" : ": " + history.epochs().getLast().train());
        }
    }
}
