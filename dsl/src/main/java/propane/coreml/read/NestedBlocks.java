package propane.coreml.read;

import propane.coreml.format.MilTypes;
import propane.coreml.proto.Mil;
import propane.reading.Bounds;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads operations that hold blocks, and the lists that loops fill. A loop whose count is known is
 * unrolled; a list is the tensors that were written into it.
 */
final class NestedBlocks {
    /** Reads the operations of a block. */
    interface Reading {
        void read(Mil.Block block);
    }

    private static final Set<String> NAMES =
            Set.of(
                    "cond",
                    "while_loop",
                    "make_list",
                    "list_length",
                    "list_read",
                    "list_write",
                    "list_gather",
                    "list_scatter");

    /** A program of more operations would not be one that anybody unrolls. */
    private static final int MOST_ROUNDS = 1 << 14;

    private final Operands operands;
    private final OpForms forms;
    private final Reading reading;
    private final Map<String, TensorList> lists = new HashMap<>();
    private int rounds;

    NestedBlocks(Operands operands, OpForms forms, Reading reading) {
        this.operands = operands;
        this.forms = forms;
        this.reading = reading;
    }

    /**
     * The elements of a list so far.
     *
     * @param element their type; where the file leaves lengths open, that of the first one
     * @param elements what was written
     * @param isGrowing whether writing makes it longer
     */
    private record TensorList(
            Optional<TensorType> element, List<Optional<Tensor>> elements, boolean isGrowing) {

        /** Returns an element; one that nothing was written to is zeros. */
        Tensor at(int index) {
            return elements.get(index)
                    .or(() -> element.map(Tensor::zeros))
                    .orElseThrow(() ->
                            new Unreadable("an element of its list is read before any is written"));
        }
    }

    /**
     * What a name stood for when it was looked at, which a later round of a loop may change.
     *
     * @param list the list
     * @param tensor the tensor, if it is no list
     */
    private record Bound(Optional<TensorList> list, Optional<Tensor> tensor) {}

    /** Returns whether an operation holds blocks or has to do with lists. */
    static boolean takes(String type) {
        return NAMES.contains(type);
    }

    /** Returns whether a name stands for a list. */
    boolean isList(String name) {
        return lists.containsKey(name);
    }

    /** Gives a list a second name. */
    void copy(String from, String to) {
        lists.put(to, lists.get(from));
    }

    /**
     * Reads an operation.
     *
     * @param where the file and field, for messages
     */
    void read(Mil.Operation operation, String where) {
        switch (operation.getType()) {
            case "cond" -> choice(operation, where);
            case "while_loop" -> loop(operation, where);
            case "make_list" -> make(operation, where);
            case "list_length" ->
                    put(
                            operation,
                            Tensor.constant(number(list(operation, where).elements().size())));
            case "list_read" -> {
                TensorList list = list(operation, where);
                put(operation, list.at(index(operation, list, "index", where)));
            }
            case "list_write" -> write(operation, where);
            case "list_gather" -> {
                TensorList list = list(operation, where);
                var chosen = new ArrayList<Tensor>();
                for (double at : indices(operation, where).doubles()) {
                    chosen.add(list.at(place(at, list, where)));
                }
                put(operation, Tensor.stack(0, chosen));
            }
            case "list_scatter" -> scatter(operation, where);
            default -> throw new AssertionError(operation.getType());
        }
    }

    private static NDArray number(int value) {
        return NDArray.of(new int[] {value}).reshape();
    }

    private void put(Mil.Operation operation, Tensor value) {
        operands.put(operation.getOutputs(0).getName(), value);
    }

    private void put(Mil.Operation operation, TensorList list) {
        lists.put(operation.getOutputs(0).getName(), list);
    }

    private static Mil.Argument.Binding bound(Mil.Operation operation, String name, String where) {
        Mil.Argument argument =
                operation.getInputsOrDefault(name, Mil.Argument.getDefaultInstance());
        if (argument.getArgumentsCount() != 1) {
            throw new FormatException(where + ", " + name + ": one operand is needed");
        }
        return argument.getArguments(0);
    }

    private TensorList list(Mil.Operation operation, String where) {
        String name = bound(operation, "ls", where).getName();
        if (!lists.containsKey(name)) {
            throw new Unreadable("its list comes from elsewhere");
        }
        return lists.get(name);
    }

    private NDArray known(Mil.Operation operation, String name, String what, String where) {
        return KnownValues.of(operands.operand(operation, name, where))
                .orElseThrow(() -> new Unreadable(what + " depends on what the program is given"));
    }

    private NDArray indices(Mil.Operation operation, String where) {
        return known(operation, "indices", "which elements of a list it means", where);
    }

    private int index(Mil.Operation operation, TensorList list, String name, String where) {
        NDArray known = known(operation, name, "which element of a list it means", where);
        if (known.size() != 1) {
            throw new FormatException(where + ", " + name + ": must be one number");
        }
        return place(known.at(0), list, where);
    }

    private static int place(double at, TensorList list, String where) {
        int count = list.elements().size();
        return Bounds.index(at < 0 ? at + count : at, count, where + ", a list's index");
    }

    private void make(Mil.Operation operation, String where) {
        Mil.ValueType type = operation.getOutputs(0).getType();
        if (!type.hasListType()) {
            throw new FormatException(where + ": is declared " + MilTypes.text(type));
        }
        boolean isGrowing = forms.number(operation, "dynamic_length", 1, where) != 0;
        int count =
                OpForms.has(operation, "init_length")
                        ? Bounds.whole(
                                known(operation, "init_length", "the length of a list", where)
                                        .at(0),
                                0,
                                MOST_ROUNDS,
                                where + ", init_length")
                        : 1;
        Mil.ValueType declared = NarrowTypes.widened(type.getListType().getType());
        Optional<TensorType> element =
                NarrowTypes.isFixed(declared)
                        ? Optional.of(MilTypes.read(declared, where))
                        : Optional.empty();
        put(
                operation,
                new TensorList(element, Collections.nCopies(count, Optional.empty()), isGrowing));
    }

    private void write(Mil.Operation operation, String where) {
        TensorList list = list(operation, where);
        Tensor value = operands.operand(operation, "value", where);
        NDArray at = known(operation, "index", "which element of a list it means", where);
        if (at.size() != 1) {
            throw new FormatException(where + ", index: must be one number");
        }
        put(operation, written(list, at.at(0), value, where));
    }

    private static TensorList written(TensorList list, double at, Tensor value, String where) {
        if (!value.type().equals(list.element().orElse(value.type()))) {
            throw new FormatException(
                    where
                            + ": "
                            + value.type()
                            + " is written to a list of "
                            + list.element().orElse(value.type()));
        }
        var elements = new ArrayList<>(list.elements());
        int most = list.isGrowing() ? MOST_ROUNDS : elements.size();
        int place =
                Bounds.index(at < 0 ? at + elements.size() : at, most, where + ", a list's index");
        while (elements.size() <= place) {
            elements.add(Optional.empty());
        }
        elements.set(place, Optional.of(value));
        return new TensorList(Optional.of(value.type()), elements, list.isGrowing());
    }

    private void scatter(Mil.Operation operation, String where) {
        TensorList list = list(operation, where);
        Tensor values = operands.operand(operation, "value", where);
        double[] places = indices(operation, where).doubles();
        if (values.rank() < 1 || values.dim(0) != places.length) {
            throw new FormatException(
                    where + ": " + values.type() + " are written to " + places.length + " places");
        }
        for (int i = 0; i < places.length; i++) {
            list = written(list, places[i], values.slice(0, i, i + 1).squeeze(0), where);
        }
        put(operation, list);
    }

    private Bound bound(Mil.Argument.Binding binding, String where) {
        return !binding.hasValue() && lists.containsKey(binding.getName())
                ? new Bound(Optional.of(lists.get(binding.getName())), Optional.empty())
                : new Bound(Optional.empty(), Optional.of(operands.tensor(binding, where)));
    }

    private Bound result(String name, String where) {
        return bound(Mil.Argument.Binding.newBuilder().setName(name).build(), where);
    }

    /** Lets a name stand for a value, whatever it stood for before. */
    private void let(String name, Bound value) {
        value.list().ifPresent(list -> lists.put(name, list));
        value.tensor().ifPresent(tensor -> operands.put(name, tensor));
    }

    private List<Bound> results(Mil.Block block, String where) {
        reading.read(block);
        return block.getOutputsList().stream().map(name -> result(name, where)).toList();
    }

    private static void require(boolean fits, String where) {
        if (!fits) {
            throw new FormatException(where + ": its blocks do not fit its operands and results");
        }
    }

    private void give(Mil.Operation operation, List<Bound> results, String where) {
        require(results.size() == operation.getOutputsCount(), where);
        for (int i = 0; i < results.size(); i++) {
            let(operation.getOutputs(i).getName(), results.get(i));
        }
    }

    /** Of a choice that is known one block is read, of another one both. */
    private void choice(Mil.Operation operation, String where) {
        require(operation.getBlocksCount() == 2, where);
        Tensor pred = operands.operand(operation, "pred", where);
        var known = KnownValues.of(pred);
        if (known.isPresent()) {
            boolean holds = known.get().size() == 1 && known.get().at(0) != 0;
            give(operation, results(operation.getBlocks(holds ? 0 : 1), where), where);
            return;
        }
        var yes = results(operation.getBlocks(0), where);
        var no = results(operation.getBlocks(1), where);
        require(yes.size() == no.size() && yes.size() == operation.getOutputsCount(), where);
        for (int i = 0; i < yes.size(); i++) {
            Tensor one = tensor(yes.get(i));
            Tensor other = tensor(no.get(i));
            if (!one.type().equals(other.type())) {
                throw new Unreadable(
                        "the shape of its result depends on what the program is given");
            }
            operands.put(operation.getOutputs(i).getName(), pred.reshape().where(one, other));
        }
    }

    private static Tensor tensor(Bound value) {
        return value.tensor()
                .orElseThrow(() ->
                        new Unreadable("which list it gives depends on what the program is given"));
    }

    private void loop(Mil.Operation operation, String where) {
        require(operation.getBlocksCount() == 2, where);
        Mil.Block condition = operation.getBlocks(0);
        Mil.Block body = operation.getBlocks(1);
        var values = new ArrayList<Bound>();
        var bindings =
                operation
                        .getInputsOrDefault("loop_vars", Mil.Argument.getDefaultInstance())
                        .getArgumentsList();
        for (Mil.Argument.Binding binding : bindings) {
            values.add(bound(binding, where + ", loop_vars"));
        }
        while (true) {
            begin(condition, values, where);
            var tested = results(condition, where);
            require(tested.size() == 1, where);
            Tensor holds = tensor(tested.getFirst());
            NDArray known =
                    KnownValues.of(holds)
                            .orElseThrow(() ->
                                    new Unreadable(
                                            "how often it runs depends on what the program is"
                                                    + " given"));
            if (known.at(0) == 0) {
                break;
            }
            rounds++;
            if (rounds > MOST_ROUNDS) {
                throw new FormatException(
                        where + ": runs more than " + MOST_ROUNDS + " times, too often to unroll");
            }
            begin(body, values, where);
            var next = results(body, where);
            require(next.size() == values.size(), where);
            values.clear();
            values.addAll(next);
        }
        give(operation, values, where);
    }

    private void begin(Mil.Block block, List<Bound> values, String where) {
        require(block.getInputsCount() == values.size(), where);
        for (int i = 0; i < values.size(); i++) {
            let(block.getInputs(i).getName(), values.get(i));
        }
    }
}
