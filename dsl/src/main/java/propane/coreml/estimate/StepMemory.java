package propane.coreml.estimate;

import propane.coreml.mil.MilCall;
import propane.coreml.mil.MilFunction;
import propane.coreml.mil.MilValue;
import propane.coreml.report.DeviceEstimate;
import propane.coreml.report.Range;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The memory that a step takes: inputs and outputs, constants, and what is needed at once between
 * operations, for any size of batch.
 */
final class StepMemory {
    private final long batch;
    private final Map<String, Held> ports = new LinkedHashMap<>();
    private final List<List<Held>> inside = new ArrayList<>();
    private long constants;
    private long paddedConstants;

    /**
     * Looks at a step.
     *
     * @param batch how many examples its functions take
     */
    StepMemory(List<Part> parts, long batch) {
        this.batch = batch;
        for (Part part : parts) {
            look(part, BatchAxes.of(part.function(), part.batchInputs(), batch));
        }
    }

    /**
     * A value that is held for some time.
     *
     * @param value the value
     * @param axes the axes of it that grow with the batch
     * @param isRenewed whether it is the new value of an input
     * @param from the operation that makes it
     * @param to the last that needs it
     */
    private record Held(MilValue value, Set<Integer> axes, boolean isRenewed, int from, int to) {
        double grown(double factor, boolean isPadded) {
            if (!isPadded) {
                return value.bytes() * Math.pow(factor, axes.size());
            }
            boolean isLast = axes.contains(value.dims().size() - 1);
            double last = isLast ? factor : 1;
            double rows = Math.pow(factor, axes.size()) / last;
            return value.padded(last) * rows;
        }
    }

    private void look(Part part, BatchAxes axes) {
        MilFunction function = part.function();
        for (MilValue port : function.ports()) {
            // What one part hands to the next is one and the same.
            boolean isRenewed = part.renewed().contains(port.name());
            ports.putIfAbsent(port.name(), held(port, axes, isRenewed, 0, 0));
        }
        Map<String, Integer> last = new HashMap<>();
        Set<MilValue> known = new LinkedHashSet<>();
        for (int i = 0; i < function.calls().size(); i++) {
            MilCall call = function.calls().get(i);
            for (MilValue operand : call.operands()) {
                last.put(operand.name(), i);
            }
            call.inputs().values().stream()
                    .flatMap(List::stream)
                    .filter(MilValue::isConstant)
                    .forEach(known::add);
        }
        constants += known.stream().mapToLong(MilValue::bytes).sum();
        paddedConstants += known.stream().mapToLong(MilValue::padded).sum();
        var held = new ArrayList<Held>();
        for (int i = 0; i < function.calls().size(); i++) {
            for (MilValue output : function.calls().get(i).outputs()) {
                if (!ports.containsKey(output.name())) {
                    held.add(held(output, axes, false, i, last.getOrDefault(output.name(), i)));
                }
            }
        }
        inside.add(held);
    }

    private static Held held(MilValue value, BatchAxes axes, boolean isRenewed, int from, int to) {
        return new Held(value, axes.of(value), isRenewed, from, to);
    }

    /** Returns how many bytes a step of some examples takes. */
    public Range of(long examples) {
        double factor = (double) examples / batch;
        double least = constants;
        double most = paddedConstants;
        for (Held port : ports.values()) {
            // At best new values lie where the old ones did.
            least += port.isRenewed() ? 0 : port.grown(factor, false);
            most += port.grown(factor, true);
        }
        double within = 0;
        for (List<Held> part : inside) {
            // At best parts follow each other in the same memory.
            within = Math.max(within, peak(part, factor, false));
            most += peak(part, factor, true);
        }
        return new Range(least + within, Math.max(least + within, most));
    }

    /** Returns the most that is held at once; values stand in the order in which they are made. */
    private static double peak(List<Held> values, double factor, boolean isPadded) {
        var ending = new HashMap<Integer, Double>();
        double now = 0;
        double most = 0;
        int at = 0;
        for (Held value : values) {
            for (; at < value.from(); at++) {
                now -= ending.getOrDefault(at, 0.0);
            }
            double size = value.grown(factor, isPadded);
            now += size;
            ending.merge(value.to(), size, Double::sum);
            most = Math.max(most, now);
        }
        return most;
    }

    /** Returns the most examples whose step takes no more than some bytes, by its least or most. */
    long largest(double bytes, boolean byMost) {
        long fits = 0;
        for (long step = (DeviceEstimate.ANY_BATCH + 1) / 2; step > 0; step /= 2) {
            Range taken = of(fits + step);
            if ((byMost ? taken.high() : taken.low()) <= bytes) {
                fits += step;
            }
        }
        return fits;
    }

    /** Returns what it looks at. */
    @Override
    public String toString() {
        return "memory of a step of " + batch + " examples, " + ports.size() + " ports";
    }
}
