package propane.nn;

import propane.tensor.Preconditions;

/** Selects weights of a model by what is known of them. */
@FunctionalInterface
public interface WeightFilter {
    /** Returns whether a weight is selected. */
    boolean includes(Weight weight);

    /** Returns the weights that both select. */
    default WeightFilter and(WeightFilter other) {
        return new WeightFilters.Both(this, other);
    }

    /** Returns the weights that at least one of both selects. */
    default WeightFilter or(WeightFilter other) {
        return new WeightFilters.Either(this, other);
    }

    /** Returns all weights. */
    static WeightFilter all() {
        return new WeightFilters.Described("all()", _ -> true);
    }

    /** Returns no weights. */
    static WeightFilter none() {
        return new WeightFilters.Described("none()", _ -> false);
    }

    /** Returns the weights whose path is, or begins with, some segments. */
    static WeightFilter under(String path) {
        Preconditions.given("under: path", path);
        return new Under(path);
    }

    /** Returns the weights that a selection leaves out. */
    static WeightFilter not(WeightFilter selection) {
        Preconditions.given("not: selection", selection);
        return new WeightFilters.Others(selection);
    }

    /** Returns the weights of two axes or more: kernels and embeddings, no gains and biases. */
    static WeightFilter matrices() {
        return new WeightFilters.Described("matrices()", weight -> weight.shape().rank() > 1);
    }

    /** Returns the low-rank additions that {@link Layer#lora} makes. */
    static WeightFilter lora() {
        return new WeightFilters.Described("lora()", Lora::isOfOne);
    }

    /**
     * The weights below a path.
     *
     * @param path segments separated by {@code /}
     */
    record Under(String path) implements WeightFilter {
        @Override
        public boolean includes(Weight weight) {
            return weight.path().equals(path) || weight.path().startsWith(path + "/");
        }

        @Override
        public String toString() {
            return "under(\"" + path + "\")";
        }
    }
}
