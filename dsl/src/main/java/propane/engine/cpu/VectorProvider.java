package propane.engine.cpu;

import propane.tensor.OpSchema;
import propane.tensor.Operation;

/**
 * Loops over the Vector API, and over single elements where vectors do not pay: written at run time
 * for elementwise ops, by hand for the others.
 */
final class VectorProvider implements KernelProvider {
    private static final String MODULE = "jdk.incubator.vector";

    private final LoopClasses classes;

    VectorProvider(LoopClasses classes) {
        this.classes = classes;
    }

    /** Returns whether the virtual machine was started with the Vector API. */
    static boolean isAvailable() {
        return ModuleLayer.boot().findModule(MODULE).isPresent();
    }

    @Override
    public String name() {
        return "vector";
    }

    @Override
    public String describe() {
        return "vectors of " + 32 * Lanes.COUNT + " bits";
    }

    @Override
    public Offer offer(Unit unit) {
        for (Operation operation : unit.operations()) {
            if (!Elementwise.has(operation.op())) {
                return new Offer.Refused("no loop for " + OpSchema.of(operation.op()).name());
            }
        }
        return LoopKernel.offer(new LoopPlan(unit), classes);
    }
}
