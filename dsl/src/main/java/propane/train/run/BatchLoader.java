package propane.train.run;

import propane.data.Batch;
import propane.data.BatchReader;
import propane.data.Dataset;
import propane.nn.Input;
import propane.spi.op.Port;
import propane.tensor.DataException;
import propane.tensor.Problem;
import propane.tensor.TensorType;
import propane.tensor.UnknownNameException;
import propane.train.trace.DataRules;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Brings examples into the batch ports of programs: the one door for data. */
final class BatchLoader {
    private final BatchReader reader;
    private final int batch;
    private String order = "in the order of the data";
    private boolean dropLast;
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
    BatchLoader(Dataset data, DataRules rules, int batch) {
        if (data.size() == 0) {
            throw new DataException(
                    Problem.ofRule("data: there are no examples")
                            .fix("give one at least; take(0) and a table without rows leave none"));
        }
        this.batch = batch;
        match(rules, false, data.inputs());
        match(rules, true, data.targets());
        this.reader = rules.fitted(rules.require(data, ports), ports).reader(batch);
    }

    /** Returns what brings one batch, which is held to the same as any data. */
    static BatchLoader of(Batch batch, DataRules rules) {
        return new BatchLoader(Dataset.of(batch.inputs(), batch.targets()), rules, batch.size());
    }

    /** Finds the column of each port: by name, or where there is one of each, whatever the name. */
    private void match(DataRules rules, boolean isTarget, Map<String, TensorType> given) {
        List<Input> wanted = isTarget ? rules.targets() : rules.inputs();
        for (Input port : wanted) {
            String column =
                    !given.containsKey(port.name()) && wanted.size() == 1 && given.size() == 1
                            ? given.keySet().iterator().next()
                            : port.name();
            if (!given.containsKey(column)) {
                if (isTarget) {
                    continue; // an error only if a program reads it
                }
                throw UnknownNameException.among("data: no input", port.name(), given.keySet());
            }
            TensorType type = given.get(column);
            boolean isTaken =
                    isTarget
                            ? rules.takes(port, type)
                            : type.equals(new TensorType(port.dtype(), port.shape()));
            if (!isTaken) {
                throw Mismatch.of("data", port, isTarget, type);
            }
            ports.put(column, port.name());
        }
    }

    /**
     * Says how an epoch of training goes through the examples.
     *
     * @param byOrder in which order they come, in words
     * @param dropsLast whether a smaller last batch is left out
     * @throws DataException if that leaves no batch
     */
    BatchLoader training(String byOrder, boolean dropsLast) {
        if (dropsLast && reader.examples() < batch) {
            throw new DataException(
                    Problem.ofRule(
                                    "data: dropLast() leaves no batch of "
                                            + batch
                                            + ", there are "
                                            + reader.examples()
                                            + " examples")
                            .operand("batch", batch)
                            .operand("examples", reader.examples())
                            .fix(
                                    "take smaller batches, .batch("
                                            + reader.examples()
                                            + "), or leave dropLast() away"));
        }
        order = byOrder;
        dropLast = dropsLast;
        return this;
    }

    /** Returns in which order examples come, in words. */
    String order() {
        return order;
    }

    /** Returns the number of examples of an epoch. */
    int examples() {
        int all = reader.examples();
        return dropLast ? all - all % batch : all;
    }

    /** Returns the sizes that batches of a whole epoch have. */
    Set<Integer> sizes() {
        var sizes = new LinkedHashSet<Integer>();
        sizes.add(size(0));
        sizes.add(size(examples() - examples() % batch));
        sizes.remove(0);
        return sizes;
    }

    /** Returns the number of examples of the batch that begins at an example; 0 at the end. */
    int size(int from) {
        int left = Math.min(batch, reader.examples() - from);
        return left < 0 || dropLast && left < batch ? 0 : left;
    }

    /**
     * Copies the batch that begins at an example of an epoch into a program's ports.
     *
     * @param from the example, from 0, in the order of the epoch
     */
    void fill(Compilation.Compiled compiled, int epoch, int from) {
        if (!places.containsKey(compiled)) {
            places.put(compiled, places(compiled));
        }
        reader.fillFrom(epoch, from, size(from), places.get(compiled));
        compiled.program().upload();
    }

    private MemorySegment[] places(Compilation.Compiled compiled) {
        Map<String, Port> read = compiled.batch();
        var found = new ArrayList<MemorySegment>();
        for (String column : reader.names()) {
            String port = ports.getOrDefault(column, "");
            found.add(
                    read.containsKey(port)
                            ? compiled.bindings().segment(read.get(port))
                            : unused());
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
