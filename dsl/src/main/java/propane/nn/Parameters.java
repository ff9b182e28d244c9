package propane.nn;

/** Selects weights of a model by what is known of them. */
@FunctionalInterface
public interface Parameters {
    /** Returns whether a weight is selected. */
    boolean includes(Weight weight);

    /** Returns the weights that both select. */
    default Parameters and(Parameters other) {
        return weight -> includes(weight) && other.includes(weight);
    }

    /** Returns the weights that at least one of both selects. */
    default Parameters or(Parameters other) {
        return weight -> includes(weight) || other.includes(weight);
    }

    /** Returns all weights. */
    static Parameters all() {
        return _ -> true;
    }

    /** Returns no weights. */
    static Parameters none() {
        return _ -> false;
    }

    /** Returns the weights whose path is, or begins with, some segments. */
    static Parameters under(String path) {
        return new Under(path);
    }

    /** Returns the weights that a selection leaves out. */
    static Parameters not(Parameters selection) {
        return weight -> !selection.includes(weight);
    }

    /** Returns the weights of two axes or more: kernels and embeddings, no gains and biases. */
    static Parameters matrices() {
        return weight -> weight.shape().rank() > 1;
    }

    /** Returns the low-rank additions that {@link Layers#lora} makes. */
    static Parameters lora() {
        return weight -> {
            String path = "/" + weight.path() + "/";
            return path.contains("/" + Lora.DOWN + "/") || path.contains("/" + Lora.UP + "/");
        };
    }

    /**
     * The weights below a path.
     *
     * @param path segments parted by {@code /}
     */
    record Under(String path) implements Parameters {
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
