package propane.coreml.report;

import propane.coreml.mil.Amount;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What is to be said of one function.
 *
 * @param name its name
 * @param ops its operations in order
 * @param findings what concerns it as a whole: its size, its weights
 * @param ports memory of inputs and outputs
 * @param values memory of all values, ports among them
 */
public record FunctionPlacement(
        String name, List<OpPlacement> ops, List<Finding> findings, Memory ports, Memory values) {
    /** Of what runs on the Neural Engine for less than this part, the CPU has the most. */
    private static final double MOST = 0.5;

    /** Copies the lists. */
    public FunctionPlacement {
        ops = List.copyOf(ops);
        findings = List.copyOf(findings);
    }

    /**
     * Memory that is lost because the engine pads last axes to 64 bytes (Apple): 32 float16.
     *
     * @param bytes how much the numbers take
     * @param padded how much they take when padded
     * @param worst the values that lose most, at most three, each with its type
     */
    public record Memory(long bytes, long padded, List<String> worst) {
        /** Copies the list. */
        public Memory {
            worst = List.copyOf(worst);
        }

        /** Returns how much is lost, as part of all that is taken; 0 to 1. */
        public double lost() {
            return padded == 0 ? 0 : (double) (padded - bytes) / padded;
        }

        String text() {
            String all =
                    Amount.of(padded)
                            + "B for "
                            + Amount.of(bytes)
                            + "B of numbers, "
                            + Amount.percent(lost())
                            + " lost to padding of last axes to 64 bytes";
            return worst.isEmpty() ? all : all + "; most by " + String.join(", ", worst);
        }

        /** Returns how much it is. */
        @Override
        public String toString() {
            return text();
        }
    }

    /** Returns this with another name. */
    public FunctionPlacement named(String other) {
        return new FunctionPlacement(other, ops, findings, ports, values);
    }

    /** Returns this with one more finding on the whole of it. */
    public FunctionPlacement with(Finding finding) {
        var more = new ArrayList<>(findings);
        more.add(finding);
        return new FunctionPlacement(name, ops, more, ports, values);
    }

    /** Returns whether nothing known keeps any of it off the Neural Engine. */
    public boolean mayAllRun() {
        return ops.stream().allMatch(OpPlacement::mayRun)
                && findings.stream().noneMatch(Finding::isAgainst);
    }

    /** Returns how many floating-point operations it is. */
    public long work() {
        return ops.stream().mapToLong(OpPlacement::work).sum();
    }

    /**
     * Returns the part of its floating-point operations that may run on the Neural Engine, 0 to 1;
     * of its operations, where none of them computes.
     */
    public double share() {
        if (findings.stream().anyMatch(Finding::isAgainst)) {
            return 0;
        }
        long all = work();
        if (all == 0) {
            return ops.isEmpty() ? 1 : (double) (ops.size() - kept()) / ops.size();
        }
        long may = ops.stream().filter(OpPlacement::mayRun).mapToLong(OpPlacement::work).sum();
        return (double) may / all;
    }

    /**
     * Returns why Core ML would leave this to the CPU wholly or for the most part, as far as is
     * known; nothing where it is not known to.
     */
    public List<String> onCpu() {
        var reasons = new ArrayList<String>();
        for (Finding finding : findings) {
            if (finding.kind() == Finding.Kind.ON_CPU) {
                reasons.add(finding.text());
            }
        }
        // What is kept off as a whole, by its size, goes elsewhere.
        if (findings.stream().noneMatch(Finding::isAgainst) && share() < MOST) {
            reasons.add(summary());
        }
        return reasons;
    }

    private long kept() {
        return ops.stream().filter(op -> !op.mayRun()).count();
    }

    /**
     * Returns the total in one line, for example {@code 98.7 % of 1.2 GFLOP may run on the Neural
     * Engine; 3 of 84 ops may not: 3 gather}.
     */
    public String summary() {
        String what = work() == 0 ? ops.size() + " ops" : Amount.of(work()) + "FLOP";
        String total = Amount.percent(share()) + " of " + what + " may run on the Neural Engine";
        if (kept() == 0) {
            return total;
        }
        Map<String, Long> names =
                ops.stream()
                        .filter(op -> !op.mayRun())
                        .collect(
                                Collectors.groupingBy(
                                        op -> op.op(), TreeMap::new, Collectors.counting()));
        String kept =
                names.entrySet().stream()
                        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                        .map(entry -> entry.getValue() + " " + entry.getKey())
                        .collect(Collectors.joining(", "));
        return total + "; " + kept() + " of " + ops.size() + " ops may not: " + kept;
    }

    /** Returns the operations in groups of the same name and reasons. */
    Map<List<Object>, List<OpPlacement>> groups() {
        Function<OpPlacement, List<Object>> same = op -> List.of(op.op(), op.reasons());
        return ops.stream()
                .collect(Collectors.groupingBy(same, LinkedHashMap::new, Collectors.toList()));
    }

    /** Returns its name and {@link #summary}. */
    @Override
    public String toString() {
        return name + ": " + summary();
    }
}
