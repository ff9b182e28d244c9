package propane.train;

import propane.data.Batch;
import propane.data.BatchReader;
import propane.data.Dataset;
import propane.nn.Input;
import propane.tensor.DataException;
import propane.tensor.NDArray;
import propane.tensor.Port;
import propane.tensor.TensorType;
import propane.tensor.UnknownNameException;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Brings examples of a dataset into the batch ports of programs. */
final class Feed {
    private final BatchReader reader;
    private final Map<String, String> ports = new LinkedHashMap<>();
    private final Map<Compilation.Compiled, MemorySegment[]> places = new IdentityHashMap<>();
    private final MemorySegment unused;

    /**
     * Checks that a dataset has what a training reads.
     *
     * @throws DataException if the dataset is empty, or a label is not one of the classes
     * @throws UnknownNameException if an input or target is missing
     * @throws propane.tensor.ShapeException if one has another type
     */
    Feed(Dataset data, Training training) {
        if (data.size() == 0) {
            throw new DataException(
                    "data: there are no examples\n    to mend it: give one at least; take(0) and"
                            + " a table without rows leave none");
        }
        this.reader = data.reader(training.batch());
        match("input", training.model().inputs(), data.inputs());
        match("target", training.targets(), data.targets());
        long largest = 0;
        for (TensorType type : reader.types()) {
            largest = Math.max(largest, type.bytes() * training.batch());
        }
        this.unused = Arena.ofAuto().allocate(Math.max(1, largest), 64);
        training.labels()
                .forEach((port, labels) ->
                        columns(port)
                                .forEach(column ->
                                        data.requireLabelsBelow(
                                                column, labels.classes(), labels.ignored())));
        TokenRange.of(training.model())
                .forEach((port, below) ->
                        columns(port).forEach(column -> data.requireTokensBelow(column, below)));
    }

    /** Returns the column of a port; none where the data lack it, which may go unread. */
    private Stream<String> columns(String port) {
        return ports.entrySet().stream()
                .filter(entry -> entry.getValue().equals(port))
                .map(Map.Entry::getKey);
    }

    /** Finds the column of each port: by name, or where there is one of each, whatever the name. */
    private void match(String what, List<Input> wanted, Map<String, TensorType> given) {
        for (Input port : wanted) {
            String column =
                    !given.containsKey(port.name()) && wanted.size() == 1 && given.size() == 1
                            ? given.keySet().iterator().next()
                            : port.name();
            if (!given.containsKey(column)) {
                if (what.equals("target")) {
                    continue; // an error only if a program reads it
                }
                throw UnknownNameException.among("data: no " + what, port.name(), given.keySet());
            }
            var type = new TensorType(port.dtype(), port.shape());
            if (!given.get(column).equals(type)) {
                throw Misfit.of("data", port, what.equals("target"), given.get(column));
            }
            ports.put(column, port.name());
        }
    }

    /** Returns the number of examples. */
    int examples() {
        int last = reader.count() - 1;
        return last < 0 ? 0 : last * reader.size(0) + reader.size(last);
    }

    /** Returns the number of batches. */
    int count() {
        return reader.count();
    }

    /** Returns the number of examples of a batch. */
    int size(int batch) {
        return reader.size(batch);
    }

    /** Copies a batch of an epoch into a program's ports. */
    void fill(Compilation.Compiled compiled, int epoch, int batch) {
        if (!places.containsKey(compiled)) {
            places.put(compiled, places(compiled));
        }
        reader.fill(epoch, batch, places.get(compiled));
        compiled.program().upload();
    }

    private MemorySegment[] places(Compilation.Compiled compiled) {
        Map<String, Port> read = compiled.batch();
        var found = new ArrayList<MemorySegment>();
        for (String column : reader.names()) {
            String port = ports.getOrDefault(column, "");
            found.add(read.containsKey(port) ? compiled.frame().segment(read.get(port)) : unused);
        }
        read.keySet().stream()
                .filter(port -> !ports.containsValue(port))
                .findFirst()
                .ifPresent(port -> {
                    throw UnknownNameException.among(
                            "data: the training reads what they do not have, an input or target",
                            port,
                            reader.names());
                });
        return found.toArray(MemorySegment[]::new);
    }

    /** Copies one concrete batch into a program's ports. */
    static void fill(Compilation.Compiled compiled, Batch batch, Training training) {
        fill(compiled, training.model().inputs(), batch.inputs());
        fill(compiled, training.targets(), batch.targets());
        compiled.program().upload();
    }

    private static void fill(
            Compilation.Compiled compiled, List<Input> wanted, Map<String, NDArray> given) {
        Map<String, Port> read = compiled.batch();
        for (Input input : wanted) {
            String name = input.name();
            if (!read.containsKey(name)) {
                continue;
            }
            if (wanted.size() == 1 && given.size() == 1) {
                compiled.frame().write(read.get(name), given.values().iterator().next());
            } else if (given.containsKey(name)) {
                compiled.frame().write(read.get(name), given.get(name));
            } else {
                throw UnknownNameException.among("batch: no input or target", name, given.keySet());
            }
        }
    }
}
