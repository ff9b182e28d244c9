package propane.nn.rule;

import propane.spi.Preconditions;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Problem;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.List;
import java.util.stream.Stream;

/**
 * Which int32 labels count, and how much: those of losses and of metrics alike.
 *
 * @param ignored labels that do not count; they need not be classes
 * @param weights how much each class counts; none if all count alike
 */
public record ClassLabels(List<Integer> ignored, List<Double> weights) {
    /** All count alike. */
    public static final ClassLabels ALL = new ClassLabels(List.of(), List.of());

    /** What stands in place of a label that does not count: no class. */
    private static final int NONE = -1;

    /** Returns labels with one more that does not count. */
    public static List<Integer> with(List<Integer> ignored, int label) {
        return Stream.concat(ignored.stream(), Stream.of(label)).distinct().toList();
    }

    /** Returns weights as they were given, none below 0 and one at least above it. */
    public static List<Double> checked(String loss, List<Double> weights) {
        for (double weight : weights) {
            Preconditions.notNegative(loss + ": a class's weight", weight);
        }
        return List.copyOf(weights);
    }

    /** Returns the type of labels for predictions [batch, …, classes]. */
    public static TensorType target(TensorType prediction) {
        var dims = prediction.shape().dims();
        if (dims.isEmpty()) {
            throw new ShapeException(
                    Problem.of("labels", "there are no classes in " + prediction)
                            .operand("outputs", prediction)
                            .fix("give outputs [batch, …, classes]"));
        }
        return new TensorType(DType.INT32, new Shape(dims.subList(0, dims.size() - 1)));
    }

    /**
     * Returns labels in which what does not count is no class at all. Those that are none anyway
     * are replaced, too: that is how a step's graph tells which labels need not be classes.
     */
    public Tensor known(Tensor labels) {
        Tensor left = labels;
        for (int label : ignored) {
            left =
                    labels.equal(label)
                            .where(Tensor.full(labels.type().with(Shape.shape()), NONE), left);
        }
        return left;
    }

    /** Returns how much each label counts without weights of classes, float; none if all once. */
    public List<Tensor> counts(Tensor labels, DType dtype) {
        Tensor ones = Tensor.ones(labels.type().with(dtype));
        Tensor left = ones;
        for (int label : ignored) {
            left = labels.equal(label).where(Tensor.zeros(ones.type()), left);
        }
        return ignored.isEmpty() ? List.of() : List.of(left);
    }

    /** Returns losses by the weights of their labels' classes. */
    public Tensor weighted(Tensor losses, Tensor labels, int classes) {
        return weights.isEmpty() ? losses : losses.mul(ofLabels(labels, classes, losses.dtype()));
    }

    /** Returns the weight of each label's class, 0 where it is ignored. */
    public Tensor ofLabels(Tensor labels, int classes, DType dtype) {
        Tensor hot = known(labels).oneHot(classes).cast(dtype);
        return hot.mul(ofClasses(classes, dtype)).sum(-1);
    }

    /** Returns the weight of each class, [classes]. */
    public Tensor ofClasses(int classes, DType dtype) {
        if (weights.size() != classes) {
            throw new ShapeException(
                    Problem.of(
                                    "classWeights",
                                    "there are "
                                            + weights.size()
                                            + " class weights for "
                                            + classes
                                            + " classes")
                            .operand("weights", weights)
                            .fix("give one weight for each class"));
        }
        double[] values = weights.stream().mapToDouble(Double::doubleValue).toArray();
        return Tensor.constant(NDArray.of(values, new TensorType(dtype, Shape.shape(classes))));
    }
}
