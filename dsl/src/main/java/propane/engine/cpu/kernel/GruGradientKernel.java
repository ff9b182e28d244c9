package propane.engine.cpu.kernel;

import jdk.incubator.vector.FloatVector;

import propane.engine.cpu.math.Lanes;
import propane.engine.cpu.math.ScalarOps;
import propane.spi.cpu.Kernel;
import propane.spi.cpu.KernelMatch;
import propane.spi.op.GruRecurrence;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The backward pass through the steps of gated recurrent units. What goes from a step to the one
 * before it lies in the result that in the end is the gradient of the state before all steps.
 */
public final class GruGradientKernel implements Kernel {
    private final int steps;
    private final int batch;
    private final int units;
    private final boolean reverse;
    private final StepProduct product;
    private final MemorySegment kept;
    private final MemorySegment y;
    private final MemorySegment gates;
    private final MemorySegment hidden;
    private final MemorySegment initialH;
    private final MemorySegment weights;
    private final MemorySegment gradient;
    private final MemorySegment ofInputs;
    private final MemorySegment ofStates;
    private final MemorySegment ofH;

    private GruGradientKernel(
            GruRecurrence.GruSequenceGradient op,
            MatrixProduct product,
            KernelMatch.Places places) {
        this.steps = op.y().dim(0);
        this.batch = op.y().dim(1);
        this.units = op.weightHh().dim(1);
        this.reverse = op.reverse();
        this.product = new StepProduct(product, places.scratch());
        this.kept = places.scratch().asSlice(StepProduct.scratchBytes(product));
        this.y = places.of(op.y());
        this.gates = places.of(op.gates());
        this.hidden = places.of(op.hidden());
        this.initialH = places.of(op.initialH());
        this.weights = places.of(op.weightHh());
        this.gradient = places.of(op.gradient());
        this.ofInputs = places.result(0);
        this.ofStates = places.result(1);
        this.ofH = places.result(2);
    }

    /** Returns the offer to compute an operation. */
    public static KernelMatch offer(GruRecurrence.GruSequenceGradient op) {
        int units = op.weightHh().dim(1);
        int batch = op.y().dim(1);
        var product = new MatrixProduct(batch, units, 3 * units, false, false);
        return new KernelMatch.Taken(
                List.of(),
                StepProduct.scratchBytes(product) + 4L * batch * units,
                places -> new GruGradientKernel(op, product, places));
    }

    @Override
    public void run() {
        product.pack(weights);
        ofH.fill((byte) 0);
        int size = batch * units;
        for (int i = steps - 1; i >= 0; i--) {
            int step = reverse ? steps - 1 - i : i;
            int at = step * size;
            int before = i == 0 ? 0 : (reverse ? step + 1 : step - 1) * size;
            StepLoops.add(gradient, at, ofH, 0, size);
            for (int row = 0; row < batch; row++) {
                row(row * units, at + row * units, i == 0 ? initialH : y, before + row * units);
            }
            product.run(ofStates, 3 * at, ofH, 0);
            StepLoops.add(kept, 0, ofH, 0, size);
        }
    }

    /** One row of a step. */
    private void row(int state, int at, MemorySegment from, int before) {
        int gr = 3 * at;
        int go = gr + units;
        int gz = go + units;
        FloatVector one = Lanes.all(1);
        int k = 0;
        for (; k < StepLoops.vectors(units); k += Lanes.COUNT) {
            FloatVector g = Lanes.load(ofH, state + k);
            FloatVector o = Lanes.load(gates, go + k);
            FloatVector z = Lanes.load(gates, gz + k);
            FloatVector gZ = g.mul(z);
            Lanes.store(gZ, kept, state + k);
            FloatVector apart = Lanes.load(from, before + k).sub(o);
            FloatVector update = gZ.mul(apart).mul(one.sub(z));
            Lanes.store(update, ofInputs, gz + k);
            Lanes.store(update, ofStates, gz + k);
            FloatVector fresh = g.sub(gZ).mul(one.sub(o.mul(o)));
            FloatVector r = Lanes.load(gates, gr + k);
            FloatVector freshR = fresh.mul(r);
            Lanes.store(fresh, ofInputs, go + k);
            Lanes.store(freshR, ofStates, go + k);
            FloatVector reset = freshR.mul(Lanes.load(hidden, at + k)).mul(one.sub(r));
            Lanes.store(reset, ofInputs, gr + k);
            Lanes.store(reset, ofStates, gr + k);
        }
        for (; k < units; k++) {
            float g = ScalarOps.load(ofH, state + k);
            float o = ScalarOps.load(gates, go + k);
            float z = ScalarOps.load(gates, gz + k);
            ScalarOps.store(g * z, kept, state + k);
            float update = g * z * (ScalarOps.load(from, before + k) - o) * (1 - z);
            ScalarOps.store(update, ofInputs, gz + k);
            ScalarOps.store(update, ofStates, gz + k);
            float fresh = (g - g * z) * (1 - o * o);
            float r = ScalarOps.load(gates, gr + k);
            ScalarOps.store(fresh, ofInputs, go + k);
            ScalarOps.store(fresh * r, ofStates, go + k);
            float reset = fresh * r * ScalarOps.load(hidden, at + k) * (1 - r);
            ScalarOps.store(reset, ofInputs, gr + k);
            ScalarOps.store(reset, ofStates, gr + k);
        }
    }
}
