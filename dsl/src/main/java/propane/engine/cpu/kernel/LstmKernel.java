package propane.engine.cpu.kernel;

import jdk.incubator.vector.FloatVector;

import propane.engine.cpu.math.Lanes;
import propane.engine.cpu.math.ScalarOps;
import propane.spi.cpu.Kernel;
import propane.spi.cpu.KernelMatch;
import propane.spi.op.LstmRecurrence;
import propane.spi.op.Recurrent.Nonlinearity;

import java.lang.foreign.MemorySegment;
import java.util.List;

/** The steps of long short-term memory: a product each, and loops over its gates. */
public final class LstmKernel implements Kernel {
    private final int steps;
    private final int batch;
    private final int units;
    private final boolean reverse;
    private final StepProduct product;
    private final MemorySegment x;
    private final MemorySegment initialH;
    private final MemorySegment initialC;
    private final MemorySegment weights;
    private final MemorySegment y;
    private final MemorySegment cells;
    private final MemorySegment gates;

    private LstmKernel(
            LstmRecurrence.LstmSequence op, MatrixProduct product, KernelMatch.Places places) {
        this.steps = op.x().dim(0);
        this.batch = op.x().dim(1);
        this.units = op.weightHh().dim(1);
        this.reverse = op.reverse();
        this.product = new StepProduct(product, places.scratch());
        this.x = places.of(op.x());
        this.initialH = places.of(op.initialH());
        this.initialC = places.of(op.initialC());
        this.weights = places.of(op.weightHh());
        this.y = places.result(0);
        this.cells = places.result(1);
        this.gates = places.result(2);
    }

    /** Whether the functions are the usual ones. */
    public static boolean takes(LstmRecurrence op) {
        return op.recurrentActivation() == Nonlinearity.SIGMOID
                && op.cellActivation() == Nonlinearity.TANH
                && op.activation() == Nonlinearity.TANH;
    }

    /** Returns the offer to compute an operation. */
    public static KernelMatch offer(LstmRecurrence.LstmSequence op) {
        int units = op.weightHh().dim(1);
        var product = new MatrixProduct(op.x().dim(1), 4 * units, units, false, true);
        return new KernelMatch.Taken(
                List.of(),
                StepProduct.scratchBytes(product),
                places -> new LstmKernel(op, product, places));
    }

    @Override
    public void run() {
        product.pack(weights);
        int size = batch * units;
        for (int i = 0; i < steps; i++) {
            int step = reverse ? steps - 1 - i : i;
            int at = step * size;
            int before = i == 0 ? 0 : (reverse ? step + 1 : step - 1) * size;
            product.run(i == 0 ? initialH : y, before, gates, 4 * at);
            StepLoops.add(x, 4 * at, gates, 4 * at, 4 * size);
            for (int row = 0; row < batch; row++) {
                int gate = 4 * (at + row * units);
                StepLoops.sigmoid(gates, gate, 3 * units);
                StepLoops.tanh(gates, gate + 3 * units, gates, gate + 3 * units, units);
                cells(gate, i == 0 ? initialC : cells, before + row * units, at + row * units);
            }
            StepLoops.tanh(cells, at, y, at, size);
            for (int row = 0; row < batch; row++) {
                int to = at + row * units;
                StepLoops.multiply(gates, 4 * to + 2 * units, y, to, units);
            }
        }
    }

    /** One row of c = f·c + i·z. */
    private void cells(int gate, MemorySegment from, int before, int to) {
        int forget = gate + units;
        int z = gate + 3 * units;
        int k = 0;
        for (; k < StepLoops.vectors(units); k += Lanes.COUNT) {
            FloatVector kept = Lanes.load(gates, forget + k).mul(Lanes.load(from, before + k));
            Lanes.store(
                    Lanes.load(gates, gate + k).fma(Lanes.load(gates, z + k), kept), cells, to + k);
        }
        for (; k < units; k++) {
            float kept = ScalarOps.load(gates, forget + k) * ScalarOps.load(from, before + k);
            float value =
                    Math.fma(ScalarOps.load(gates, gate + k), ScalarOps.load(gates, z + k), kept);
            ScalarOps.store(value, cells, to + k);
        }
    }
}
