package propane.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** How things are called in paths. */
final class Names {
    /** So many layers a text names. */
    private static final int MOST = 8;

    private Names() {}

    /** Returns a class's simple name in snake case, or a word for lambdas and nameless classes. */
    static String kind(Class<?> type, String otherwise) {
        if (type.isSynthetic() || type.isHidden() || type.getSimpleName().isEmpty()) {
            return otherwise;
        }
        return type.getSimpleName()
                .replaceAll("([a-z0-9])([A-Z])", "$1_$2")
                .toLowerCase(Locale.ROOT);
    }

    /** Returns the paths of all that a path lies below, the outermost first. */
    static Stream<String> above(String path) {
        return IntStream.range(0, path.length())
                .filter(i -> path.charAt(i) == '/')
                .mapToObj(i -> path.substring(0, i));
    }

    /** Returns a path below another. */
    static String join(String above, String name) {
        return above.isEmpty() ? name : above + "/" + name;
    }

    /** Returns the kinds of layers, for example {@code sequential(dense, relu, … 12 more)}. */
    static String list(String kind, List<Layer> layers) {
        var shown = new ArrayList<String>();
        for (Layer layer : layers.subList(0, Math.min(MOST, layers.size()))) {
            shown.add(layer instanceof Named(String name, _) ? name : layer.kind());
        }
        if (layers.size() > MOST) {
            shown.add("… " + (layers.size() - MOST) + " more");
        }
        return kind + "(" + String.join(", ", shown) + ")";
    }
}
