package propane.engine.coreml;

import propane.ffm.NativeTimeoutException;
import propane.ffm.shim.Shim;
import propane.ffm.shim.ShimModel;
import propane.tensor.EngineException;
import propane.tensor.Problem;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * Loads that took longer than they might and still run: Core ML cannot be stopped. The shim
 * releases what they make when it comes. For the same processors no other load is begun before, so
 * that they do not pile up; for others the limit is longer, since they compete for the machine.
 */
final class LateLoads {
    /** Those of this process. */
    static final LateLoads HERE = new LateLoads(Shim::lateCalls, System::nanoTime);

    private static final String REMEDY =
            "try again when it has ended, what is compiled by then is kept; or"
                    + " compile for Engine.neuralEngine(), which goes on to the next device";

    private final IntSupplier running;
    private final LongSupplier nanos;
    private final List<Late> late = new ArrayList<>();

    /**
     * Makes an empty list.
     *
     * @param running tells how many calls still run that have timed out
     * @param nanos the clock
     */
    LateLoads(IntSupplier running, LongSupplier nanos) {
        this.running = running;
        this.nanos = nanos;
    }

    private record Late(LoadTarget target, String what, long since) {
        private String text() {
            return what + " for the " + target.engine();
        }

        private String age(long now) {
            long seconds = Duration.ofNanos(now - since).toSeconds();
            return seconds < 60 ? seconds + " s" : seconds / 60 + " min";
        }
    }

    /**
     * Loads a package of one function.
     *
     * @param what what is loaded, for messages
     * @throws EngineException if it takes too long, or an earlier load for the same processors
     *     still runs
     * @throws propane.ffm.NativeException if it cannot be loaded
     */
    ShimModel load(Path mlpackage, String what, LoadTarget target) {
        Duration limit = limit(target);
        try {
            // A package of one function is a plain model, which has no functions to choose.
            return ShimModel.load(mlpackage, "", target.units(), limit);
        } catch (NativeTimeoutException e) {
            add(target, what);
            throw new EngineException(
                    Problem.ofRule(
                                    target.engine()
                                            + ": loading "
                                            + what
                                            + " took longer than "
                                            + text(limit)
                                            + (limit.equals(target.limit())
                                                    ? ""
                                                    : ", though more than usual since another load"
                                                            + " runs on"))
                            .fix(REMEDY),
                    e);
        }
    }

    private static String text(Duration limit) {
        return limit.toMillis() % 1_000 == 0 ? limit.toSeconds() + " s" : limit.toMillis() + " ms";
    }

    /**
     * Requires that no load for the same processors still runs.
     *
     * @throws EngineException if one does
     */
    synchronized void requireNone(LoadTarget target) {
        prune();
        if (late.stream().anyMatch(each -> each.target().units() == target.units())) {
            throw new EngineException(
                    Problem.ofRule(
                                    target.engine()
                                            + ": "
                                            + String.join("; ", notes())
                                            + "; another for the same processors is not begun"
                                            + " before")
                            .fix(REMEDY));
        }
    }

    /** Returns how long a load may take that begins now; as others run on, longer than usual. */
    synchronized Duration limit(LoadTarget target) {
        requireNone(target);
        return target.limit().multipliedBy(1 + now());
    }

    synchronized void add(LoadTarget target, String what) {
        late.add(new Late(target, what, nanos.getAsLong()));
    }

    /** Returns a line for each of them that still runs; which ones do, the shim does not tell. */
    synchronized List<String> notes() {
        prune();
        long time = nanos.getAsLong();
        if (now() == late.size()) {
            return late.stream()
                    .map(each ->
                            "a load of "
                                    + each.text()
                                    + " still runs, "
                                    + each.age(time)
                                    + " after its time-out")
                    .toList();
        }
        List<String> all =
                late.stream().map(each -> each.text() + ", " + each.age(time) + " ago").toList();
        return List.of(
                now() + " of these loads still runs after its time-out: " + String.join("; ", all));
    }

    private void prune() {
        if (!late.isEmpty() && now() == 0) {
            late.clear();
        }
    }

    /** Other calls than these may be late, too. */
    private int now() {
        return late.isEmpty() ? 0 : Math.min(late.size(), running.getAsInt());
    }
}
