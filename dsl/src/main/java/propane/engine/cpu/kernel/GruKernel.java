package propane.engine.cpu.kernel;

import jdk.incubator.vector.FloatVector;

import propane.engine.cpu.math.Lanes;
import propane.engine.cpu.math.ScalarOps;
import propane.spi.cpu.Kernel;
import propane.spi.cpu.KernelMatch;
import propane.spi.op.GruRecurrence;
import propane.spi.op.Recurrent.Nonlinearity;

import java.lang.foreign.MemorySegment;
import java.util.List;

/** The steps of gated recurrent units: a product each, and loops over its gates. */
public final class GruKernel implements Kernel {
    private final int steps;
    private final int batch;
    private final int units;
    private final boolean reverse;
    private final StepProduct product;
    private final MemorySegment sums;
    private final MemorySegment x;
    private final MemorySegment initialH;
    private final MemorySegment weights;
    private final MemorySegment[] bias;
    private final MemorySegment y;
    private final MemorySegment gates;
    private final MemorySegment hidden;

    private GruKernel(
            GruRecurrence.GruSequence op, MatrixProduct product, KernelMatch.Places places) {
        this.steps = op.x().dim(0);
        this.batch = op.x().dim(1);
        this.units = op.weightHh().dim(1);
        this.reverse = op.reverse();
        this.product = new StepProduct(product, places.scratch());
        this.sums = places.scratch().asSlice(StepProduct.scratchBytes(product));
        this.x = places.of(op.x());
        this.initialH = places.of(op.initialH());
        this.weights = places.of(op.weightHh());
        this.bias = op.bias().stream().map(places::of).toArray(MemorySegment[]::new);
        this.y = places.result(0);
        this.gates = places.result(1);
        this.hidden = places.result(2);
    }

    /** Whether the functions are the usual ones. */
    public static boolean takes(GruRecurrence op) {
        return op.recurrentActivation() == Nonlinearity.SIGMOID
                && op.activation() == Nonlinearity.TANH;
    }

    /** Returns the offer to compute an operation. */
    public static KernelMatch offer(GruRecurrence.GruSequence op) {
        int units = op.weightHh().dim(1);
        int batch = op.x().dim(1);
        var product = new MatrixProduct(batch, 3 * units, units, false, true);
        return new KernelMatch.Taken(
                List.of(),
                StepProduct.scratchBytes(product) + 12L * batch * units,
                places -> new GruKernel(op, product, places));
    }

    @Override
    public void run() {
        product.pack(weights);
        int size = batch * units;
        MemorySegment.copy(x, 0, gates, 0, gates.byteSize());
        for (int i = 0; i < steps; i++) {
            int step = reverse ? steps - 1 - i : i;
            int at = step * size;
            int before = i == 0 ? 0 : (reverse ? step + 1 : step - 1) * size;
            MemorySegment from = i == 0 ? initialH : y;
            product.run(from, before, sums, 0);
            for (int row = 0; row < batch; row++) {
                int sum = 3 * row * units;
                for (MemorySegment each : bias) {
                    StepLoops.add(each, 0, sums, sum, 3 * units);
                }
                row(sum, at + row * units);
                mix(from, before + row * units, at + row * units);
            }
        }
    }

    /** The gates of one row. */
    private void row(int sum, int to) {
        int r = 3 * to;
        int o = r + units;
        int z = o + units;
        StepLoops.add(sums, sum, gates, r, units);
        StepLoops.sigmoid(gates, r, units);
        StepLoops.add(sums, sum + 2 * units, gates, z, units);
        StepLoops.sigmoid(gates, z, units);
        MemorySegment.copy(sums, 4L * (sum + units), hidden, 4L * to, 4L * units);
        StepLoops.multiply(gates, r, sums, sum + units, units);
        StepLoops.add(sums, sum + units, gates, o, units);
        StepLoops.tanh(gates, o, gates, o, units);
    }

    /** One row of h = o + z·(h − o). */
    private void mix(MemorySegment from, int before, int to) {
        int o = 3 * to + units;
        int z = o + units;
        int k = 0;
        for (; k < StepLoops.vectors(units); k += Lanes.COUNT) {
            FloatVector fresh = Lanes.load(gates, o + k);
            FloatVector apart = Lanes.load(from, before + k).sub(fresh);
            Lanes.store(apart.fma(Lanes.load(gates, z + k), fresh), y, to + k);
        }
        for (; k < units; k++) {
            float fresh = ScalarOps.load(gates, o + k);
            float apart = ScalarOps.load(from, before + k) - fresh;
            ScalarOps.store(Math.fma(apart, ScalarOps.load(gates, z + k), fresh), y, to + k);
        }
    }
}
