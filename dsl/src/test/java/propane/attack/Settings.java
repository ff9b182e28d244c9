package propane.attack;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What was asked for.
 *
 * @param isLong whether the long form runs, for hours rather than minutes
 * @param seed where drawn numbers begin
 * @param only the kinds that are wanted; all, if there is none
 * @param folder where everything is written
 */
record Settings(boolean isLong, long seed, List<String> only, Path folder) {
    /** Reads the command line: {@code FOLDER [--long] [--seed N] [--only KIND[,KIND…]]}. */
    static Settings of(String... arguments) {
        var rest = Arrays.asList(arguments).subList(1, arguments.length);
        long seed = System.currentTimeMillis() % 1_000_000_000;
        List<String> only = List.of();
        boolean isLong = false;
        for (int i = 0; i < rest.size(); i++) {
            switch (rest.get(i)) {
                case "--long" -> isLong = true;
                case "--seed" -> seed = Long.parseLong(rest.get(++i));
                case "--only" -> only = List.of(rest.get(++i).split(","));
                default ->
                        throw new IllegalArgumentException(
                                ".ci/attack: what is "
                                        + rest.get(i)
                                        + "? It takes --long, --seed N, --only KIND");
            }
        }
        return new Settings(isLong, seed, only, Path.of(arguments[0]));
    }

    /** Returns whether a kind is wanted. */
    boolean wants(String kind) {
        return only.isEmpty() || only.contains(kind);
    }

    /** Returns one of two numbers. */
    int count(int inShort, int inLong) {
        return isLong ? inLong : inShort;
    }

    /** Returns this as a command line. */
    List<String> arguments() {
        var all = new ArrayList<>(List.of(folder.toString(), "--seed", seed + ""));
        if (isLong) {
            all.add("--long");
        }
        if (!only.isEmpty()) {
            all.addAll(List.of("--only", String.join(",", only)));
        }
        return all;
    }
}
