package propane.kernel;

import propane.spi.Program;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Random functions for property tests: smooth enough that rounding cannot blow up, with states that
 * are replaced by each other, by themselves and by values that are read again.
 */
public final class RandomPrograms {
    private static final List<Shape> SHAPES =
            List.of(
                    Shape.shape(3, 7),
                    Shape.shape(7),
                    Shape.shape(3, 1),
                    Shape.shape(1),
                    Shape.shape(2, 3, 7),
                    Shape.shape(2, 1, 7),
                    Shape.shape(17, 33),
                    Shape.shape(33),
                    Shape.shape());

    private final RandomGenerator random;
    private final List<Tensor> pool = new ArrayList<>();
    private final List<Port> states = new ArrayList<>();

    private RandomPrograms(RandomGenerator random) {
        this.random = random;
    }

    /** Returns a function named {@code f} of about some number of operations. */
    public static Program.Function function(RandomGenerator random, int operations) {
        var maker = new RandomPrograms(random);
        maker.ports();
        for (int i = 0; i < operations; i++) {
            maker.grow();
        }
        return maker.function();
    }

    /** Returns values between −1 and 1 for the inputs of a function. */
    public static Map<String, NDArray> inputs(Program.Function function, RandomGenerator random) {
        var values = new LinkedHashMap<String, NDArray>();
        for (Port port : function.inputs()) {
            values.put(port.name(), array(port.type(), random));
        }
        return values;
    }

    /** Returns values between −1 and 1; of integers between 0 and 6; random truth. */
    public static NDArray array(TensorType type, RandomGenerator random) {
        double[] values = new double[type.shape().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] =
                    switch (type.dtype()) {
                        case FLOAT32, FLOAT16 -> random.nextInt(-1000, 1001) / 1000.0;
                        case INT32 -> random.nextInt(7);
                        case BOOL -> random.nextInt(2);
                    };
        }
        return NDArray.of(values, type);
    }

    private void ports() {
        for (int i = 0; i < 6; i++) {
            // States of few shapes, so that some can take each other's place.
            Shape shape = SHAPES.get(i < 3 ? 0 : random.nextInt(SHAPES.size()));
            var port = new Port("state/" + i, Role.WEIGHT, TensorType.float32(shape));
            states.add(port);
            pool.add(port.tensor());
        }
        for (int i = 0; i < 4; i++) {
            Shape shape = SHAPES.get(random.nextInt(SHAPES.size()));
            pool.add(new Port("x/" + i, Role.BATCH, TensorType.float32(shape)).tensor());
        }
        pool.add(Tensor.constant(array(TensorType.float32(SHAPES.getFirst()), random)));
    }

    private Tensor any() {
        return pool.get(random.nextInt(pool.size()));
    }

    private void grow() {
        Tensor x = any();
        Tensor y =
                switch (random.nextInt(14)) {
                    case 0 -> binary(x, 0);
                    case 1 -> binary(x, 1);
                    case 2 -> binary(x, 2);
                    case 3 -> binary(x, 3);
                    case 4 -> x.tanh();
                    case 5 -> x.sigmoid().mul(random.nextInt(-3, 4));
                    case 6 -> x.relu().sub(0.25);
                    case 7 -> x.greater(0).where(x.mul(0.5), x.mul(0.125)).square().neg().exp();
                    case 8 -> x.abs().add(1).log().add(x.square().add(0.5).sqrt());
                    case 9 -> x.reshape(-1).sum().div(x.shape().size());
                    case 10 -> x.rank() == 0 ? x.mul(2).tanh() : x.mean(-1, true).add(x);
                    case 11 -> x.rank() < 2 ? x.abs() : product(x);
                    case 12 -> x.rank() == 0 ? x : x.softmax(random.nextInt(x.rank()));
                    default -> moved(x);
                };
        pool.add(y);
    }

    private Tensor binary(Tensor x, int kind) {
        Tensor y = any();
        for (int i = 0; i < 50 && !broadcasts(x.shape(), y.shape()); i++) {
            y = any();
        }
        if (!broadcasts(x.shape(), y.shape())) {
            return x.neg();
        }
        return switch (kind) {
            case 0 -> x.add(y).mul(0.5);
            case 1 -> x.mul(y).tanh();
            case 2 -> x.sub(y).mul(0.75);
            default -> x.maximum(y).add(x.minimum(y).mul(0.5)).tanh();
        };
    }

    private static boolean broadcasts(Shape x, Shape y) {
        for (int i = 1; i <= Math.min(x.rank(), y.rank()); i++) {
            if (x.dim(-i) != y.dim(-i) && x.dim(-i) != 1 && y.dim(-i) != 1) {
                return false;
            }
        }
        return true;
    }

    /** A product with the tensor's own transpose, back to the tensor's shape. */
    private static Tensor product(Tensor x) {
        int[] perm = new int[x.rank()];
        for (int i = 0; i < perm.length; i++) {
            perm[i] = i;
        }
        perm[perm.length - 1] = perm.length - 2;
        perm[perm.length - 2] = perm.length - 1;
        return x.matmul(x.transpose(perm)).mul(0.05).matmul(x).tanh();
    }

    private Tensor moved(Tensor x) {
        if (x.rank() == 0) {
            return x.greater(0.3).cast(DType.FLOAT32).mul(0).add(x.abs());
        }
        int length = x.dim(-1);
        Tensor part = x.slice(-1, length / 2, length);
        int[] pads = new int[2 * x.rank()];
        pads[pads.length - 2] = length / 2;
        return part.pad(java.util.Arrays.stream(pads).boxed().toList()).mul(0.9);
    }

    private Program.Function function() {
        var outputs = new ArrayList<Program.Output>();
        for (Port state : states) {
            if (random.nextInt(5) > 0) {
                outputs.add(Program.Output.replacing(state, fitting(state.type())));
            }
        }
        for (int i = 0; i < 3; i++) {
            outputs.add(Program.Output.result("result/" + i, any()));
        }
        var inputs = new LinkedHashMap<String, Port>();
        states.forEach(port -> inputs.put(port.name(), port));
        for (Port port : Program.Function.of("f", outputs).inputs()) {
            inputs.put(port.name(), port);
        }
        return new Program.Function("f", List.copyOf(inputs.values()), outputs);
    }

    private Tensor fitting(TensorType type) {
        var fitting = pool.stream().filter(tensor -> tensor.type().equals(type)).toList();
        return fitting.get(random.nextInt(fitting.size()));
    }
}
