package propane.nn;

import java.util.List;
import java.util.stream.Stream;

/** The built-in selections of weights as values, so that errors can tell what they are made of. */
final class Selections {
    private Selections() {}

    record Described(String text, Parameters of) implements Parameters {
        @Override
        public boolean includes(Weight weight) {
            return of.includes(weight);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    record Both(Parameters first, Parameters second) implements Parameters {
        @Override
        public boolean includes(Weight weight) {
            return first.includes(weight) && second.includes(weight);
        }

        @Override
        public String toString() {
            return text(first) + ".and(" + text(second) + ")";
        }
    }

    record Either(Parameters first, Parameters second) implements Parameters {
        @Override
        public boolean includes(Weight weight) {
            return first.includes(weight) || second.includes(weight);
        }

        @Override
        public String toString() {
            return text(first) + ".or(" + text(second) + ")";
        }
    }

    record Others(Parameters of) implements Parameters {
        @Override
        public boolean includes(Weight weight) {
            return !of.includes(weight);
        }

        @Override
        public String toString() {
            return "not(" + text(of) + ")";
        }
    }

    /** Returns what a selection is called in errors; a user's lambda has no name. */
    static String text(Parameters which) {
        Class<?> type = which.getClass();
        return type.isSynthetic() || type.isHidden() ? "of weights" : which.toString();
    }

    /** Returns the paths that a selection names. */
    static List<Parameters.Under> paths(Parameters which) {
        return parts(which).toList();
    }

    private static Stream<Parameters.Under> parts(Parameters which) {
        return switch (which) {
            case Parameters.Under under -> Stream.of(under);
            case Both(Parameters a, Parameters b) -> Stream.concat(parts(a), parts(b));
            case Either(Parameters a, Parameters b) -> Stream.concat(parts(a), parts(b));
            case Others(Parameters of) -> parts(of);
            default -> Stream.empty();
        };
    }
}
