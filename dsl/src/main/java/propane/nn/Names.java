package propane.nn;

import java.util.Locale;

/** How things are called in paths. */
final class Names {
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

    /** Returns a path below another. */
    static String join(String above, String name) {
        return above.isEmpty() ? name : above + "/" + name;
    }
}
