package propane.engine.cpu.kernel;

import propane.spi.cpu.Kernel;
import propane.spi.cpu.KernelMatch;
import propane.spi.op.Pool;
import propane.spi.op.Window;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Pools and their gradients, one channel after the other, and in it one row of windows after the
 * other: the innermost loops go along such a row. Which element is largest no processor foresees,
 * so that they have no branches.
 */
public final class PoolKernel implements Kernel {
    private final Pool op;
    private final int size;
    private final int columns;
    private final int rows;
    private final int planes;
    private final float[] shares;
    private final PaddedPlane inside;
    private final PaddedPlane given;
    private final float[] places;
    private final float[] most;
    private final double[] sums;
    private final MemorySegment x;
    private final MemorySegment gradient;
    private final MemorySegment result;

    private PoolKernel(Pool op, MemorySegment[] operands, MemorySegment result) {
        Window window = op.window();
        this.op = op;
        this.size = window.size();
        this.columns = window.places().getLast();
        this.rows = window.count() / columns;
        this.planes = op.x().dim(0) * op.x().dim(1);
        this.shares = shares(op);
        this.inside = new PaddedPlane(window);
        this.given = new PaddedPlane(window);
        this.places = new float[window.count()];
        this.most = new float[columns];
        this.sums = new double[columns];
        this.x = operands[0];
        this.gradient = operands[operands.length - 1];
        this.result = result;
        boolean isLargest = op instanceof Pool.MaxPool || op instanceof Pool.MaxPoolGradient;
        inside.fill(isLargest ? Float.NEGATIVE_INFINITY : 0);
    }

    /** Returns the offer to compute an operation. */
    public static KernelMatch offer(Pool op) {
        return KernelMatch.taken((operands, results) -> new PoolKernel(op, operands, results[0]));
    }

    /** The share of each element in the mean of each place. */
    private static float[] shares(Pool op) {
        boolean exclude =
                switch (op) {
                    case Pool.AvgPool pool -> pool.excludePaddingFromAverage();
                    case Pool.AvgPoolGradient pool -> pool.excludePaddingFromAverage();
                    case Pool.MaxPool _, Pool.MaxPoolGradient _, Pool.L2Pool _ -> false;
                };
        double[] exact = Pool.shares(op.window(), exclude);
        float[] shares = new float[exact.length];
        for (int place = 0; place < shares.length; place++) {
            shares[place] = (float) exact[place];
        }
        return shares;
    }

    @Override
    public void run() {
        for (int plane = 0; plane < planes; plane++) {
            switch (op) {
                case Pool.MaxPool _ -> {
                    inside.read(x, plane);
                    largest();
                    write(plane);
                }
                case Pool.MaxPoolGradient _ -> {
                    inside.read(x, plane);
                    read(plane);
                    giveToLargest();
                    given.write(result, plane);
                }
                case Pool.AvgPool _ -> {
                    inside.read(x, plane);
                    means();
                    write(plane);
                }
                case Pool.L2Pool _ -> {
                    inside.read(x, plane);
                    roots();
                    write(plane);
                }
                case Pool.AvgPoolGradient _ -> {
                    read(plane);
                    spread();
                    given.write(result, plane);
                }
            }
        }
    }

    private void read(int plane) {
        long offset = (long) plane * places.length * Float.BYTES;
        MemorySegment.copy(gradient, ValueLayout.JAVA_FLOAT, offset, places, 0, places.length);
    }

    private void write(int plane) {
        long offset = (long) plane * places.length * Float.BYTES;
        MemorySegment.copy(places, 0, result, ValueLayout.JAVA_FLOAT, offset, places.length);
    }

    private void largest() {
        for (int row = 0; row < rows; row++) {
            largest(row);
            System.arraycopy(most, 0, places, row * columns, columns);
        }
    }

    /** Finds the largest element of each window of a row. */
    private void largest(int row) {
        first(inside.elements, inside.starts[row * size], inside.step, most);
        for (int i = 1; i < size; i++) {
            larger(inside.elements, inside.starts[row * size + i], inside.step, most);
        }
    }

    private static void first(float[] from, int start, int step, float[] most) {
        for (int i = 0; i < most.length; i++) {
            most[i] = from[start + i * step];
        }
    }

    private static void larger(float[] from, int start, int step, float[] most) {
        for (int i = 0; i < most.length; i++) {
            most[i] = Math.max(most[i], from[start + i * step]);
        }
    }

    private void giveToLargest() {
        given.fill(0);
        for (int row = 0; row < rows; row++) {
            largest(row);
            for (int i = 0; i < size; i++) {
                int start = inside.starts[row * size + i];
                give(
                        inside.elements,
                        given.elements,
                        start,
                        inside.step,
                        most,
                        places,
                        row * columns);
            }
        }
    }

    /** Adds what is left of the gradient of each window to an element that is its largest one. */
    private static void give(
            float[] from, float[] to, int start, int step, float[] most, float[] left, int first) {
        for (int i = 0; i < most.length; i++) {
            int at = start + i * step;
            int differs = Float.floatToRawIntBits(from[at]) ^ Float.floatToRawIntBits(most[i]);
            // All ones where they are the same, else zero.
            int hit = ~((differs | -differs) >> 31);
            int bits = Float.floatToRawIntBits(left[first + i]);
            to[at] += Float.intBitsToFloat(bits & hit);
            left[first + i] = Float.intBitsToFloat(bits & ~hit);
        }
    }

    private void means() {
        for (int row = 0; row < rows; row++) {
            Arrays.fill(sums, 0);
            for (int i = 0; i < size; i++) {
                add(inside.elements, inside.starts[row * size + i], inside.step, sums);
            }
            for (int i = 0; i < columns; i++) {
                int place = row * columns + i;
                places[place] = (float) (sums[i] * shares[place]);
            }
        }
    }

    private static void add(float[] from, int start, int step, double[] sums) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += from[start + i * step];
        }
    }

    private void roots() {
        for (int row = 0; row < rows; row++) {
            Arrays.fill(sums, 0);
            for (int i = 0; i < size; i++) {
                addSquares(inside.elements, inside.starts[row * size + i], inside.step, sums);
            }
            for (int i = 0; i < columns; i++) {
                places[row * columns + i] = (float) Math.sqrt(sums[i]);
            }
        }
    }

    private static void addSquares(float[] from, int start, int step, double[] sums) {
        for (int i = 0; i < sums.length; i++) {
            double element = from[start + i * step];
            sums[i] += element * element;
        }
    }

    private void spread() {
        given.fill(0);
        for (int row = 0; row < rows; row++) {
            int first = row * columns;
            for (int i = 0; i < columns; i++) {
                most[i] = places[first + i] * shares[first + i];
            }
            for (int i = 0; i < size; i++) {
                spread(most, given.elements, inside.starts[row * size + i], inside.step);
            }
        }
    }

    private static void spread(float[] parts, float[] to, int start, int step) {
        for (int i = 0; i < parts.length; i++) {
            to[start + i * step] += parts[i];
        }
    }
}
