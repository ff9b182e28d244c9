package propane.coreml.lowering;

import propane.spi.Graph;
import propane.spi.Program;
import propane.spi.op.ElementwiseBinary;
import propane.spi.op.Gathering;
import propane.spi.op.Leaf;
import propane.spi.op.Operation;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.spi.op.ScatterMode;
import propane.spi.op.Scattering;
import propane.spi.op.TensorOperation;
import propane.spi.op.TensorTransformation;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes look-ups in large tables off the first half of a step: a function of its own finds the rows
 * before it, and what the second half reads is the gradient of those rows, which it adds up itself.
 * Neither the table nor its whole gradient then crosses to the engine, which would not gather.
 *
 * <p>Tables that serve for something else too, as those of tied weights, stay.
 */
public final class HostEmbeddingLookup {
    /** The function that finds the rows. */
    public static final String FUNCTION = "rows";

    private static final String GRADIENTS = Program.Function.GRADIENTS;

    private final Map<Tensor, Port> rows = new LinkedHashMap<>();
    private final Map<Port, Port> kept = new LinkedHashMap<>();
    private final Map<String, Tensor> added = new LinkedHashMap<>();
    private final Map<String, List<Program.Output>> handedOver = new LinkedHashMap<>();

    private HostEmbeddingLookup(Program.Function gradients) {
        Map<String, Tensor> slopes = new LinkedHashMap<>();
        for (Program.Output output : gradients.outputs()) {
            if (output.port().role() == Role.GRADIENT) {
                slopes.put(output.of(), output.value());
            }
        }
        var tables = new LinkedHashMap<Port, List<Operation>>();
        for (Operation operation : gradients.operations()) {
            for (Tensor operand : operation.operands()) {
                if (operand.op() instanceof Leaf.Input(Port port) && isLarge(port)) {
                    tables.computeIfAbsent(port, _ -> new ArrayList<>()).add(operation);
                }
            }
        }
        tables.forEach((table, uses) -> {
            List<Scattering.Scatter> sums = sums(slopes, table);
            boolean isOnlyRead = uses.stream().allMatch(HostEmbeddingLookup::isLookUp);
            if (isOnlyRead && (!sums.isEmpty() || !slopes.containsKey(table.name()))) {
                uses.forEach(use -> find(table, use));
                add(table, sums);
            }
        });
    }

    /**
     * Returns a program whose first halves have no look-ups in large tables, with one function
     * more, {@value #FUNCTION}, if there were any.
     *
     * @param program has the function {@code gradients}
     */
    public static Program apart(Program program) {
        var lookUps = new HostEmbeddingLookup(program.function(GRADIENTS));
        if (lookUps.rows.isEmpty()) {
            return program;
        }
        var functions = new ArrayList<>(List.of(lookUps.finding()));
        for (Program.Function function : program.functions()) {
            functions.add(
                    function.name().equals(GRADIENTS)
                            ? lookUps.reading(function)
                            : lookUps.adding(function));
        }
        return new Program(functions);
    }

    private static boolean isLarge(Port port) {
        TensorType type = port.type();
        return port.role() == Role.WEIGHT
                && type.dtype() == DType.FLOAT32
                && type.shape().rank() == 2
                && type.shape().dim(0) > EmbeddingProducts.MOST_ROWS;
    }

    private static boolean isLookUp(Operation operation) {
        return operation.op() instanceof Gathering.Gather gather
                && gather.batchDims() == 0
                && gather.x().shape().axis(gather.axis()) == 0
                && isOfBatch(gather.indices());
    }

    private static boolean isOfBatch(Tensor indices) {
        return indices.op() instanceof Leaf.Input(Port port) && port.role() == Role.BATCH;
    }

    /** Returns the sums that a gradient consists of; none if there is anything else in it. */
    private static List<Scattering.Scatter> sums(Map<String, Tensor> slopes, Port table) {
        var sums = new ArrayList<Scattering.Scatter>();
        boolean isAllSums =
                slopes.containsKey(table.name()) && isSum(slopes.get(table.name()), sums);
        return isAllSums ? sums : List.of();
    }

    private static boolean isSum(Tensor slope, List<Scattering.Scatter> into) {
        return switch (slope.op()) {
            case ElementwiseBinary.Add(var x, var y) -> isSum(x, into) && isSum(y, into);
            case Scattering.Scatter sum
                    when sum.mode() == ScatterMode.ADD
                            && sum.data().shape().axis(sum.axis()) == 0
                            && isZero(sum.data())
                            && isOfBatch(own(sum.indices())) ->
                    into.add(sum);
            default -> false;
        };
    }

    private static boolean isZero(Tensor data) {
        return switch (data.op()) {
            case TensorOperation.Fill(_, NDArray value) -> value.at(0) == 0;
            case Leaf.Const(NDArray value) -> value.equals(NDArray.full(value.type(), 0));
            default -> false;
        };
    }

    private static Tensor own(Tensor indices) {
        return indices.op() instanceof TensorTransformation.Reshape(var x, _) ? x : indices;
    }

    private void find(Port table, Operation use) {
        Tensor found = use.result(0);
        String name = FUNCTION + "/" + table.name() + "/" + (rows.size() + 1);
        rows.put(found, new Port(name, Role.RESULT, found.type()));
    }

    private void add(Port table, List<Scattering.Scatter> sums) {
        if (sums.isEmpty()) {
            return;
        }
        Tensor sum = Tensor.zeros(table.type());
        var outputs = new ArrayList<Program.Output>();
        for (Scattering.Scatter part : sums) {
            Port indices = ((Leaf.Input) own(part.indices()).op()).port();
            Port same =
                    kept.computeIfAbsent(
                            indices,
                            port ->
                                    new Port(
                                            FUNCTION + "/" + port.name(),
                                            Role.RESULT,
                                            port.type()));
            TensorType type = part.updates().type();
            var named =
                    new Port(
                            FUNCTION + "/" + table.name() + "/" + (outputs.size() + 1),
                            Role.RESULT,
                            type);
            Program.Output slope = Program.Output.gradient(named, part.updates());
            outputs.add(slope);
            sum =
                    Tensor.of(
                            new Scattering.Scatter(
                                    sum,
                                    same.tensor().reshape(type.shape().dim(0)),
                                    slope.port().tensor(),
                                    0,
                                    ScatterMode.ADD,
                                    part.validateIndices()));
        }
        handedOver.put(table.name(), outputs);
        added.put(Port.GRADIENT + table.name(), sum);
    }

    /** Indices are kept: while the second half runs, the next examples may come already. */
    private Program.Function finding() {
        var outputs = new ArrayList<Program.Output>();
        rows.forEach((found, port) -> outputs.add(new Program.Output(port, found, "")));
        kept.forEach((port, same) -> outputs.add(new Program.Output(same, port.tensor(), "")));
        return Program.Function.of(FUNCTION, outputs);
    }

    private Program.Function reading(Program.Function gradients) {
        var outputs = new ArrayList<Program.Output>();
        for (Program.Output output : gradients.outputs()) {
            boolean isOfTable = output.port().role() == Role.GRADIENT;
            outputs.addAll(
                    isOfTable && handedOver.containsKey(output.of())
                            ? handedOver.get(output.of())
                            : List.of(output));
        }
        var values = outputs.stream().map(Program.Output::value).toList();
        return Program.Function.of(
                gradients.name(), withValues(outputs, Graph.substitute(values, tensors())));
    }

    private Map<Tensor, Tensor> tensors() {
        var tensors = new IdentityHashMap<Tensor, Tensor>();
        rows.forEach((found, port) -> tensors.put(found, port.tensor()));
        return tensors;
    }

    private Program.Function adding(Program.Function function) {
        if (function.inputs().stream().noneMatch(port -> added.containsKey(port.name()))) {
            return function;
        }
        var values =
                Graph.rewrite(
                        function.values(),
                        operation ->
                                operation.op() instanceof Leaf.Input(Port port)
                                                && added.containsKey(port.name())
                                        ? List.of(added.get(port.name()))
                                        : operation.results());
        return Program.Function.of(function.name(), withValues(function.outputs(), values));
    }

    private static List<Program.Output> withValues(
            List<Program.Output> outputs, List<Tensor> values) {
        var changed = new ArrayList<Program.Output>();
        for (int i = 0; i < values.size(); i++) {
            Program.Output output = outputs.get(i);
            changed.add(new Program.Output(output.port(), values.get(i), output.of()));
        }
        return changed;
    }
}
