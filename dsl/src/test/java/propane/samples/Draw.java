package propane.samples;

import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.DType;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Draws the operands and constants of one sample operation from a seed. Floating-point operands
 * keep away from 0 and from each other, so that neither a sign nor the order of two elements
 * changes within the step of a difference quotient.
 */
public final class Draw {
    private static final double GAP = 0.02;

    private final Random random;
    private final Map<String, double[]> values = new LinkedHashMap<>();

    /** Draws from a seed. */
    public Draw(long seed) {
        this.random = new Random(seed * 0x9E3779B97F4A7C15L + 1);
    }

    /** Returns the values drawn so far, by the names of the operands' ports. */
    public Map<String, double[]> values() {
        return values;
    }

    /** Returns a float32 operand of elements between −2 and 2, none near 0. */
    public Tensor real(Shape shape) {
        return away(shape, 0);
    }

    /** Returns a float32 operand of elements between −2 and 2, none near 0. */
    public Tensor real(int... dims) {
        return real(Shape.shape(dims));
    }

    /** Returns a float32 operand of elements between −2 and 2, none near some points. */
    public Tensor away(Shape shape, double... points) {
        return between(-2, 2, shape, points);
    }

    /** Returns a float32 operand of elements between 0.3 and 3. */
    public Tensor positive(Shape shape) {
        return between(0.3, 3, shape);
    }

    /** Returns a float32 operand of different elements between two numbers, off some points. */
    public Tensor between(double low, double high, Shape shape, double... points) {
        int n = shape.size();
        var drawn = new ArrayList<Double>();
        for (int i = 0; i < n; i++) {
            double step = (high - low) / n;
            double value = low + step * (i + 0.25 + 0.5 * random.nextDouble());
            for (double point : points) {
                if (Math.abs(value - point) < GAP) {
                    value = point + (value < point ? -GAP : GAP) * (1 + 0.5 * random.nextDouble());
                }
            }
            drawn.add(value);
        }
        Collections.shuffle(drawn, random);
        return operand(TensorType.float32(shape), drawn);
    }

    /** Returns an int32 operand of elements from {@code low} up to but not including another. */
    public Tensor whole(int low, int high, Shape shape) {
        var drawn = new ArrayList<Double>();
        for (int i = 0; i < shape.size(); i++) {
            drawn.add((double) random.nextInt(low, high));
        }
        return operand(TensorType.int32(shape), drawn);
    }

    /** Returns an int32 operand of one axis, different elements from 0 up to a number. */
    public Tensor different(int count, int high) {
        var all = new ArrayList<Double>();
        for (int i = 0; i < high; i++) {
            all.add((double) i);
        }
        Collections.shuffle(all, random);
        return operand(TensorType.int32(Shape.shape(count)), all.subList(0, count));
    }

    /** Returns an operand of truth values. */
    public Tensor truth(Shape shape) {
        var drawn = new ArrayList<Double>();
        for (int i = 0; i < shape.size(); i++) {
            drawn.add((double) random.nextInt(2));
        }
        return operand(new TensorType(DType.BOOL, shape), drawn);
    }

    private Tensor operand(TensorType type, List<Double> elements) {
        String name = "x" + values.size();
        values.put(name, elements.stream().mapToDouble(Double::doubleValue).toArray());
        return new Port(name, Role.BATCH, type).tensor();
    }

    /** Returns a whole number between two, both included. */
    public int number(int low, int high) {
        return random.nextInt(low, high + 1);
    }

    /** Returns a float between two. */
    public float fraction(double low, double high) {
        return (float) random.nextDouble(low, high);
    }

    /** Returns true or false. */
    public boolean flag() {
        return random.nextBoolean();
    }

    /** Returns one of some things. */
    @SafeVarargs
    public final <T> T oneOf(T... things) {
        return things[random.nextInt(things.length)];
    }

    /** Returns a shape of 0 to 4 axes; now and then an axis has length 0. */
    public Shape shape() {
        return shape(number(0, 4));
    }

    /** Returns a shape of some axes of length 1 to 4; now and then one of length 0. */
    public Shape shape(int rank) {
        int[] dims = new int[rank];
        for (int i = 0; i < rank; i++) {
            dims[i] = number(1, rank > 3 ? 3 : 4);
        }
        if (rank > 0 && random.nextInt(12) == 0) {
            dims[random.nextInt(rank)] = 0;
        }
        return Shape.shape(dims);
    }

    /** Returns a shape of some axes of length 1 to 4. */
    public Shape filled(int rank) {
        Shape shape = shape(rank);
        return shape.size() > 0 ? shape : filled(rank);
    }

    /** Returns a shape that broadcasts to another: some axes 1, some first ones missing. */
    public Shape narrower(Shape shape) {
        int missing = number(0, shape.rank());
        int[] dims = shape.toArray();
        for (int i = 0; i < dims.length; i++) {
            dims[i] = random.nextInt(3) == 0 ? 1 : dims[i];
        }
        var all = Shape.shape(dims).dims();
        return random.nextBoolean() ? new Shape(all) : new Shape(all.subList(missing, all.size()));
    }

    /** Returns an axis of a shape, counted from either end. */
    public int axis(Shape shape) {
        return number(-shape.rank(), shape.rank() - 1);
    }

    /** Returns some axes of a shape, at least one if it has any, each counted from either end. */
    public List<Integer> axes(Shape shape) {
        var axes = new ArrayList<Integer>();
        for (int axis = 0; axis < shape.rank(); axis++) {
            axes.add(flag() ? axis : axis - shape.rank());
        }
        Collections.shuffle(axes, random);
        return List.copyOf(axes.subList(0, axes.isEmpty() ? 0 : number(1, axes.size())));
    }

    /** Returns the numbers from 0 up to another in some order. */
    public List<Integer> order(int count) {
        var order = new ArrayList<Integer>();
        for (int i = 0; i < count; i++) {
            order.add(i);
        }
        Collections.shuffle(order, random);
        return List.copyOf(order);
    }

    /** Returns as many numbers as wanted, each between two. */
    public List<Integer> numbers(int count, int low, int high) {
        var numbers = new ArrayList<Integer>();
        for (int i = 0; i < count; i++) {
            numbers.add(number(low, high));
        }
        return List.copyOf(numbers);
    }

    /** Returns further values, not an operand's: weights of a sum. */
    public double[] weights(int count) {
        return random.doubles(count, -1, 1).toArray();
    }
}
