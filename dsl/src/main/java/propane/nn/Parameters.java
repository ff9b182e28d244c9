package propane.nn;

import propane.tensor.Setting;

/** Selects weights of a model by what is known of them. */
@FunctionalInterface
public interface Parameters {
    /** Returns whether a weight is selected. */
    boolean includes(Weight weight);

    /** Returns the weights that both select. */
    default Parameters and(Parameters other) {
        return new Selections.Both(this, other);
    }

    /** Returns the weights that at least one of both selects. */
    default Parameters or(Parameters other) {
        return new Selections.Either(this, other);
    }

    /** Returns all weights. */
    static Parameters all() {
        return new Selections.Described("all()", _ -> true);
    }

    /** Returns no weights. */
    static Parameters none() {
        return new Selections.Described("none()", _ -> false);
    }

    /** Returns the weights whose path is, or begins with, some segments. */
    static Parameters under(String path) {
        Setting.given("under: path", path);
        return new Under(path);
    }

    /** Returns the weights that a selection leaves out. */
    static Parameters not(Parameters selection) {
        Setting.given("not: selection", selection);
        return new Selections.Others(selection);
    }

    /** Returns the weights of two axes or more: kernels and embeddings, no gains and biases. */
    static Parameters matrices() {
        return new Selections.Described("matrices()", weight -> weight.shape().rank() > 1);
    }

    /** Returns the low-rank additions that {@link Layers#lora} makes. */
    static Parameters lora() {
        return new Selections.Described("lora()", Lora::isOfOne);
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
