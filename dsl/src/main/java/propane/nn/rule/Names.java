package propane.nn.rule;

import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** How things are called in paths. */
public final class Names {
    private Names() {}

    /** Returns a class's simple name in snake case, or a word for lambdas and nameless classes. */
    public static String kind(Class<?> type, String otherwise) {
        if (type.isSynthetic() || type.isHidden() || type.getSimpleName().isEmpty()) {
            return otherwise;
        }
        return type.getSimpleName()
                .replaceAll("([a-z0-9])([A-Z])", "$1_$2")
                .toLowerCase(Locale.ROOT);
    }

    /** Returns the paths of all that a path lies below, the outermost first. */
    public static Stream<String> above(String path) {
        return IntStream.range(0, path.length())
                .filter(i -> path.charAt(i) == '/')
                .mapToObj(i -> path.substring(0, i));
    }

    /** Returns a path below another. */
    public static String join(String above, String name) {
        return above.isEmpty() ? name : above + "/" + name;
    }

    /**
     * Returns what something is called in errors: its own text, or a word where it is a lambda,
     * which has none.
     */
    public static String text(Object named, String otherwise) {
        Class<?> type = named.getClass();
        return type.isSynthetic() || type.isHidden() ? otherwise : named.toString();
    }
}
