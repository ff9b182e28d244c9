package propane.engine.cpu;

import propane.tensor.Pool;
import propane.tensor.Window;

import java.lang.foreign.MemorySegment;

/** Pools and their gradients over a table of the elements of each window. */
final class PoolKernel implements Kernel {
    private final Pool op;
    private final int[] table;
    private final int size;
    private final int count;
    private final int area;
    private final int planes;
    private final float[] shares;
    private final MemorySegment x;
    private final MemorySegment gradient;
    private final MemorySegment result;

    private PoolKernel(Pool op, MemorySegment[] operands, MemorySegment result) {
        Window window = op.window();
        this.op = op;
        this.table = window.table();
        this.size = window.size();
        this.count = window.count();
        this.area = window.area();
        this.planes = op.x().dim(0) * op.x().dim(1);
        this.shares = shares();
        this.x = operands[0];
        this.gradient = operands[operands.length - 1];
        this.result = result;
    }

    static Offer offer(Pool op) {
        return Offer.taken((operands, results) -> new PoolKernel(op, operands, results[0]));
    }

    /** The share of each element in the mean of each place. */
    private float[] shares() {
        boolean exclude =
                switch (op) {
                    case Pool.AvgPool pool -> pool.excludePaddingFromAverage();
                    case Pool.AvgPoolGradient pool -> pool.excludePaddingFromAverage();
                    case Pool.MaxPool _, Pool.MaxPoolGradient _ -> false;
                };
        float[] found = new float[count];
        for (int place = 0; place < count; place++) {
            int inside = 0;
            for (int i = 0; i < size; i++) {
                inside += table[place * size + i] >= 0 ? 1 : 0;
            }
            found[place] = (float) (1.0 / (exclude ? inside : size));
        }
        return found;
    }

    @Override
    public void run() {
        switch (op) {
            case Pool.MaxPool _ -> largest(false);
            case Pool.MaxPoolGradient _ -> {
                result.fill((byte) 0);
                largest(true);
            }
            case Pool.AvgPool _ -> means();
            case Pool.AvgPoolGradient _ -> {
                result.fill((byte) 0);
                spread();
            }
        }
    }

    private void largest(boolean backwards) {
        for (int plane = 0; plane < planes; plane++) {
            int base = plane * area;
            for (int place = 0; place < count; place++) {
                int best = largest(base, place * size);
                int at = plane * count + place;
                if (backwards) {
                    add(base + best, ScalarOps.load(gradient, at));
                } else {
                    ScalarOps.store(ScalarOps.load(x, base + best), result, at);
                }
            }
        }
    }

    /** The first largest element of a window. */
    private int largest(int base, int from) {
        int best = -1;
        float most = 0;
        for (int i = from; i < from + size; i++) {
            int at = table[i];
            if (at >= 0) {
                float value = ScalarOps.load(x, base + at);
                if (best < 0 || value > most) {
                    best = at;
                    most = value;
                }
            }
        }
        return best;
    }

    private void add(int index, float value) {
        ScalarOps.store(ScalarOps.load(result, index) + value, result, index);
    }

    private void means() {
        for (int plane = 0; plane < planes; plane++) {
            int base = plane * area;
            for (int place = 0; place < count; place++) {
                double sum = 0;
                for (int i = place * size; i < (place + 1) * size; i++) {
                    sum += table[i] < 0 ? 0 : ScalarOps.load(x, base + table[i]);
                }
                ScalarOps.store((float) (sum * shares[place]), result, plane * count + place);
            }
        }
    }

    private void spread() {
        for (int plane = 0; plane < planes; plane++) {
            int base = plane * area;
            for (int place = 0; place < count; place++) {
                float part = ScalarOps.load(gradient, plane * count + place) * shares[place];
                for (int i = place * size; i < (place + 1) * size; i++) {
                    if (table[i] >= 0) {
                        add(base + table[i], part);
                    }
                }
            }
        }
    }
}
