package propane.nn;

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
