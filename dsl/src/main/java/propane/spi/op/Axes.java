package propane.spi.op;

import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;

import java.util.List;
import java.util.stream.IntStream;

/** The axes that a call names, found before there is an op of them: its error tells the call. */
public final class Axes {
    private Axes() {}

    /**
     * Returns an axis, if there is one.
     *
     * @param call the name of the method that was called
     * @throws ShapeException if there is no such axis
     */
    public static int of(String call, Tensor x, int axis) {
        require(call, x, List.of(axis));
        return axis;
    }

    /**
     * Returns axes, if there are such; all of them where none is named.
     *
     * @throws ShapeException if one does not exist or stands twice
     */
    public static List<Integer> orAll(String call, Tensor x, int... axes) {
        if (axes.length == 0) {
            return IntStream.range(0, x.rank()).boxed().toList();
        }
        List<Integer> named = IntStream.of(axes).boxed().toList();
        require(call, x, named);
        return named;
    }

    private static void require(String call, Tensor x, List<Integer> axes) {
        of(x.shape(), axes, (rule, fix) -> OpRule.shape(call, x, rule, fix));
    }

    /** What makes an error of a broken rule and of how to fix it. */
    @FunctionalInterface
    public interface Broken {
        /** Returns the error. */
        ShapeException error(String rule, String fix);
    }

    /**
     * Returns axes as numbers from 0, sorted.
     *
     * @throws ShapeException if one does not exist or stands twice
     */
    public static List<Integer> of(Shape shape, List<Integer> axes, Broken broken) {
        for (int axis : axes) {
            if (!shape.hasAxis(axis)) {
                throw broken.error("there is no axis " + axis + " in " + shape, fix(shape));
            }
        }
        var sorted = axes.stream().map(shape::axis).sorted().distinct().toList();
        if (sorted.size() != axes.size()) {
            throw broken.error("an axis stands twice in " + axes, "name each axis once");
        }
        return sorted;
    }

    /** Returns in words which axes a shape has. */
    public static String fix(Shape shape) {
        return shape.rank() == 0
                ? "a single number has no axes; reshape(1) it to have one"
                : "use an axis from " + -shape.rank() + " to " + (shape.rank() - 1);
    }
}
