package propane.train;

import propane.data.Batch;
import propane.data.BatchReader;
import propane.data.Dataset;
import propane.nn.Input;
import propane.tensor.DataException;
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

/** Brings examples into the batch ports of programs: the one door for data. */
final class Feed {
    private final BatchReader reader;
    private final int batch;
    private final Map<String, String> ports = new LinkedHashMap<>();
    private final Map<Compilation.Compiled, MemorySegment[]> places = new IdentityHashMap<>();

    /**
     * Checks that a dataset has what a training reads.
     *
     * @param batch the number of examples of a batch
     * @throws DataException if the dataset is empty, or a label is not one of the classes
     * @throws UnknownNameException if an input or target is missing
     * @throws propane.tensor.ShapeException if one has another type
     */
    Feed(Dataset data, DataRules rules, int batch) {
        if (data.size() == 0) {
            throw new DataException(
                    "data: there are no examples\n    to mend it: give one at least; take(0) and"
                            + " a table without rows leave none");
        }
        this.batch = batch;
        this.reader = data.reader(batch);
        match("input", rules.inputs(), data.inputs());
        match("target", rules.targets(), data.targets());
        rules.require(data, ports);
    }

    /** Returns what brings one batch, which is held to the same as any data. */
    static Feed of(Batch batch, DataRules rules) {
        return new Feed(Dataset.of(batch.inputs(), batch.targets()), rules, batch.size());
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
            found.add(read.containsKey(port) ? compiled.frame().segment(read.get(port)) : unused());
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

    /** Returns where a column goes that no port reads. */
    private MemorySegment unused() {
        long largest = 0;
        for (TensorType type : reader.types()) {
            largest = Math.max(largest, type.bytes() * batch);
        }
        return Arena.ofAuto().allocate(Math.max(1, largest), 64);
    }
}
