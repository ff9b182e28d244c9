package propane.engine.cpu;

import propane.engine.cpu.kernel.PlainKernels;
import propane.engine.cpu.plan.Fused;
import propane.engine.cpu.plan.UnitProvider;
import propane.spi.cpu.KernelMatch;

/** The ops' own plain loops over doubles: slow, for every op, element type and machine. */
final class ReferenceProvider implements UnitProvider {
    private final PlainKernels kernels = new PlainKernels();

    @Override
    public String name() {
        return "reference";
    }

    @Override
    public String describe() {
        return "plain loops";
    }

    @Override
    public KernelMatch offer(Fused unit) {
        if (unit.isFused()) {
            return new KernelMatch.Refused("computes one op at a time");
        }
        return kernels.offer(unit);
    }
}
