package propane.differential;

import propane.nn.Input;
import propane.nn.Layer;
import propane.nn.Model;
import propane.tensor.DType;
import propane.tensor.Shape;
import propane.tensor.ShapeException;

import java.util.ArrayList;
import java.util.List;

/** Layers one after the other while they are drawn, and the shape of an example after them. */
final class Chain {
    /** Examples of more elements would make a case slow. */
    private static final int MOST = 600;

    private final List<Term> layers = new ArrayList<>();
    private Shape shape;

    /**
     * Begins at an input.
     *
     * @param shape the shape of an example
     */
    Chain(Shape shape) {
        this.shape = shape;
    }

    List<Term> layers() {
        return List.copyOf(layers);
    }

    /**
     * Returns the shape of an example, or of one of its axes the length; from −1 on from the end.
     */
    Shape shape() {
        return shape;
    }

    int dim(int axis) {
        return shape.dim(axis);
    }

    /** Adds a layer that leaves the shape. */
    void keep(Term layer) {
        layers.add(layer);
    }

    /** Adds a layer that makes another shape. */
    void add(Term layer, Shape then) {
        layers.add(layer);
        shape = then;
    }

    /** Adds a layer unless its window is larger than the image, or too many elements come out. */
    boolean offer(Term layer) {
        return offer(layer, new Input("input", shape, DType.FLOAT32));
    }

    /** Adds a layer of token numbers. */
    void embed(Term layer) {
        if (!offer(layer, new Input("input", shape, DType.INT32))) {
            throw new IllegalStateException(layer + " does not fit " + shape);
        }
    }

    private boolean offer(Term layer, Input input) {
        Shape output;
        try {
            var model = Model.model(input, (Layer) layer.make());
            output = model.apply(model.trace(false), model.placeholders(2)).only().shape();
        } catch (ShapeException _) {
            return false;
        }
        var dims = output.dims();
        var then = new Shape(dims.subList(1, dims.size()));
        if (then.size() == 0 || then.size() > MOST) {
            return false;
        }
        add(layer, then);
        return true;
    }
}
