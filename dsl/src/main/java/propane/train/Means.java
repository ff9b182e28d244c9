package propane.train;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;

/** Means of results over batches, each weighted by its examples. */
final class Means {
    private final List<String> names = new ArrayList<>();
    private double[] sums = {};
    private double[] examples = {};

    /** Returns the results of one batch as they stand in a frame. */
    static Results of(ResultPorts ports) {
        var one = new Means();
        one.add(ports, 1);
        return one.results();
    }

    /** Adds the results of a batch as they stand in a frame. */
    void add(ResultPorts ports, int count) {
        for (int i = 0; i < ports.count(); i++) {
            int at = names.indexOf(ports.name(i));
            if (at < 0) {
                at = place(ports.name(i));
            }
            sums[at] += (double) ports.value(i) * count;
            examples[at] += count;
        }
    }

    private int place(String name) {
        names.add(name);
        sums = Arrays.copyOf(sums, names.size());
        examples = Arrays.copyOf(examples, names.size());
        return names.size() - 1;
    }

    Results results() {
        var values = new LinkedHashMap<String, Double>();
        for (int i = 0; i < sums.length; i++) {
            values.put(names.get(i), sums[i] / examples[i]);
        }
        return new Results(values);
    }

    List<String> names() {
        return names;
    }

    double sum(int index) {
        return sums[index];
    }

    double examples(int index) {
        return examples[index];
    }

    /** Puts back what a checkpoint kept. */
    void restore(String name, double sum, double count) {
        int at = place(name);
        sums[at] = sum;
        examples[at] = count;
    }

    /** The ports of a function's results, ready to be read. */
    static final class ResultPorts {
        private final String[] names;
        private final MemorySegment[] segments;

        ResultPorts(List<String> names, List<MemorySegment> segments) {
            this.names = names.toArray(String[]::new);
            this.segments = segments.toArray(MemorySegment[]::new);
        }

        int count() {
            return names.length;
        }

        String name(int index) {
            return names[index];
        }

        float value(int index) {
            return segments[index].get(ValueLayout.JAVA_FLOAT, 0);
        }

        /** Returns a text that names the results that are not finite. */
        String notFinite() {
            var bad = new ArrayList<String>();
            for (int i = 0; i < names.length; i++) {
                if (!Float.isFinite(value(i))) {
                    bad.add(names[i] + " is " + value(i));
                }
            }
            return String.join(", ", bad);
        }
    }
}
