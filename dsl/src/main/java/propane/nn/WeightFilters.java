package propane.nn;

import propane.nn.rule.LoraPaths;
import propane.nn.rule.Names;
import propane.spi.Preconditions;

import java.util.List;
import java.util.stream.Stream;

/** The built-in selections of weights. */
public final class WeightFilters {
    private WeightFilters() {}

    /** Returns all weights. */
    public static WeightFilter all() {
        return new Described("all()", _ -> true);
    }

    /** Returns no weights. */
    public static WeightFilter none() {
        return new Described("none()", _ -> false);
    }

    /** Returns the weights whose path is, or begins with, some segments. */
    public static WeightFilter under(String path) {
        Preconditions.given("under: path", path);
        return new WeightFilter.Under(path);
    }

    /** Returns the weights that a selection leaves out. */
    public static WeightFilter not(WeightFilter selection) {
        Preconditions.given("not: selection", selection);
        return new Others(selection);
    }

    /** Returns the weights of two axes or more: kernels and embeddings, no gains and biases. */
    public static WeightFilter matrices() {
        return new Described("matrices()", weight -> weight.shape().rank() > 1);
    }

    /** Returns the low-rank additions that {@code lora} makes. */
    public static WeightFilter lora() {
        return new Described("lora()", weight -> LoraPaths.isOfOne(weight.path()));
    }

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

    private static String text(WeightFilter which) {
        return Names.text(which, "of weights");
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
