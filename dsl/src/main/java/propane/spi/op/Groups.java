package propane.spi.op;

import propane.tensor.Shape;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The elements of a tensor in groups that extend over some axes: [other axes] groups of as many
 * elements each.
 */
final class Groups {
    private final Broadcast place;
    private final int groups;
    private final int count;

    /**
     * Divides a tensor.
     *
     * @param shape its shape
     * @param axes the axes that a group extends over, counted from 0
     */
    Groups(Shape shape, List<Integer> axes) {
        Shape kept = kept(shape, axes);
        this.place = new Broadcast(kept, shape);
        this.groups = kept.size();
        this.count = groups == 0 ? 0 : shape.size() / groups;
    }

    /** Returns a shape with some axes at length 1. */
    static Shape kept(Shape shape, List<Integer> axes) {
        Shape kept = shape;
        for (int axis : axes) {
            kept = kept.with(axis, 1);
        }
        return kept;
    }

    /** Returns a shape with all axes but some at length 1. */
    static Shape along(Shape shape, List<Integer> axes) {
        Shape along = shape;
        for (int axis = 0; axis < shape.rank(); axis++) {
            along = axes.contains(axis) ? along : along.with(axis, 1);
        }
        return along;
    }

    /** Returns all axes but some. */
    static int[] others(Shape shape, List<Integer> axes) {
        return IntStream.range(0, shape.rank()).filter(i -> !axes.contains(i)).toArray();
    }

    /** Returns the number of elements of a group. */
    int count() {
        return count;
    }

    /** Returns the group of an element. */
    int of(int element) {
        return place.index(element);
    }

    /** Returns the mean of each group. */
    double[] means(double[] x) {
        double[] means = new double[groups];
        for (int i = 0; i < x.length; i++) {
            means[of(i)] += x[i] / count;
        }
        return means;
    }

    /** Returns the mean squared distance of each group from its mean. */
    double[] variances(double[] x, double[] means) {
        double[] squares = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            double distance = x[i] - means[of(i)];
            squares[i] = distance * distance;
        }
        return means(squares);
    }

    /** Returns (x − mean) / √(variance + ε). */
    double[] standardized(double[] x, double[] means, double[] variances, double epsilon) {
        double[] standard = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            int group = of(i);
            standard[i] = (x[i] - means[group]) / Math.sqrt(variances[group] + epsilon);
        }
        return standard;
    }

    /** Returns the products of two tensors' elements. */
    static double[] products(double[] x, double[] y) {
        double[] products = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            products[i] = x[i] * y[i];
        }
        return products;
    }
}
