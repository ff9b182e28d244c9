package propane.data;

import propane.spi.Preconditions;
import propane.spi.op.CounterRandom;
import propane.tensor.DataException;

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

    /** Returns the first of some rows, in the order of the data. */
    static int[] first(int[] from, long count, String call) {
        return first(from, count, from.length, call);
    }

    /**
     * Returns the first of some rows, in the order of the data.
     *
     * @param size the number of all rows
     * @throws DataException if a part would be empty
     */
    static int[] first(int[] from, long count, int size, String call) {
        if (count < 1 || count >= size) {
            throw new DataException(
                    "data: "
                            + call
                            + " of "
                            + size
                            + " examples would leave a part empty\n"
                            + "    fix: leave each part one example at least");
        }
        int[] first = Arrays.copyOf(from, (int) count);
        Arrays.sort(first);
        return first;
    }

    /** Returns the rows that are not among some, in the order of the data. */
    static int[] rest(int[] rows, int[] first) {
        // Both are sorted, and each row stands once.
        int[] sorted = rows.clone();
        Arrays.sort(sorted);
        return IntStream.of(sorted).filter(row -> Arrays.binarySearch(first, row) < 0).toArray();
    }

    /** Returns rows that have each class in the share that all have. */
    static int[] stratified(int[] rows, Column.Ints labels, double fraction, long seed) {
        Preconditions.between("stratifiedSplit: the fraction", fraction);
        Map<Integer, List<Integer>> classes = new TreeMap<>();
        for (int row : rows) {
            classes.computeIfAbsent(labels.values()[row], _ -> new ArrayList<>()).add(row);
        }
        var counts = new TreeMap<Integer, Integer>();
        var left = new ArrayList<Integer>();
        long missing = Math.round(fraction * rows.length);
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
        return chosen.stream().mapToInt(Integer::intValue).toArray();
    }

    private static double remainder(
            Map<Integer, List<Integer>> classes, int label, double fraction) {
        double count = fraction * classes.get(label).size();
        return count - Math.floor(count);
    }

    /**
     * Says which classes a part lacks that the other has.
     *
     * @param fix what has all classes in both parts; nothing where nothing has
     */
    static void warn(
            Map<String, Column> targets, int[] first, int[] second, String call, String fix) {
        targets.forEach((name, column) -> {
            if (column instanceof Column.Ints labels && labels.example().size() == 1) {
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
    private static TreeSet<Integer> lacking(Column.Ints labels, int[] has, int[] lacks) {
        var found = new TreeSet<Integer>();
        for (int row : has) {
            if (labels.values()[row] >= 0) {
                found.add(labels.values()[row]);
            }
        }
        for (int row : lacks) {
            found.remove(labels.values()[row]);
        }
        return found;
    }
}
