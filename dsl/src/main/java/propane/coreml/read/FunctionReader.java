package propane.coreml.read;

import propane.coreml.format.FunctionPorts;
import propane.coreml.format.MilTypes;
import propane.coreml.format.PackagePort;
import propane.coreml.ops.OpCatalogue;
import propane.coreml.proto.Mil;
import propane.reading.Border;
import propane.reading.Bounds;
import propane.spi.Program;
import propane.spi.op.Leaf;
import propane.spi.op.Op;
import propane.spi.op.OpSchema;
import propane.spi.op.Operation;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.PropaneException;
import propane.tensor.Source;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads one function of MIL into operations of ours, whose types are inferred again. */
final class FunctionReader {
    private final Mil.Function function;
    private final FunctionPorts ports;
    private final String origin;
    private final Operands operands;
    private final ConstantFoldedOps known;
    private final Values values;
    private final OpForms forms;
    private final ComposedOps composed;
    private final NestedBlocks nested;

    /**
     * Makes a reader.
     *
     * @param function the function
     * @param ports what the package says of its inputs and outputs
     * @param values where its constants lie
     * @param origin the file, for messages
     */
    FunctionReader(Mil.Function function, FunctionPorts ports, Values values, String origin) {
        this.function = function;
        this.ports = ports;
        this.origin = origin + ": function " + ports.name();
        this.operands = new Operands(values, new Source("in " + this.origin));
        this.known = new ConstantFoldedOps(operands, values);
        this.values = values;
        this.forms = new OpForms(operands, values);
        this.composed = new ComposedOps(operands, forms, function.getOpset(), this::recordResults);
        this.nested = new NestedBlocks(operands, forms, this::block);
    }

    /**
     * Returns the function.
     *
     * @param shared the paths of what functions share, by their Core ML names
     * @throws FormatException if it has an op that no record of ours stands for, or is broken
     */
    Program.Function read(Map<String, String> shared) {
        return function(outputs(body(), shared));
    }

    /** Reads the operations; returns the block that they stand in. */
    private Mil.Block body() {
        Mil.Block block = function.getBlockSpecializationsMap().get(function.getOpset());
        if (block == null) {
            throw error("field opset is " + function.getOpset() + ", of which there is no block");
        }
        values.begin();
        inputs();
        block(block);
        return block;
    }

    /**
     * Returns a function whose outputs nobody told of: they are called as in the file.
     *
     * @param renewed the inputs that outputs renew, by names in Core ML
     * @throws FormatException if it has an op that no record of ours stands for, or is broken
     */
    Program.Function untold(Map<String, String> renewed) {
        Mil.Block block = body();
        var outputs = new ArrayList<Program.Output>();
        for (String name : block.getOutputsList()) {
            Tensor value = operands.tensor(name, origin + ", output " + name);
            outputs.add(
                    renewed.containsKey(name)
                            ? Program.Output.replacing(ports.input(renewed.get(name)).port(), value)
                            : Program.Output.result(name, value));
        }
        return function(outputs);
    }

    private Program.Function function(List<Program.Output> outputs) {
        return new Program.Function(
                ports.function(), ports.inputs().stream().map(PackagePort::port).toList(), outputs);
    }

    private void block(Mil.Block block) {
        for (Mil.Operation operation : block.getOperationsList()) {
            String where = where(operation);
            Border.run(where, () -> operation(operation, where));
        }
    }

    private void inputs() {
        var types = new HashMap<String, TensorType>();
        for (Mil.NamedValueType input : function.getInputsList()) {
            String name = input.getName();
            types.put(name, MilTypes.read(input.getType(), origin + ", input " + name));
        }
        for (PackagePort input : ports.inputs()) {
            if (!input.port().type().equals(types.remove(input.name()))) {
                throw error("has no input " + input.name() + " of type " + input.port().type());
            }
            operands.put(input.name(), input.port().tensor());
        }
        if (!types.isEmpty()) {
            throw error("the inputs " + types.keySet() + " stand for no port");
        }
    }

    private List<Program.Output> outputs(Mil.Block block, Map<String, String> shared) {
        Map<String, String> paths = new HashMap<>(shared);
        ports.inputs().forEach(input -> paths.put(input.name(), input.port().name()));
        Set<String> left = new HashSet<>(block.getOutputsList());
        var outputs = new ArrayList<Program.Output>();
        for (PackagePort output : ports.outputs()) {
            String where = origin + ", output " + output.name();
            if (!left.remove(output.name())) {
                throw new FormatException(where + ": the function has none of that name");
            }
            Tensor value = operands.tensor(output.name(), where);
            if (!value.type().equals(output.port().type())) {
                throw new FormatException(
                        where + ": is " + value.type() + ", described as " + output.port().type());
            }
            String of = output.replaces().isEmpty() ? output.of() : output.replaces();
            outputs.add(new Program.Output(output.port(), value, paths.getOrDefault(of, of)));
        }
        if (!left.isEmpty()) {
            throw error("the outputs " + left + " stand for no port");
        }
        return outputs;
    }

    private String where(Mil.Operation operation) {
        return origin
                + ", op "
                + Bounds.shown(name(operation))
                + " ("
                + Bounds.shown(operation.getType())
                + ")";
    }

    private static String name(Mil.Operation operation) {
        return operation.getOutputsCount() == 0 ? "" : operation.getOutputs(0).getName();
    }

    private void operation(Mil.Operation operation, String where) {
        String name = name(operation);
        switch (operation.getType()) {
            case "const" ->
                    operands.put(
                            name,
                            operation.getAttributesOrDefault(
                                    "val", Mil.Value.getDefaultInstance()));
            case "identity" -> identity(operation, where);
            default -> {
                try {
                    read(operation, where);
                } catch (Unreadable e) {
                    unknown(operation, e.getMessage(), where);
                }
            }
        }
    }

    private void identity(Mil.Operation operation, String where) {
        String x =
                operation
                        .getInputsOrDefault("x", Mil.Argument.getDefaultInstance())
                        .getArgumentsList()
                        .stream()
                        .map(Mil.Argument.Binding::getName)
                        .findFirst()
                        .orElse("");
        if (nested.isList(x)) {
            nested.copy(x, name(operation));
        } else {
            operands.put(name(operation), operands.operand(operation, "x", where));
        }
    }

    private void read(Mil.Operation operation, String where) {
        if (ConstantFoldedOps.isKnown(operation.getType())) {
            known.read(operation, where);
        } else if (NestedBlocks.takes(operation.getType())) {
            nested.read(operation, where);
        } else {
            put(operation, composed.results(forms.plain(operation, where), where), where);
        }
    }

    private void put(Mil.Operation operation, List<Tensor> made, String where) {
        if (made.size() != operation.getOutputsCount()) {
            throw new FormatException(
                    where
                            + ": has "
                            + operation.getOutputsCount()
                            + " outputs, its op makes "
                            + made.size());
        }
        for (int i = 0; i < made.size(); i++) {
            var output = operation.getOutputs(i);
            NarrowTypes.require(output.getType(), made.get(i).type(), where);
            operands.put(output.getName(), made.get(i));
        }
    }

    /** Passes over an operation that ours cannot stand for; whoever needs it is told of it. */
    private void unknown(Mil.Operation operation, String why, String where) {
        var types = new ArrayList<TensorType>();
        for (Mil.NamedValueType output : operation.getOutputsList()) {
            if (!NarrowTypes.isFixed(output.getType())) {
                throw new FormatException(where + ": Propane cannot read it: " + why);
            }
            types.add(NarrowTypes.read(output.getType(), where));
        }
        if (types.isEmpty()) {
            throw new FormatException(where + ": Propane cannot read it: " + why);
        }
        var given = new ArrayList<Tensor>();
        operation.getInputsMap().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .flatMap(input -> input.getValue().getArgumentsList().stream())
                .forEach(binding -> operands.given(binding, where).ifPresent(given::add));
        String lacking =
                where
                        + ": Propane cannot compute the op "
                        + Bounds.shown(operation.getType())
                        + " of "
                        + Bounds.shown(function.getOpset())
                        + ": "
                        + why;
        var made = Operation.of(new Unknown(given, types, lacking), source(operation));
        put(operation, made.results(), where);
    }

    private List<Tensor> recordResults(Mil.Operation operation, String where) {
        Class<? extends Op> type =
                OpCatalogue.record(operation.getType())
                        .orElseThrow(() ->
                                new Unreadable(
                                        OpCatalogue.reasons()
                                                .getOrDefault(
                                                        operation.getType(),
                                                        "it is none of those that MIL is known to"
                                                                + " have")));
        Operation made = make(type, operation, where);
        return KnownValues.results(made)
                .map(known ->
                        known.stream().map(value -> constant(value, source(operation))).toList())
                .orElse(made.results());
    }

    private static Tensor constant(NDArray value, Source source) {
        return Operation.of(new Leaf.Const(value), source).result(0);
    }

    /** Returns where an operation of the file stands, and what it is called there. */
    private Source source(Mil.Operation operation) {
        return new Source("in " + origin, name(operation));
    }

    private Operation make(Class<? extends Op> type, Mil.Operation operation, String where) {
        Object[] components = operands.components(OpSchema.of(type), operation, where);
        try {
            Source source = source(operation);
            return Operation.of(OpSchema.of(type).make(components), source);
        } catch (PropaneException e) {
            throw new FormatException(where + ": its operands do not fit: " + e.rule(), e);
        } catch (RuntimeException e) {
            // A type rule may stumble in any way over operands that no program of ours has.
            throw new FormatException(where + ": its operands do not fit: " + e.getMessage(), e);
        }
    }

    private FormatException error(String what) {
        return new FormatException(origin + ": " + what);
    }
}
