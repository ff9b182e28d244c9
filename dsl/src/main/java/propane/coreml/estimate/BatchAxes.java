package propane.coreml.estimate;

import propane.coreml.mil.MilCall;
import propane.coreml.mil.MilFunction;
import propane.coreml.mil.MilValue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which axes of a function's values are as long as the batch, or a multiple of it: followed from
 * the inputs that hold examples through all operations. A gradient of a weight has none, since the
 * product that makes it runs over the batch.
 */
final class BatchAxes {
    private static final Set<String> RESHAPING =
            Set.of("reshape", "reshape_like", "expand_dims", "squeeze", "flatten2d");

    private final long batch;
    private final Map<String, Set<Axis>> known = new HashMap<>();

    private BatchAxes(long batch) {
        this.batch = batch;
    }

    /**
     * An axis that has the batch as a factor of its length.
     *
     * @param index which it is
     * @param inner how many of its elements lie between one example and the next
     */
    private record Axis(int index, long inner) {}

    /**
     * Follows the batch through a function.
     *
     * @param inputs names of the inputs whose first axis it is
     * @param batch its length
     */
    static BatchAxes of(MilFunction function, Set<String> inputs, long batch) {
        var axes = new BatchAxes(batch);
        for (MilValue input : function.inputs()) {
            if (inputs.contains(input.name()) && !input.dims().isEmpty()) {
                // Rows that are lengthened to 64 bytes are no multiple of the batch.
                boolean isMultiple = input.dims().size() > 1 && input.dim(0) % batch == 0;
                long inner = isMultiple ? input.dim(0) / batch : 1;
                axes.known.put(input.name(), Set.of(new Axis(0, inner)));
            }
        }
        for (MilCall call : function.calls()) {
            for (MilValue output : call.outputs()) {
                axes.known.put(output.name(), axes.made(call, output));
            }
        }
        return axes;
    }

    /** Returns which axes of a value grow with the batch. */
    Set<Integer> of(MilValue value) {
        return axes(value).stream().map(Axis::index).collect(Collectors.toSet());
    }

    private Set<Axis> axes(MilValue value) {
        return value.isConstant() ? Set.of() : known.getOrDefault(value.name(), Set.of());
    }

    private Set<Axis> made(MilCall call, MilValue output) {
        Set<Axis> made = new LinkedHashSet<>();
        switch (call.op()) {
            case "matmul" -> multiplied(call, output, made);
            case "transpose" -> transposed(call, made);
            case "gather" -> gathered(call, made);
            case "stack" -> stacked(call, made);
            case "einsum" -> summed(call, made);
            case "linear" -> {
                aligned(call, output, made);
                made.removeIf(axis -> axis.index() == output.dims().size() - 1);
            }
            default -> {
                if (RESHAPING.contains(call.op())) {
                    call.input("x").ifPresent(x -> reshaped(x, output, made));
                } else if (call.op().startsWith("reduce_")) {
                    reduced(call, output, made);
                } else if (call.isSet("squeeze_mask")) {
                    squeezed(call, made);
                } else {
                    aligned(call, output, made);
                }
            }
        }
        made.removeIf(axis -> output.dim(axis.index()) % (batch * axis.inner()) != 0);
        return made;
    }

    private static boolean hasAxes(MilValue value) {
        return !value.dims().isEmpty();
    }

    /** Axes are the same, counted from the last. */
    private void aligned(MilCall call, MilValue output, Set<Axis> made) {
        for (MilValue operand : call.operands()) {
            int shift = output.dims().size() - operand.dims().size();
            for (Axis axis : axes(operand)) {
                if (axis.index() + shift >= 0) {
                    made.add(new Axis(axis.index() + shift, axis.inner()));
                }
            }
        }
    }

    private void multiplied(MilCall call, MilValue output, Set<Axis> made) {
        int rank = output.dims().size();
        for (String name : List.of("x", "y")) {
            boolean isFirst = name.equals("x");
            boolean isTransposed = call.isSet("transpose_" + name);
            for (MilValue operand : call.input(name).stream().toList()) {
                int own = operand.dims().size();
                // The inner axis: the last of the first factor, the last but one of the second.
                int inner = isFirst == isTransposed ? own - 2 : own - 1;
                for (Axis axis : axes(operand)) {
                    if (axis.index() == inner) {
                        continue;
                    }
                    boolean isMatrix = axis.index() >= own - 2;
                    int index =
                            isMatrix ? (isFirst ? rank - 2 : rank - 1) : axis.index() + rank - own;
                    made.add(new Axis(index, axis.inner()));
                }
            }
        }
    }

    private void transposed(MilCall call, Set<Axis> made) {
        List<Integer> order = call.wholes("perm");
        for (MilValue x : call.input("x").stream().toList()) {
            for (int i = 0; i < order.size(); i++) {
                int from = Math.floorMod(order.get(i), order.size());
                for (Axis axis : axes(x)) {
                    if (axis.index() == from) {
                        made.add(new Axis(i, axis.inner()));
                    }
                }
            }
        }
    }

    private void gathered(MilCall call, Set<Axis> made) {
        for (MilValue x : call.input("x").stream().filter(BatchAxes::hasAxes).toList()) {
            for (MilValue indices : call.input("indices").stream().toList()) {
                List<Integer> given = call.wholes("axis");
                int at = Math.floorMod(given.isEmpty() ? 0 : given.getFirst(), x.dims().size());
                int more = indices.dims().size();
                axes(indices).forEach(axis -> made.add(new Axis(axis.index() + at, axis.inner())));
                for (Axis axis : axes(x)) {
                    if (axis.index() != at) {
                        int shift = axis.index() > at ? more - 1 : 0;
                        made.add(new Axis(axis.index() + shift, axis.inner()));
                    }
                }
            }
        }
    }

    private void stacked(MilCall call, Set<Axis> made) {
        for (MilValue operand : call.operands()) {
            List<Integer> given = call.wholes("axis");
            int rank = operand.dims().size() + 1;
            int at = Math.floorMod(given.isEmpty() ? 0 : given.getFirst(), rank);
            for (Axis axis : axes(operand)) {
                int shift = axis.index() >= at ? 1 : 0;
                made.add(new Axis(axis.index() + shift, axis.inner()));
            }
        }
    }

    private void summed(MilCall call, Set<Axis> made) {
        String[] sides = call.input("equation").map(MilValue::text).orElse("").split("->");
        String[] terms = sides[0].split(",");
        List<MilValue> values = call.inputs().getOrDefault("values", List.of());
        for (int i = 0; sides.length == 2 && i < Math.min(terms.length, values.size()); i++) {
            String letters = terms[i].strip();
            for (Axis axis : axes(values.get(i))) {
                int index =
                        axis.index() < letters.length()
                                ? sides[1].strip().indexOf(letters.charAt(axis.index()))
                                : -1;
                if (index >= 0) {
                    made.add(new Axis(index, axis.inner()));
                }
            }
        }
    }

    private void reduced(MilCall call, MilValue output, Set<Axis> made) {
        for (MilValue x : call.input("x").stream().filter(BatchAxes::hasAxes).toList()) {
            int rank = x.dims().size();
            List<Integer> given =
                    call.wholes("axes").isEmpty() ? call.wholes("axis") : call.wholes("axes");
            var gone = new ArrayList<Integer>();
            given.forEach(axis -> gone.add(Math.floorMod(axis, rank)));
            if (given.isEmpty()) {
                return;
            }
            boolean isKept = output.dims().size() == rank;
            for (Axis axis : axes(x)) {
                if (!gone.contains(axis.index())) {
                    long before = gone.stream().filter(each -> each < axis.index()).count();
                    int shift = isKept ? 0 : (int) before;
                    made.add(new Axis(axis.index() - shift, axis.inner()));
                }
            }
        }
    }

    private void squeezed(MilCall call, Set<Axis> made) {
        List<Integer> gone = call.wholes("squeeze_mask");
        for (MilValue x : call.input("x").stream().toList()) {
            for (Axis axis : axes(x)) {
                if (axis.index() < gone.size() && gone.get(axis.index()) == 0) {
                    long before =
                            gone.subList(0, axis.index()).stream().filter(bit -> bit == 1).count();
                    made.add(new Axis(axis.index() - (int) before, axis.inner()));
                }
            }
        }
    }

    /** Elements stay in their order, so that the distance between two examples stays, too. */
    private void reshaped(MilValue x, MilValue output, Set<Axis> made) {
        long[] from = distances(x);
        long[] to = distances(output);
        for (Axis axis : axes(x)) {
            long distance = from[axis.index()] * axis.inner();
            for (int i = 0; i < to.length; i++) {
                boolean fits = to[i] <= distance && distance % to[i] == 0;
                if (fits && distance * batch <= to[i] * output.dim(i)) {
                    made.add(new Axis(i, distance / to[i]));
                    break;
                }
            }
        }
    }

    /** Returns for each axis how many elements lie between one of its steps and the next. */
    private static long[] distances(MilValue value) {
        long[] distances = new long[value.dims().size()];
        long below = 1;
        for (int i = distances.length - 1; i >= 0; i--) {
            distances[i] = below;
            below *= value.dim(i);
        }
        return distances;
    }

    /** Returns how many values grow with the batch. */
    @Override
    public String toString() {
        long growing = known.values().stream().filter(axes -> !axes.isEmpty()).count();
        return growing + " values grow with the batch of " + batch;
    }
}
