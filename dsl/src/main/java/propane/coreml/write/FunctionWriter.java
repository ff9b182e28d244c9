package propane.coreml.write;

import propane.coreml.format.FunctionPorts;
import propane.coreml.format.Identifiers;
import propane.coreml.format.MilParts;
import propane.coreml.format.MilTypes;
import propane.coreml.format.Opset;
import propane.coreml.format.PackagePort;
import propane.coreml.ops.ComponentType;
import propane.coreml.ops.Defaults;
import propane.coreml.ops.OpCatalogue;
import propane.coreml.ops.Signature;
import propane.coreml.proto.Mil;
import propane.spi.Program;
import propane.spi.op.Leaf;
import propane.spi.op.OpSchema;
import propane.spi.op.Operation;
import propane.spi.op.Port;
import propane.tensor.DType;
import propane.tensor.EngineException;
import propane.tensor.Problem;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Writes one function as MIL. Every constant becomes an operation of its own before the one that
 * uses it, parameters that have a default among them, as Apple's own tools do.
 */
final class FunctionWriter {
    private final Program.Function function;
    private final FunctionPorts ports;
    private final MilConstants constants;
    private final Mil.Block.Builder block = Mil.Block.newBuilder();
    private final Identifiers identifiers = new Identifiers();
    private final Map<String, Integer> counts = new HashMap<>();
    private final Map<Tensor, String> names = new IdentityHashMap<>();
    private final Map<Tensor, String> outputs = new IdentityHashMap<>();

    FunctionWriter(Program.Function function, FunctionPorts ports, MilConstants constants) {
        this.function = function;
        this.ports = ports;
        this.constants = constants;
    }

    /**
     * Returns the function.
     *
     * @throws EngineException if an op has no form in Core ML
     */
    Mil.Function write() throws IOException {
        var written = Mil.Function.newBuilder().setOpset(Opset.OURS.mil());
        for (PackagePort input : ports.inputs()) {
            identifiers.take(input.name());
            if (!constants.held().has(input.port())) {
                written.addInputs(named(input.name(), input.port().type()));
            }
        }
        nameOutputs();
        for (Operation operation : function.operations()) {
            if (operation.op() instanceof Leaf.Input(Port port)) {
                String name = ports.input(port.name()).name();
                names.put(operation.result(0), name);
                if (constants.held().has(port)) {
                    block.addOperations(MilParts.constant(name, constants.held(port)));
                }
            } else if (!(operation.op() instanceof Leaf)) {
                operation(operation);
            }
        }
        for (int i = 0; i < function.outputs().size(); i++) {
            output(ports.outputs().get(i).name(), function.outputs().get(i).value());
        }
        return written.putBlockSpecializations(Opset.OURS.mil(), block.build()).build();
    }

    /** What an operation computes for an output is called as the output is, from the start. */
    private void nameOutputs() {
        for (int i = 0; i < function.outputs().size(); i++) {
            String name = ports.outputs().get(i).name();
            identifiers.take(name);
            Tensor value = function.outputs().get(i).value();
            if (!(value.op() instanceof Leaf)) {
                outputs.putIfAbsent(value, name);
            }
        }
    }

    private void output(String name, Tensor value) throws IOException {
        block.addOutputs(name);
        if (!name.equals(outputs.get(value))) {
            // An input, a constant or an output already: it gets a name of its own.
            var identity = Mil.Operation.newBuilder().setType("identity");
            parameter(identity, "x", value, name, MilConstants.Form.PLAIN);
            finish(identity.addOutputs(named(name, value.type())), name);
        }
    }

    private void operation(Operation operation) throws IOException {
        String type = OpSchema.of(operation.op()).name();
        Signature signature =
                OpCatalogue.signature(type)
                        .orElseThrow(() -> refused(operation, "Core ML has no such op"));
        var written = Mil.Operation.newBuilder().setType(type);
        var results = resultNames(operation, type);
        DType floats = floats(operation);
        for (var parameter : parameters(operation, signature).entrySet()) {
            String name = parameter.getKey();
            boolean unsigned = signature.isUnsigned(name);
            Mil.DataType whole = unsigned ? Mil.DataType.UINT32 : Mil.DataType.INT32;
            var form = new MilConstants.Form(floats, whole);
            parameter(written, name, parameter.getValue(), results.getFirst(), form);
        }
        for (Tensor result : operation.results()) {
            if (result.rank() > MilTypes.MOST_AXES) {
                throw refused(operation, "makes " + result.type() + "; Core ML takes five axes");
            }
            names.put(result, results.get(result.index()));
            written.addOutputs(named(results.get(result.index()), result.type()));
        }
        finish(written, results.getFirst());
    }

    private void finish(Mil.Operation.Builder operation, String name) {
        block.addOperations(operation.putAttributes("name", MilParts.string(name)));
    }

    private List<String> resultNames(Operation operation, String type) {
        String counted = type + "_" + counts.merge(type, 1, Integer::sum);
        String called = operation.source().name();
        if (!called.isEmpty() && operation.results().size() == 1) {
            counted = called;
        }
        var results = new ArrayList<String>();
        for (Tensor result : operation.results()) {
            String plain =
                    operation.results().size() == 1 ? counted : counted + "_" + result.index();
            String output = outputs.get(result);
            results.add(output == null ? identifiers.unique(plain) : output);
        }
        return results;
    }

    /** Returns the components of an op's record, and the defaults of what the record lacks. */
    private static Map<String, Object> parameters(Operation operation, Signature signature) {
        var values = new LinkedHashMap<String, Object>();
        for (OpSchema.Operand operand : OpSchema.of(operation.op()).parts()) {
            Object value = operand.value(operation.op());
            // Of operands that may be left out, there is a list of none or one.
            if (!(ComponentType.of(operand).isTensors() && value.equals(List.of()))) {
                values.put(operand.name(), value);
            }
        }
        int rank = values.get("x") instanceof Tensor x ? x.rank() : 0;
        for (Signature.Parameter parameter : signature.parameters().values()) {
            if (parameter.omission() == Signature.Omission.DEFAULT
                    && !values.containsKey(parameter.name())) {
                values.put(parameter.name(), Defaults.of(parameter, rank, Object.class));
            }
        }
        return values;
    }

    private void parameter(
            Mil.Operation.Builder operation,
            String name,
            Object value,
            String user,
            MilConstants.Form form)
            throws IOException {
        var argument = Mil.Argument.newBuilder();
        for (Object each : operands(value)) {
            String bound;
            if (each instanceof Tensor tensor && names.containsKey(tensor)) {
                bound = names.get(tensor);
            } else {
                String called = each instanceof Tensor tensor ? tensor.source().name() : "";
                // Equal constants of other functions are one by now: the name may be another's.
                bound =
                        !called.isEmpty() && identifiers.take(called)
                                ? called
                                : identifiers.unique(user + "_" + name + "_0");
                if (each instanceof Tensor tensor) {
                    block.addOperations(
                            MilParts.constant(
                                    bound, constants.array(((Leaf.Const) tensor.op()).val())));
                    names.put(tensor, bound);
                } else {
                    block.addOperations(MilParts.constant(bound, constants.component(each, form)));
                }
            }
            argument.addArguments(Mil.Argument.Binding.newBuilder().setName(bound));
        }
        operation.putInputs(name, argument.build());
    }

    /** A list of tensors is bound one by one, a list of numbers as one array. */
    private static List<?> operands(Object value) {
        return value instanceof List<?> list && !list.isEmpty() && list.getFirst() instanceof Tensor
                ? list
                : List.of(value);
    }

    /** Returns the element type in which an op's fractions are written: that of its operands. */
    private static DType floats(Operation operation) {
        return Stream.concat(operation.operands().stream(), operation.results().stream())
                .map(Tensor::dtype)
                .filter(DType::isFloat)
                .findFirst()
                .orElse(DType.FLOAT32);
    }

    private static Mil.NamedValueType named(String name, TensorType type) {
        return Mil.NamedValueType.newBuilder().setName(name).setType(MilTypes.of(type)).build();
    }

    private EngineException refused(Operation operation, String why) {
        return new EngineException(
                Problem.ofRule("function " + function.name() + ": " + operation + ": " + why)
                        .operand("result", operation.result(0)));
    }
}
