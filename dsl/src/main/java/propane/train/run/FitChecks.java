package propane.train.run;

import propane.nn.metric.Metric;
import propane.spi.Program;
import propane.tensor.Problem;
import propane.tensor.PropaneException;
import propane.tensor.UnknownNameException;
import propane.train.option.Option;
import propane.train.result.Watched;
import propane.writing.AtomicFile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What of a run's options could fail later: it fails before the first step. */
final class FitChecks {
    private final Session session;
    private final Options options;

    FitChecks(Session session, Options options) {
        this.session = session;
        this.options = options;
    }

    /** Requires that all fits together, and settles which examples a metric is watched on. */
    void require(BatchLoader feed) {
        options.validation().forEach(on -> session.feed(on.data()));
        Map<String, Metric> metrics = session.programs().step().metrics();
        requireColumns(metrics.keySet());
        if (!options.watching().isEmpty()) {
            Set<String> evaluated = evaluated();
            options.settle(watched -> settled(watched, metrics, evaluated));
        }
        requireFiles();
        requireSteps(feed);
    }

    /** The smaller last batch is traced, too: what it is refused for is told now. */
    private void requireSteps(BatchLoader feed) {
        feed.sizes().forEach(size -> session.programs().step(size).updated());
    }

    /** Returns what is measured on validation examples: nothing that needs gradients. */
    private Set<String> evaluated() {
        var names = new LinkedHashSet<String>();
        if (!options.validation().isEmpty()) {
            for (Program.Output output : session.programs().step().evaluate().outputs()) {
                names.add(output.port().name());
            }
        }
        return names;
    }

    private Watched settled(Watched watched, Map<String, Metric> measured, Set<String> evaluated) {
        String name = watched.metric().name();
        if (!measured.containsKey(name)) {
            throw UnknownNameException.among(
                    "fit: an option watches what the training does not measure, no metric",
                    name,
                    measured.keySet());
        }
        if (measured.get(name) instanceof Metric.Matrix) {
            throw new UnknownNameException(
                    Problem.ofRule(
                                    "fit: an option watches "
                                            + name
                                            + ", which is a table and no number")
                            .fix("watch a metric that is one number"));
        }
        List<String> sets = options.validation().stream().map(Option.ValidationData::name).toList();
        if (watched.set().isEmpty()) {
            boolean isValidated = !sets.isEmpty() && evaluated.contains(name);
            return watched.on(isValidated ? sets.getFirst() : Watched.TRAIN);
        }
        if (watched.set().equals(Watched.TRAIN)) {
            return watched;
        }
        if (!sets.contains(watched.set())) {
            throw UnknownNameException.among(
                    "fit: an option watches examples that no validationData names, none",
                    watched.set(),
                    sets);
        }
        if (!evaluated.contains(name)) {
            throw new UnknownNameException(
                    Problem.ofRule(
                                    "fit: an option watches "
                                            + name
                                            + " on "
                                            + watched.set()
                                            + ", which needs gradients and is measured in training"
                                            + " alone")
                            .fix("on(\"train\")"));
        }
        return watched;
    }

    /** In tables names of examples and metrics are joined, and must still tell columns apart. */
    private void requireColumns(Set<String> metrics) {
        Map<String, String> columns = new HashMap<>();
        metrics.forEach(metric -> columns.put(metric, metric + " of the examples trained on"));
        for (Option.ValidationData on : options.validation()) {
            for (String metric : metrics) {
                String former = columns.put(on.name() + "_" + metric, metric + " of " + on.name());
                if (former != null) {
                    throw new UnknownNameException(
                            Problem.ofRule(
                                            "fit: "
                                                    + former
                                                    + " and "
                                                    + metric
                                                    + " of "
                                                    + on.name()
                                                    + " would both be called "
                                                    + on.name()
                                                    + "_"
                                                    + metric)
                                    .fix(
                                            "give the examples another name, validationData(\"…\","
                                                    + " data)"));
                }
            }
        }
    }

    /**
     * Requires that all files can be written, and none for two.
     *
     * @throws PropaneException if one cannot
     */
    private void requireFiles() {
        Map<Path, Path> taken = new LinkedHashMap<>();
        // First these: the names of the best ones are made of them, and a root has none.
        for (Option.SaveTo save : options.saving()) {
            AtomicFile.requireWritable(save.path());
        }
        for (Path file : options.files()) {
            AtomicFile.requireWritable(file);
            Path former = taken.put(real(file), file);
            if (former != null) {
                throw new PropaneException(
                        Problem.ofRule(
                                        "checkpoint: the file "
                                                + file
                                                + " would be written by two checkpoints; each has a"
                                                + " file of its own and one of its best epoch")
                                .fix("give each another path"));
            }
        }
    }

    private static Path real(Path file) {
        try {
            if (Files.exists(file)) {
                return file.toRealPath();
            }
            Path whole = file.toAbsolutePath();
            return whole.getParent().toRealPath().resolve(whole.getFileName());
        } catch (IOException e) {
            return file.toAbsolutePath().normalize();
        }
    }
}
