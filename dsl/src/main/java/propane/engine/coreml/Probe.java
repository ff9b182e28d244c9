package propane.engine.coreml;

import propane.coreml.lowering.LoweredFunction;
import propane.spi.Graph;
import propane.spi.Program;
import propane.spi.op.Leaf;
import propane.spi.op.Operation;
import propane.tensor.EngineException;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A first load of a big model in a process of its own: Core ML has been seen to end the process
 * that loads one. What it compiled for that process it finds again in this one.
 *
 * @param process the process
 */
record Probe(ChildProcess process) {
    /** From so much memory of ports and constants on, a model is big. */
    static final long BIG_BYTES = 128L << 20;

    /** From so many operations on, a model is big. */
    static final int MANY_OPERATIONS = 4_000;

    /** Says whether models are probed; else only big ones are. */
    private static final String PROPERTY = "propane.probe";

    /** What a line begins with that says why the process ends. */
    static final String MARK = "propane-probe ";

    /** A line that says that the model is loaded. */
    static final String LOADED = "propane-probe-loaded";

    /** What a line begins with that says why memory does not lie in surfaces. */
    static final String REFUSED = "propane-probe-refused ";

    private static final Duration LIMIT = Duration.ofMinutes(5);

    static Probe ofThisProcess() {
        return new Probe(ChildProcess.likeThis(LoadOnce.class, LIMIT));
    }

    /** Returns whether a function is one that is tried first. */
    static boolean isWanted(LoweredFunction lowered) {
        String asked = System.getProperty(PROPERTY, "");
        return asked.isEmpty() ? isBig(lowered.function()) : Boolean.parseBoolean(asked);
    }

    private static boolean isBig(Program.Function function) {
        var values = function.outputs().stream().map(Program.Output::value).toList();
        List<Operation> operations = Graph.operations(values);
        var constants =
                operations.stream()
                        .filter(each -> each.op() instanceof Leaf.Const)
                        .map(each -> each.result(0));
        long bytes =
                function.inputs().stream().mapToLong(port -> port.type().bytes()).sum()
                        + Stream.concat(values.stream(), constants)
                                .mapToLong(tensor -> tensor.type().bytes())
                                .sum();
        return bytes >= BIG_BYTES || operations.size() >= MANY_OPERATIONS;
    }

    /**
     * Loads a package and predicts once with zeros, over memory like that of the steps to come.
     *
     * @param sharing whether that may lie in surfaces
     * @return whether it may after what was seen
     * @throws EngineException if the process does not come to a good end over plain memory either
     */
    Sharing require(Path mlpackage, LoadTarget target, Sharing sharing) {
        var ending = run(mlpackage, target, sharing.isWanted());
        // What was loaded and then died over surfaces may live over plain memory.
        if (sharing.isWanted() && hasDied(ending) && !ending.marked(LOADED).isEmpty()) {
            check(run(mlpackage, target, false));
            return Sharing.refused(
                    "in a process of its own a first prediction over them did not end well: "
                            + text(ending));
        }
        check(ending);
        return ending.marked(REFUSED).stream()
                .map(reason -> Sharing.refused("in a process of its own " + reason))
                .findFirst()
                .orElse(sharing);
    }

    private ChildProcess.Ending run(Path mlpackage, LoadTarget target, boolean shared) {
        try {
            return process.run(
                    List.of(
                            mlpackage.toAbsolutePath().toString(),
                            target.units().name(),
                            "" + target.limit().toMillis(),
                            "" + shared));
        } catch (IOException e) {
            throw failed("the process could not be started: " + e.getMessage());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw failed("it was interrupted");
        }
    }

    private static boolean hasDied(ChildProcess.Ending ending) {
        return ending.hasHung() || ending.exit() != 0 && ending.marked(MARK).isEmpty();
    }

    private void check(ChildProcess.Ending ending) {
        if (ending.hasHung() || ending.exit() != 0) {
            throw failed(text(ending));
        }
    }

    /** Returns how a process ended, in one line. */
    private String text(ChildProcess.Ending ending) {
        String text =
                ending.hasHung()
                        ? "nothing within " + process.limit().toSeconds() + " s"
                        : ending.marked(MARK).stream().findFirst().orElseGet(ending::text);
        return text.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .collect(Collectors.joining(" | "));
    }

    private static EngineException failed(String what) {
        return new EngineException(
                "a first load in a process of its own failed: "
                        + what
                        + "; -Dpropane.probe=false loads it all the same");
    }
}
