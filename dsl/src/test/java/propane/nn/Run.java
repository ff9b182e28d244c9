package propane.nn;

import propane.spi.Interpreter;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Runs models with the interpreter, from the weights they start with. */
public final class Run {
    private static final long SEED = 1;

    private Run() {}

    /** Returns a model of one layer. */
    public static Model model(Layer layer, int... example) {
        return Model.model(Input.input(example), layer);
    }

    /** Returns the output of a model for a batch. */
    public static NDArray output(Model model, boolean training, NDArray x) {
        ModelTrace trace = model.trace(training);
        Tensor y = model.apply(trace, model.placeholders(x.shape().dim(0))).only();
        return Interpreter.run(List.of(y), values(model, x)).getFirst();
    }

    /** Returns what predicting with a layer gives for a batch. */
    public static NDArray predicted(Layer layer, NDArray x) {
        return output(model(layer, x.shape().tail().toArray()), false, x);
    }

    /** Returns values for all ports of a model: its start, a batch, a seed and a step. */
    public static Map<String, NDArray> values(Model model, NDArray x) {
        return values(model, x, 0);
    }

    public static Map<String, NDArray> values(Model model, NDArray x, int step) {
        var values = new LinkedHashMap<String, NDArray>();
        model.variables().forEach(weight -> values.put(weight.path(), model.start(weight, SEED)));
        values.put(model.inputs().getFirst().name(), x);
        values.put("seed", NDArray.of(new int[] {7, 0}));
        values.put("step", NDArray.of(new int[] {step}));
        return values;
    }

    /** Returns the shape of a layer's output for one example. */
    public static Shape shape(Layer layer, int... example) {
        Model model = model(layer, example);
        return model.apply(model.trace(false), model.placeholders(3)).only().shape().tail();
    }

    /** Returns standard normal numbers. */
    public static NDArray normal(long seed, int... dims) {
        var random = new Random(seed);
        float[] values = new float[Shape.shape(dims).size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return NDArray.of(values, dims);
    }

    /** Returns the paths of a model's weights and statistics. */
    public static List<String> paths(Model model) {
        return model.variables().stream().map(Weight::path).toList();
    }
}
