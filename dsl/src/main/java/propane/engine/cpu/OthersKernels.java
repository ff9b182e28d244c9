package propane.engine.cpu;

import propane.engine.cpu.plan.Fused;
import propane.engine.cpu.plan.UnitProvider;
import propane.spi.cpu.KernelMatch;
import propane.spi.cpu.KernelProvider;
import propane.spi.op.Operation;

/**
 * Kernels of others, which compute one operation at a time.
 *
 * @param provider who makes them
 */
record OthersKernels(KernelProvider provider) implements UnitProvider {
    @Override
    public String name() {
        return provider.name();
    }

    @Override
    public String describe() {
        return provider.describe();
    }

    @Override
    public boolean claims(Operation operation) {
        return provider.offer(operation) instanceof KernelMatch.Taken;
    }

    @Override
    public KernelMatch offer(Fused unit) {
        return unit.isFused()
                ? new KernelMatch.Refused("computes one op at a time")
                : provider.offer(unit.operation());
    }

    @Override
    public void close() {
        provider.close();
    }
}
