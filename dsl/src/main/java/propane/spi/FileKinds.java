package propane.spi;

import propane.tensor.Problem;
import propane.tensor.UnknownNameException;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Which of several writers, or readers, a file is for: the one rule of both. */
final class FileKinds {
    private FileKinds() {}

    /** Returns whether a file's name ends in one of some suffixes, in upper or lower case. */
    static boolean ends(Path path, List<String> suffixes) {
        String name = name(path).toLowerCase(Locale.ROOT);
        return suffixes.stream().anyMatch(each -> name.endsWith(each.toLowerCase(Locale.ROOT)));
    }

    /**
     * Returns the only one that takes a file.
     *
     * @param what what they are, for errors
     * @param all those there are
     * @param name what one is called
     * @param suffixes the endings that one takes
     * @throws UnknownNameException if none does, or several do
     */
    static <T> T only(
            Path path,
            String what,
            List<T> all,
            Predicate<T> takes,
            Function<T, String> name,
            Function<T, List<String>> suffixes) {
        Function<T, String> told =
                each -> name.apply(each) + " (" + String.join(", ", suffixes.apply(each)) + ")";
        List<T> taking = new ArrayList<>(all);
        taking.removeIf(takes.negate());
        if (taking.size() == 1) {
            return taking.getFirst();
        }
        List<T> shown = taking.isEmpty() ? all : taking;
        String there = shown.stream().map(told).collect(Collectors.joining(", "));
        throw new UnknownNameException(
                taking.isEmpty()
                        ? Problem.ofRule(
                                        name(path)
                                                + ": there is no "
                                                + what
                                                + " for a file of this name; there are: "
                                                + there)
                                .fix(
                                        "give it one of these endings, or add the jar whose "
                                                + what
                                                + " takes it")
                        : Problem.ofRule(
                                        name(path) + ": several take a file of this name: " + there)
                                .fix("leave all but one of their jars out"));
    }

    private static String name(Path path) {
        Path name = path.getFileName();
        return name == null ? path.toString() : name.toString();
    }
}
