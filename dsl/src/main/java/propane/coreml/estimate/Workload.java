package propane.coreml.estimate;

import propane.coreml.mil.MilCall;
import propane.coreml.mil.MilValue;
import propane.coreml.report.FunctionPlacement;
import propane.coreml.report.OpPlacement;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What one run of a function has to do.
 *
 * @param place what runs it
 * @param share the part of its work that is counted, 0 to 1
 * @param ops what operations do, those alone that are counted
 * @param ports bytes of inputs and outputs
 * @param constants bytes of constants
 */
record Workload(Part.Place place, double share, List<Load> ops, long ports, long constants) {
    private static final Set<String> PRODUCTS =
            Set.of("conv", "conv_transpose", "einsum", "linear", "matmul");

    /** What an operation multiplies. */
    enum Kind {
        /** A constant with something. */
        CONSTANT,
        /** Two values that are known when it runs. */
        RUNTIME,
        /** Nothing: memory is all it takes. */
        NONE
    }

    /**
     * What one operation does.
     *
     * @param kind what it multiplies
     * @param work floating-point operations
     * @param bytes what it reads and writes
     */
    record Load(Kind kind, long work, long bytes) {}

    /** Copies the list. */
    Workload {
        ops = List.copyOf(ops);
    }

    static Workload of(Part part) {
        boolean isEngine = part.place() == Part.Place.NEURAL_ENGINE;
        FunctionPlacement placement = part.placement();
        var loads = new ArrayList<Load>();
        var constants = new LinkedHashSet<MilValue>();
        for (int i = 0; i < placement.ops().size(); i++) {
            OpPlacement op = placement.ops().get(i);
            if (!isEngine || op.mayRun()) {
                MilCall call = part.function().calls().get(i);
                loads.add(load(call, op.work()));
                values(call).filter(MilValue::isConstant).forEach(constants::add);
            }
        }
        return new Workload(
                part.place(),
                isEngine ? placement.share() : 1,
                loads,
                part.function().ports().stream().mapToLong(MilValue::bytes).sum(),
                constants.stream().mapToLong(MilValue::bytes).sum());
    }

    private static Load load(MilCall call, long work) {
        long bytes =
                Stream.concat(values(call).distinct(), call.outputs().stream())
                        .mapToLong(MilValue::bytes)
                        .sum();
        return new Load(kind(call), work, bytes);
    }

    private static Kind kind(MilCall call) {
        if (!PRODUCTS.contains(call.op())) {
            return Kind.NONE;
        }
        // Strides and the like are constants of everybody.
        boolean isConstant =
                Stream.of("x", "y", "weight", "values")
                        .flatMap(name -> call.inputs().getOrDefault(name, List.of()).stream())
                        .anyMatch(MilValue::isConstant);
        return isConstant ? Kind.CONSTANT : Kind.RUNTIME;
    }

    private static Stream<MilValue> values(MilCall call) {
        return call.inputs().values().stream().flatMap(List::stream);
    }

    /** Returns whether the Neural Engine is to run it. */
    boolean isOnEngine() {
        return place == Part.Place.NEURAL_ENGINE;
    }

    /** Returns the floating-point operations of one kind. */
    long work(Kind kind) {
        return ops.stream().filter(op -> op.kind() == kind).mapToLong(Load::work).sum();
    }

    /** Returns the bytes that all operations read and write. */
    long bytes() {
        return ops.stream().mapToLong(Load::bytes).sum();
    }
}
