package propane.engine.coreml;

import propane.coreml.lowering.LoweredFunction;
import propane.ffm.shim.ShimModel;
import propane.tensor.EngineException;
import propane.tensor.Graph;
import propane.tensor.Leaf;
import propane.tensor.Operation;
import propane.tensor.Program;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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

    static final String MARK = "propane-probe ";

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
     * Loads a package and predicts once with zeros.
     *
     * @throws EngineException if the process does not come to a good end
     */
    void require(Path mlpackage, ShimModel.Units units, Duration loading) {
        String path = mlpackage.toAbsolutePath().toString();
        try {
            var ending = process.run(List.of(path, units.name(), "" + loading.toMillis()));
            if (ending.hasHung()) {
                throw failed("nothing within " + process.limit().toSeconds() + " s");
            }
            List<String> said = ending.marked(MARK);
            if (ending.exit() != 0) {
                throw failed(said.isEmpty() ? ending.text() : said.getFirst());
            }
        } catch (IOException e) {
            throw failed("the process could not be started: " + e.getMessage());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw failed("it was interrupted");
        }
    }

    private static EngineException failed(String what) {
        return new EngineException(
                "a first load in a process of its own failed: "
                        + what
                        + "; -Dpropane.probe=false loads it all the same");
    }
}
