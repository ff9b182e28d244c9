package propane.train.option;

import propane.spi.DeviceReport;
import propane.train.result.Event;
import propane.train.result.TrainerCallback;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Says how a run goes on: which device runs it and why not a better one, then a line an epoch with
 * results, examples a second and the time left. On a terminal the line at hand is written over.
 */
final class Progress implements TrainerCallback {
    private static final long REDRAW_NANOS = 100_000_000;

    private final PrintStream out;
    private final boolean terminal;
    private int epochs;
    private int examples;
    private int epoch;
    private long started;
    private long epochStarted;
    private long done;
    private long doneThisEpoch;
    private long drawn;
    private double firstStep;
    private final Map<String, Event.BestSaved> best = new LinkedHashMap<>();

    Progress(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    @Override
    public Signal on(Event event) {
        switch (event) {
            case Event.Started begun -> start(begun);
            case Event.Resumed resumed -> resumed(resumed);
            case Event.StepDone step -> step(step);
            case Event.DeviceChanged change -> change(change);
            case Event.LossScaleChanged change -> scale(change);
            case Event.EpochDone end -> epoch(end);
            case Event.LearningRateChanged change -> rate(change);
            case Event.Saved _ -> {}
            case Event.BestSaved saved -> best.put(saved.path().toString(), saved);
            case Event.BestRestored restored -> restored(restored);
            case Event.StoppedEarly stopped ->
                    out.println(
                            "stopped early after epoch "
                                    + stopped.epoch()
                                    + ": "
                                    + stopped.reason());
            case Event.Finished _ -> finish();
        }
        return Signal.CONTINUE;
    }

    private void start(Event.Started begun) {
        epochs = begun.epochs();
        examples = begun.examples();
        started = System.nanoTime();
        epochStarted = started;
        device(begun.device());
        out.println(examples + " examples an epoch, " + begun.order());
    }

    private void restored(Event.BestRestored restored) {
        out.printf(
                Locale.ROOT,
                "the weights are those of epoch %d, %s %.4f%n",
                restored.epoch(),
                restored.metric(),
                restored.value());
    }

    private void device(DeviceReport device) {
        out.println("engine " + device.device());
        device.passedOver().forEach(reason -> out.println("  not " + reason));
        device.notes().forEach(note -> out.println("  " + note));
    }

    private void change(Event.DeviceChanged change) {
        out.printf(Locale.ROOT, "%sin step %d:%n", terminal ? "\r\033[K" : "", change.step());
        device(change.device());
    }

    private void resumed(Event.Resumed resumed) {
        for (String note : resumed.notes()) {
            out.println("resumed from " + resumed.path() + ": " + note);
        }
    }

    private void step(Event.StepDone step) {
        if (firstStep == 0) {
            firstStep = secondsSinceStart();
        }
        done += step.examples();
        doneThisEpoch += step.examples();
        long now = System.nanoTime();
        if (terminal && now - drawn > REDRAW_NANOS) {
            drawn = now;
            int percent = (int) (100 * doneThisEpoch / Math.max(1, examples));
            out.printf(
                    Locale.ROOT,
                    "\r\033[Kepoch %d/%d %3d %%  %s",
                    epoch + 1,
                    epochs,
                    percent,
                    step.results());
            out.flush();
        }
    }

    private void scale(Event.LossScaleChanged change) {
        out.printf(
                Locale.ROOT,
                "%sloss scale %,.0f after %,.0f at step %d: %s%s%n",
                terminal ? "\r\033[K" : "",
                change.to(),
                change.from(),
                change.step(),
                change.reason(),
                change.isSkipped() ? "; the step is left out" : "");
    }

    private void rate(Event.LearningRateChanged change) {
        out.printf(
                Locale.ROOT,
                "learning rates times %s after epoch %d, before times %s%n",
                (float) change.to(),
                change.epoch(),
                (float) change.from());
    }

    private void epoch(Event.EpochDone end) {
        epoch = end.epoch();
        long now = System.nanoTime();
        double rate = doneThisEpoch / Math.max(1e-9, (now - epochStarted) * 1e-9);
        double left = (now - started) * 1e-9 / done * examples * (epochs - epoch);
        var line = new StringBuilder(terminal ? "\r\033[K" : "");
        line.append(String.format(Locale.ROOT, "epoch %2d/%d  %s", epoch, epochs, end.train()));
        end.validations()
                .forEach((name, results) ->
                        line.append("  ").append(name).append(' ').append(results));
        line.append(String.format(Locale.ROOT, "  %,.0f samples/s  %s left", rate, seconds(left)));
        out.println(line);
        doneThisEpoch = 0;
        epochStarted = System.nanoTime();
    }

    private void finish() {
        if (firstStep > 0) {
            out.printf(Locale.ROOT, "first step after %.1f s%n", firstStep);
        }
        best.forEach((path, saved) ->
                out.printf(
                        Locale.ROOT,
                        "best %s %.4f in epoch %d: %s%n",
                        saved.metric(),
                        saved.value(),
                        saved.epoch(),
                        path));
    }

    private static String seconds(double left) {
        return left < 60
                ? String.format(Locale.ROOT, "%.0f s", left)
                : String.format(Locale.ROOT, "%d min %d s", (int) left / 60, (int) left % 60);
    }

    /** Returns the seconds since the launcher, or else the JVM, started. */
    private static double secondsSinceStart() {
        Instant start =
                Long.getLong("propane.started", 0) > 0
                        ? Instant.ofEpochMilli(Long.getLong("propane.started"))
                        : ProcessHandle.current().info().startInstant().orElseGet(Instant::now);
        return Duration.between(start, Instant.now()).toMillis() / 1000.0;
    }

    /** Returns the word it is asked for by. */
    @Override
    public String toString() {
        return "progress()";
    }
}
