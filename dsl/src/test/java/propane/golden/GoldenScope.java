package propane.golden;

import propane.nn.Initializer;
import propane.nn.Layer;
import propane.nn.Scope;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Gives a layer of ours the weights of a golden case, by the paths it asks for. */
final class GoldenScope implements Scope {
    private final String path;
    private final boolean training;
    private final Map<String, Tensor> given;
    private final List<Tensor> next;

    GoldenScope(boolean training, Map<String, Tensor> given) {
        this("", training, new HashMap<>(given), new ArrayList<>());
    }

    private GoldenScope(
            String path, boolean training, Map<String, Tensor> given, List<Tensor> next) {
        this.path = path;
        this.training = training;
        this.given = given;
        this.next = next;
    }

    /** Returns the next values of the statistics, in the order they were set in. */
    List<Tensor> next() {
        return next;
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public Tensor weight(String name, Shape shape, Initializer initializer) {
        Tensor weight = given.get(below(name));
        if (weight == null || !weight.shape().equals(shape)) {
            throw new AssertionError(below(name) + shape + " is asked for, given are " + given);
        }
        return weight;
    }

    @Override
    public Tensor buffer(String name, Shape shape, Initializer initializer) {
        return weight(name, shape, initializer);
    }

    @Override
    public void set(Tensor state, Tensor value) {
        next.add(value);
    }

    @Override
    public Tensor apply(String name, Layer layer, Tensor x) {
        return layer.apply(new GoldenScope(below(name), training, given, next), x);
    }

    @Override
    public Tensor apply(Layer layer, Tensor x) {
        throw new AssertionError("a layer within without a name: " + layer);
    }

    @Override
    public Tensor tied(String to, Layer layer, Tensor x) {
        throw new AssertionError("tied weights in a golden case");
    }

    @Override
    public Tensor uniform(Shape shape) {
        throw new AssertionError("random numbers in a golden case");
    }

    @Override
    public Tensor normal(Shape shape) {
        throw new AssertionError("random numbers in a golden case");
    }

    @Override
    public boolean training() {
        return training;
    }

    private String below(String name) {
        return path.isEmpty() ? name : path + "/" + name;
    }
}
