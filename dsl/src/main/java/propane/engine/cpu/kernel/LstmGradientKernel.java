package propane.engine.cpu.kernel;

import jdk.incubator.vector.FloatVector;

import propane.engine.cpu.math.Lanes;
import propane.engine.cpu.math.ScalarOps;
import propane.spi.cpu.Kernel;
import propane.spi.cpu.KernelMatch;
import propane.spi.op.LstmRecurrence;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The backward pass through the steps of long short-term memory. What goes from a step to the one
 * before it lies in the results that in the end are the gradients of the states before all steps.
 */
public final class LstmGradientKernel implements Kernel {
    private final int steps;
    private final int batch;
    private final int units;
    private final boolean reverse;
    private final StepProduct product;
    private final MemorySegment bent;
    private final MemorySegment gates;
    private final MemorySegment cells;
    private final MemorySegment initialC;
    private final MemorySegment weights;
    private final MemorySegment gradient;
    private final MemorySegment[] cellGradient;
    private final MemorySegment ofGates;
    private final MemorySegment ofH;
    private final MemorySegment ofC;

    private LstmGradientKernel(
            LstmRecurrence.LstmSequenceGradient op,
            MatrixProduct product,
            KernelMatch.Places places) {
        this.steps = op.gates().dim(0);
        this.batch = op.gates().dim(1);
        this.units = op.weightHh().dim(1);
        this.reverse = op.reverse();
        this.product = new StepProduct(product, places.scratch());
        this.bent = places.scratch().asSlice(StepProduct.scratchBytes(product));
        this.gates = places.of(op.gates());
        this.cells = places.of(op.cells());
        this.initialC = places.of(op.initialC());
        this.weights = places.of(op.weightHh());
        this.gradient = places.of(op.gradient());
        this.cellGradient =
                op.cellGradient().stream().map(places::of).toArray(MemorySegment[]::new);
        this.ofGates = places.result(0);
        this.ofH = places.result(1);
        this.ofC = places.result(2);
    }

    /** Returns the offer to compute an operation. */
    public static KernelMatch offer(LstmRecurrence.LstmSequenceGradient op) {
        int units = op.weightHh().dim(1);
        int batch = op.gates().dim(1);
        var product = new MatrixProduct(batch, units, 4 * units, false, false);
        return new KernelMatch.Taken(
                List.of(),
                StepProduct.scratchBytes(product) + 4L * batch * units,
                places -> new LstmGradientKernel(op, product, places));
    }

    @Override
    public void run() {
        product.pack(weights);
        ofH.fill((byte) 0);
        ofC.fill((byte) 0);
        int size = batch * units;
        for (int i = steps - 1; i >= 0; i--) {
            int step = reverse ? steps - 1 - i : i;
            int at = step * size;
            int before = i == 0 ? 0 : (reverse ? step + 1 : step - 1) * size;
            StepLoops.tanh(cells, at, bent, 0, size);
            StepLoops.add(gradient, at, ofH, 0, size);
            for (MemorySegment more : cellGradient) {
                StepLoops.add(more, at, ofC, 0, size);
            }
            for (int row = 0; row < batch; row++) {
                row(row * units, at + row * units, i == 0 ? initialC : cells, before + row * units);
            }
            product.run(ofGates, 4 * at, ofH, 0);
        }
    }

    /** One row of a step. */
    private void row(int state, int at, MemorySegment from, int before) {
        int gi = 4 * at;
        int gf = gi + units;
        int go = gf + units;
        int gz = go + units;
        FloatVector one = Lanes.all(1);
        int k = 0;
        for (; k < StepLoops.vectors(units); k += Lanes.COUNT) {
            FloatVector o = Lanes.load(gates, go + k);
            FloatVector t = Lanes.load(bent, state + k);
            FloatVector h = Lanes.load(ofH, state + k);
            FloatVector ho = h.mul(o);
            FloatVector c = ho.mul(one.sub(t.mul(t))).add(Lanes.load(ofC, state + k));
            Lanes.store(ho.mul(t).mul(one.sub(o)), ofGates, go + k);
            FloatVector i = Lanes.load(gates, gi + k);
            FloatVector z = Lanes.load(gates, gz + k);
            FloatVector ci = c.mul(i);
            Lanes.store(ci.mul(z).mul(one.sub(i)), ofGates, gi + k);
            Lanes.store(ci.mul(one.sub(z.mul(z))), ofGates, gz + k);
            FloatVector f = Lanes.load(gates, gf + k);
            FloatVector cf = c.mul(f);
            FloatVector last = Lanes.load(from, before + k);
            Lanes.store(cf.mul(last).mul(one.sub(f)), ofGates, gf + k);
            Lanes.store(cf, ofC, state + k);
        }
        for (; k < units; k++) {
            float o = ScalarOps.load(gates, go + k);
            float t = ScalarOps.load(bent, state + k);
            float ho = ScalarOps.load(ofH, state + k) * o;
            float c = ho * (1 - t * t) + ScalarOps.load(ofC, state + k);
            ScalarOps.store(ho * t * (1 - o), ofGates, go + k);
            float i = ScalarOps.load(gates, gi + k);
            float z = ScalarOps.load(gates, gz + k);
            ScalarOps.store(c * i * z * (1 - i), ofGates, gi + k);
            ScalarOps.store(c * i * (1 - z * z), ofGates, gz + k);
            float f = ScalarOps.load(gates, gf + k);
            float last = ScalarOps.load(from, before + k);
            ScalarOps.store(c * f * last * (1 - f), ofGates, gf + k);
            ScalarOps.store(c * f, ofC, state + k);
        }
    }
}
