package propane.nn;

import java.util.List;
import java.util.stream.Stream;

/** The built-in selections of weights as values, so that errors can tell what they are made of. */
final class WeightFilters {
    private WeightFilters() {}

    record Described(String text, WeightFilter of) implements WeightFilter {
        @Override
        public boolean includes(Weight weight) {
            return of.includes(weight);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    record Both(WeightFilter first, WeightFilter second) implements WeightFilter {
        @Override
        public boolean includes(Weight weight) {
            return first.includes(weight) && second.includes(weight);
        }

        @Override
        public String toString() {
            return text(first) + ".and(" + text(second) + ")";
        }
    }

    record Either(WeightFilter first, WeightFilter second) implements WeightFilter {
        @Override
        public boolean includes(Weight weight) {
            return first.includes(weight) || second.includes(weight);
        }

        @Override
        public String toString() {
            return text(first) + ".or(" + text(second) + ")";
        }
    }

    record Others(WeightFilter of) implements WeightFilter {
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
    static String text(WeightFilter which) {
        Class<?> type = which.getClass();
        return type.isSynthetic() || type.isHidden() ? "of weights" : which.toString();
    }

    /** Returns the paths that a selection names. */
    static List<WeightFilter.Under> paths(WeightFilter which) {
        return parts(which).toList();
    }

    private static Stream<WeightFilter.Under> parts(WeightFilter which) {
        return switch (which) {
            case WeightFilter.Under under -> Stream.of(under);
            case Both(WeightFilter a, WeightFilter b) -> Stream.concat(parts(a), parts(b));
            case Either(WeightFilter a, WeightFilter b) -> Stream.concat(parts(a), parts(b));
            case Others(WeightFilter of) -> parts(of);
            default -> Stream.empty();
        };
    }
}
