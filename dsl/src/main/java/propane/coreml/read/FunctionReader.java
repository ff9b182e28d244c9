package propane.coreml.read;

import propane.coreml.format.FunctionPorts;
import propane.coreml.format.MilTypes;
import propane.coreml.format.PackagePort;
import propane.coreml.ops.OpCatalogue;
import propane.coreml.proto.Mil;
import propane.reading.Border;
import propane.reading.Bounds;
import propane.spi.Program;
import propane.spi.op.Op;
import propane.spi.op.OpSchema;
import propane.spi.op.Operation;
import propane.tensor.FormatException;
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
        for (Mil.Operation operation : block.getOperationsList()) {
            String where = where(operation);
            Border.run(where, () -> operation(operation, where));
        }
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
            case "identity" -> operands.put(name, operands.operand(operation, "x", where));
            default -> {
                if (ConstantFoldedOps.isKnown(operation.getType())) {
                    known.read(operation, where);
                } else {
                    made(operation, where);
                }
            }
        }
    }

    private void made(Mil.Operation operation, String where) {
        Class<? extends Op> type =
                OpCatalogue.record(operation.getType())
                        .orElseThrow(() -> unknown(operation.getType(), where));
        Operation made = make(type, operation, where);
        if (made.results().size() != operation.getOutputsCount()) {
            throw new FormatException(
                    where
                            + ": has "
                            + operation.getOutputsCount()
                            + " outputs, its op makes "
                            + made.results().size());
        }
        for (Tensor result : made.results()) {
            var output = operation.getOutputs(result.index());
            if (!MilTypes.declares(output.getType(), result.type())) {
                throw new FormatException(
                        where
                                + ": is declared "
                                + MilTypes.text(output.getType())
                                + ", its op makes "
                                + result.type());
            }
            operands.put(output.getName(), result);
        }
    }

    private static FormatException unknown(String op, String where) {
        String reason = OpCatalogue.reasons().getOrDefault(op, "it is none of MIL's");
        return new FormatException(where + ": Propane cannot read the op " + op + ": " + reason);
    }

    private Operation make(Class<? extends Op> type, Mil.Operation operation, String where) {
        Object[] components = operands.components(OpSchema.of(type), operation, where);
        try {
            var source = new Source("in " + origin, name(operation));
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
