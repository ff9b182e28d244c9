package propane.data;

import propane.spi.Preconditions;
import propane.spi.op.CounterRandom;
import propane.tensor.DataException;
import propane.tensor.Problem;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** How data are split into examples to train on and to measure on. */
final class Splits {
    /** So many missing classes are named. */
    private static final int NAMED = 5;

    private Splits() {}

    /**
     * Requires that both parts of a split have an example.
     *
     * @param count the number of examples of the first part
     * @param size the number of all
     * @throws DataException if a part would be empty
     */
    private static void requireParts(long count, int size, String call) {
        if (count < 1 || count >= size) {
            throw new DataException(
                    Problem.ofRule(
                                    "data: "
                                            + call
                                            + " of "
                                            + size
                                            + " examples would leave a part empty")
                            .operand("first", count)
                            .operand("examples", size)
                            .fix("leave each part one example at least"));
        }
    }

    /**
     * The rows of two parts, each in the order of the data.
     *
     * @param first those of the first
     * @param second all others
     */
    record Parts(Rows first, Rows second) {}

    /** Returns rows drawn at random, and the rest. */
    static Parts drawn(Table table, Rows rows, double share, long seed) {
        String call = "split(" + share + ", " + seed + ")";
        long count = Math.round(share * rows.size());
        requireParts(count, rows.size(), call);
        int[] mixed = rows.toArray();
        RowOrder.shuffle(mixed, seed, CounterRandom.stream("split"));
        int[] first = Arrays.copyOf(mixed, (int) count);
        Arrays.sort(first);
        return told(table, rest(rows, first), call, "stratifiedS" + call.substring(1));
    }

    /** Returns the first rows, and the rest. */
    static Parts at(Table table, Rows rows, int count) {
        String call = "splitAt(" + count + ")";
        requireParts(count, rows.size(), call);
        var parts = new Parts(rows.slice(0, count), rows.slice(count, rows.size() - count));
        return told(table, parts, call, "split(fraction, seed), which mixes them");
    }

    /** Returns rows that have each class of a target in the share that all have, and the rest. */
    static Parts stratified(Table table, Rows rows, double share, long seed, String target) {
        String call = "stratifiedSplit(" + share + ", " + seed + ")";
        View column = table.target(target);
        Columns.requireLabels(target, column.type());
        Preconditions.between("stratifiedSplit: the fraction", share);
        int[] first = stratified(rows, Labels.of(table, rows, column), share, seed);
        requireParts(first.length, rows.size(), call);
        return told(table, rest(rows, first), call, "");
    }

    private static Parts told(Table table, Parts parts, String call, String fix) {
        warn(table, parts.first, parts.second, call, fix);
        return parts;
    }

    /** Returns some rows, and those that are not among them. */
    private static Parts rest(Rows rows, int[] first) {
        // Both are sorted, and each row stands once.
        int[] rest = new int[rows.size() - first.length];
        int passed = 0;
        for (int i = 0; i < rows.size(); i++) {
            if (passed < first.length && rows.at(i) == first[passed]) {
                passed++;
            } else {
                rest[i - passed] = rows.at(i);
            }
        }
        return new Parts(new Rows.Chosen(first), new Rows.Chosen(rest));
    }

    /**
     * Returns rows that have each class in the share that all have, in the order of the data.
     *
     * @param labels the class of each of the rows
     */
    private static int[] stratified(Rows rows, int[] labels, double fraction, long seed) {
        Map<Integer, List<Integer>> classes = new TreeMap<>();
        for (int i = 0; i < labels.length; i++) {
            classes.computeIfAbsent(labels[i], _ -> new ArrayList<>()).add(rows.at(i));
        }
        var counts = new TreeMap<Integer, Integer>();
        var left = new ArrayList<Integer>();
        long missing = Math.round(fraction * rows.size());
        for (var each : classes.entrySet()) {
            int count = (int) Math.floor(fraction * each.getValue().size());
            counts.put(each.getKey(), count);
            left.add(each.getKey());
            missing -= count;
        }
        // What is left goes to those that were cut off most.
        left.sort((a, b) ->
                Double.compare(remainder(classes, b, fraction), remainder(classes, a, fraction)));
        for (int i = 0; i < missing && i < left.size(); i++) {
            counts.merge(left.get(i), 1, Integer::sum);
        }
        var chosen = new ArrayList<Integer>();
        classes.forEach((label, members) -> {
            int[] mixed = members.stream().mapToInt(Integer::intValue).toArray();
            RowOrder.shuffle(mixed, seed, CounterRandom.stream("split/" + label));
            int most = Math.max(1, members.size() - 1);
            int count = Math.clamp(counts.get(label), 1, most);
            IntStream.of(mixed).limit(count).forEach(chosen::add);
        });
        return chosen.stream().mapToInt(Integer::intValue).sorted().toArray();
    }

    private static double remainder(
            Map<Integer, List<Integer>> classes, int label, double fraction) {
        double count = fraction * classes.get(label).size();
        return count - Math.floor(count);
    }

    /**
     * Says which classes a part lacks that the other has. Of examples that are not in memory
     * nothing is said: that would read them all.
     *
     * @param fix what has all classes in both parts; nothing where nothing has
     */
    private static void warn(Table table, Rows first, Rows second, String call, String fix) {
        if (!table.isInMemory()) {
            return;
        }
        table.targets()
                .forEach((name, target) -> {
                    if (table.stored(target) instanceof Stored.Ints labels
                            && labels.example().size() == 1) {
                        warn(name, call, "first", lacking(labels, second, first), fix);
                        warn(name, call, "second", lacking(labels, first, second), fix);
                    }
                });
    }

    private static void warn(
            String target, String call, String part, TreeSet<Integer> lacking, String fix) {
        if (lacking.isEmpty()) {
            return;
        }
        String named =
                lacking.stream()
                        .limit(NAMED)
                        .map(String::valueOf)
                        .collect(Collectors.joining(", "));
        int more = lacking.size() - NAMED;
        System.err.println(
                "data: "
                        + call
                        + " leaves the "
                        + part
                        + " part without an example of the "
                        + target
                        + " "
                        + named
                        + (more > 0 ? " and " + more + " more" : "")
                        + ", which the other has"
                        + (fix.isEmpty() ? "" : "; to have all in both: " + fix));
    }

    /** Returns the classes that one part has and another lacks; what is negative is no class. */
    private static TreeSet<Integer> lacking(Stored.Ints labels, Rows has, Rows lacks) {
        var found = new TreeSet<Integer>();
        for (int i = 0; i < has.size(); i++) {
            int label = labels.values()[has.at(i)];
            if (label >= 0) {
                found.add(label);
            }
        }
        for (int i = 0; i < lacks.size(); i++) {
            found.remove(labels.values()[lacks.at(i)]);
        }
        return found;
    }
}
