package propane.engine.cpu;

import propane.engine.Engine;
import propane.engine.MemoryException;
import propane.engine.cpu.loop.LoopClasses;
import propane.engine.cpu.plan.FunctionPlan;
import propane.engine.cpu.plan.Providers;
import propane.ffm.Platform;
import propane.spi.Bindings;
import propane.spi.CompiledProgram;
import propane.spi.Program;
import propane.spi.ProgramMemory;
import propane.spi.Verdict;
import propane.spi.op.Operation;
import propane.spi.pass.Decompose;
import propane.spi.pass.Passes;
import propane.spi.pass.SquareSums;

import java.util.ArrayList;
import java.util.List;

/**
 * The engine that runs every program on the processor of every machine.
 *
 * <p>Each op goes to the first provider that takes it, and one that none takes is decomposed into
 * simpler ops, if it can be; so only what cannot falls to plain loops. The providers are those of
 * others ({@link propane.spi.cpu.KernelProvider}), which are asked first, and {@code onednn}
 * (oneDNN's kernels for products and convolutions, where its library is on the class path), {@code
 * vector} (loops over the Vector API), {@code reference} (the ops' own plain loops). On a Mac with
 * Apple silicon {@code vector} comes before {@code onednn}, until both are measured there. The
 * system property {@code propane.provider} forces one of them; what it does not take falls to the
 * reference, and the report says so. The property {@code propane.threads} says how many threads a
 * kernel of oneDNN may take if its work is worth sharing, from 1 to four for each processor, or 64
 * where that is more; as many as there are processors if it is not given.
 */
public final class CpuEngine implements Engine {
    private final String provider;
    private final LoopClasses classes = new LoopClasses();

    /** Makes the engine; which providers it asks, the property {@code propane.provider} says. */
    public CpuEngine() {
        this(System.getProperty("propane.provider", ""));
    }

    private CpuEngine(String provider) {
        this.provider = provider;
        ProviderChoice.requireKnown(provider);
    }

    /**
     * Returns an engine that asks one provider only, and the reference for what that does not take.
     *
     * @param provider {@code onednn}, {@code vector}, {@code reference} or the name of another's
     * @throws propane.tensor.UnknownNameException if there is no such provider
     */
    public static CpuEngine forcing(String provider) {
        return new CpuEngine(provider);
    }

    @Override
    public String name() {
        return "CPU";
    }

    @Override
    public String describe() {
        try (Providers providers =
                ProviderChoice.of(provider, classes, Threads.configured(), Platform.current())) {
            return describe(providers);
        }
    }

    @Override
    public Verdict available() {
        return Verdict.yes();
    }

    @Override
    public Verdict supports(Program program) {
        return Verdict.yes();
    }

    @Override
    public CompiledProgram compile(Program program, Bindings bindings) {
        // Kernels of one program share memory, those of two programs must not.
        Providers providers =
                ProviderChoice.of(provider, classes, Threads.configured(), Platform.current());
        try {
            List<FunctionPlan> plans = plans(program, providers);
            String names = String.join(", ", plans.stream().map(FunctionPlan::name).toList());
            MemoryException.require("CPU: what " + names + " computes with", memory(plans).total());
            return CompiledProgram.guarded(
                    name(),
                    bindings,
                    () -> new CpuProgram(plans, providers, bindings, describe(providers)));
        } catch (RuntimeException | Error e) {
            providers.close();
            throw e;
        }
    }

    @Override
    public ProgramMemory planned(Program program) {
        try (Providers providers =
                ProviderChoice.of(provider, classes, Threads.configured(), Platform.current())) {
            return memory(plans(program, providers));
        }
    }

    private static List<FunctionPlan> plans(Program program, Providers providers) {
        var plans = new ArrayList<FunctionPlan>();
        for (Program.Function function : program.functions()) {
            var decomposed =
                    new Decompose(op -> providers.leave(Operation.of(op)), UpcastDecomposition::of)
                            .apply(function);
            var joined = new SquareSums().apply(Passes.standard().apply(decomposed));
            plans.add(new FunctionPlan(joined, providers));
        }
        return plans;
    }

    private static ProgramMemory memory(List<FunctionPlan> plans) {
        return new ProgramMemory(
                plans.stream().mapToLong(FunctionPlan::workBytes).max().orElse(0),
                plans.stream().mapToLong(FunctionPlan::constantBytes).sum());
    }

    private String describe(Providers providers) {
        return name() + " (" + providers.describe() + ")";
    }
}
