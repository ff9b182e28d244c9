package propane.coreml.estimate;

import propane.coreml.lint.FunctionPlacement;
import propane.coreml.lint.MilCall;
import propane.coreml.lint.MilValue;
import propane.coreml.lint.OpPlacement;

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
        var counted = placement.ops().stream().filter(op -> !isEngine || op.mayRun()).toList();
        var constants = new LinkedHashSet<MilValue>();
        counted.forEach(
                op -> values(op.call()).filter(MilValue::isConstant).forEach(constants::add));
        return new Workload(
                part.place(),
                isEngine ? placement.share() : 1,
                counted.stream().map(Workload::load).toList(),
                part.function().ports().stream().mapToLong(MilValue::bytes).sum(),
                constants.stream().mapToLong(MilValue::bytes).sum());
    }

    private static Load load(OpPlacement op) {
        long bytes =
                Stream.concat(values(op.call()).distinct(), op.call().outputs().stream())
                        .mapToLong(MilValue::bytes)
                        .sum();
        return new Load(kind(op.call()), op.work(), bytes);
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
