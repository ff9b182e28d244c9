package propane.engine.cpu.loop;

import propane.engine.cpu.math.Lanes;
import propane.engine.cpu.plan.Aliases;
import propane.engine.cpu.plan.Fused;
import propane.spi.op.Leaf;
import propane.spi.op.Operation;
import propane.tensor.DType;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An elementwise unit as a loop: what is read and how, what is computed. The {@link #key} says all
 * that the loop's class depends on, so that equal loops over other sizes share a class.
 */
public final class LoopPlan {
    /**
     * Fewer vectors than this are not worth it: until a loop is compiled, which takes some ten
     * thousand rounds, vectors are far slower than single elements.
     */
    private static final int LEAST_VECTORS = 16;

    private final Fused unit;
    private final List<Tensor> loaded = new ArrayList<>();
    private final Map<Tensor, Float> known = new LinkedHashMap<>();
    private final Iteration iteration;
    private final int[] ways;
    private final List<Integer> firstOfWay = new ArrayList<>();
    private final boolean written;
    private final boolean vector;
    private final String key;

    /** Returns the loop of a unit of elementwise operations; none of another. */
    public static Optional<LoopPlan> of(Fused unit) {
        return Optional.of(unit)
                .filter(any -> !any.operands().isEmpty())
                .map(LoopPlan::new)
                .filter(plan -> plan.written);
    }

    private LoopPlan(Fused unit) {
        this.unit = unit;
        Shape shape = unit.results().getFirst().shape();
        for (Tensor operand : unit.operands()) {
            if (operand.op() instanceof Leaf.Const(var value)
                    && value.dtype() == DType.FLOAT32
                    && value.size() == 1) {
                known.put(operand, (float) value.at(0));
            } else {
                loaded.add(operand);
            }
        }
        // Last comes the whole shape, at whose places the results are written.
        var shapes = new ArrayList<>(loaded.stream().map(Tensor::shape).toList());
        shapes.add(shape);
        this.iteration = Iteration.over(shape, shapes);
        this.ways = ways();
        var text = new TextCode();
        body(
                text,
                loaded.stream().map(operand -> text.operand(operand.dtype())).toList(),
                (value, _) -> text.result(value));
        this.written = !text.isNothing();
        this.vector =
                !text.isOnlyScalar()
                        && iteration.inner() >= Lanes.COUNT
                        && shape.size() >= LEAST_VECTORS * Lanes.COUNT
                        && (Lanes.HAS_BYTES || !touchesTruth());
        var linear = firstOfWay.stream().map(iteration::isLinear).toList();
        this.key = text.text() + vector + iteration.rank() + Arrays.toString(ways) + linear;
    }

    private int[] ways() {
        int[] found = new int[loaded.size() + 1];
        for (int i = 0; i < found.length; i++) {
            found[i] = -1;
            for (int way = 0; way < firstOfWay.size() && found[i] < 0; way++) {
                if (iteration.isAlike(i, firstOfWay.get(way))) {
                    found[i] = way;
                }
            }
            if (found[i] < 0) {
                found[i] = firstOfWay.size();
                firstOfWay.add(i);
            }
        }
        return found;
    }

    private boolean touchesTruth() {
        return loaded.stream().anyMatch(operand -> operand.dtype() == DType.BOOL)
                || unit.results().stream().anyMatch(result -> result.dtype() == DType.BOOL);
    }

    /** Takes a result of a body. */
    interface Sink {
        /** Takes the value of a result. */
        void take(Value value, int result);
    }

    /** Writes the body: the values of what is loaded are given. */
    void body(Code code, List<Value> operands, Sink sink) {
        Map<Tensor, Value> values = new LinkedHashMap<>();
        for (int i = 0; i < operands.size(); i++) {
            values.put(loaded.get(i), operands.get(i));
        }
        known.forEach((tensor, value) -> values.put(tensor, code.constant(value, DType.FLOAT32)));
        for (Operation operation : unit.operations()) {
            var of = operation.operands().stream().map(x -> value(x, values)).toList();
            values.put(operation.result(0), Elementwise.write(operation.op(), of, code));
        }
        for (int i = 0; i < unit.results().size(); i++) {
            sink.take(values.getOrDefault(unit.results().get(i), Value.NOTHING), i);
        }
    }

    private static Value value(Tensor operand, Map<Tensor, Value> values) {
        // What was computed in this loop may be read under another name.
        return values.containsKey(operand)
                ? values.get(operand)
                : values.get(Aliases.root(operand));
    }

    /** Returns what the loop's class depends on. */
    String key() {
        return key;
    }

    /** Returns the operands that are read from memory. */
    List<Tensor> loaded() {
        return loaded;
    }

    /** Returns the results. */
    List<Tensor> results() {
        return unit.results();
    }

    /** Returns the loops. */
    Iteration iteration() {
        return iteration;
    }

    /** Returns whether vectors are used. */
    boolean isVector() {
        return vector;
    }

    /** Returns how many ways of reading there are. */
    int wayCount() {
        return firstOfWay.size();
    }

    /** Returns in which way an operand is read; the number of operands stands for the results. */
    int way(int operand) {
        return ways[operand];
    }

    /** Returns whether a way goes on element by element in the innermost loop. */
    boolean isLinear(int way) {
        return iteration.isLinear(firstOfWay.get(way));
    }

    /** Returns the numbers with which the loop's class runs this loop. */
    int[] numbers() {
        int outer = iteration.rank() - 1;
        int[] numbers = new int[iteration.rank() + wayCount() * outer];
        System.arraycopy(iteration.dims(), 0, numbers, 0, iteration.rank());
        for (int way = 0; way < wayCount(); way++) {
            int[] strides = iteration.strides().get(firstOfWay.get(way));
            System.arraycopy(strides, 0, numbers, iteration.rank() + way * outer, outer);
        }
        return numbers;
    }
}
