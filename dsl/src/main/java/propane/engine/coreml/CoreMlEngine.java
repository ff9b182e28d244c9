package propane.engine.coreml;

import propane.engine.ComputeUnits;
import propane.engine.Engine;
import propane.engine.cpu.CpuEngine;
import propane.ffm.Availability;
import propane.ffm.shim.Shim;
import propane.ffm.shim.ShimModel;
import propane.spi.Bindings;
import propane.spi.CompiledProgram;
import propane.spi.Program;
import propane.spi.ProgramMemory;
import propane.spi.Verdict;
import propane.spi.op.Port;
import propane.tensor.DType;
import propane.tensor.EngineException;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The Neural Engine, reached through Core ML: a step's gradients are lowered to float16 and written
 * as a package, which the shim loads; its update runs on the CPU. Which processor Core ML takes is
 * Core ML's choice among those it is allowed.
 */
public final class CoreMlEngine implements Engine.OverComputeUnits {
    /** The doctor's question whether a step is computed, and computed right. */
    private static final String STEP = "perceptron_step";

    private static final Duration LOADING_LIMIT = Duration.ofMinutes(2);

    private final ComputeUnits units;
    private final Duration limit;

    /** Makes the engine; nothing is loaded before it is asked to compile. */
    public CoreMlEngine() {
        this(ComputeUnits.CPU_AND_NEURAL_ENGINE);
    }

    private CoreMlEngine(ComputeUnits units) {
        this(units, LOADING_LIMIT);
    }

    /** Makes an engine that waits so long for a load. */
    CoreMlEngine(ComputeUnits units, Duration limit) {
        this.units = units;
        this.limit = limit;
    }

    @Override
    public Engine on(ComputeUnits others) {
        return new CoreMlEngine(others, limit);
    }

    @Override
    public Engine worthwhile(ComputeUnits others) {
        return new WorthwhileEngine(new CoreMlEngine(others, limit));
    }

    @Override
    public String name() {
        return units.wanted();
    }

    @Override
    public boolean usesSplitStep() {
        return true;
    }

    /** Loads that still run after their time-out take time from what runs here. */
    @Override
    public List<String> notes() {
        return LateLoads.HERE.notes();
    }

    @Override
    public String describe() {
        return available() instanceof Verdict.Supported
                ? name() + " (" + Shim.availability() + ")"
                : name();
    }

    @Override
    public Verdict available() {
        Optional<String> obstacle = Shim.obstacle();
        if (obstacle.isPresent()) {
            return Verdict.no(obstacle.get());
        }
        return switch (Shim.availability()) {
            case Availability.Available _ -> units.hasNeuralEngine() ? examined() : Verdict.yes();
            case Availability.Missing(String reason) -> Verdict.no(reason);
        };
    }

    /** What the doctor found of a step like ours; where nobody asked it, nothing stands against. */
    private static Verdict examined() {
        if (VirtualMac.isHere()) {
            return Verdict.no(
                    "this Mac is a virtual machine: it has no Neural Engine, and Core ML may hang"
                            + " where it looks for one");
        }
        for (Answer step : MachineReport.kept().flatMap(r -> r.answer(STEP)).stream().toList()) {
            if (step.outcome() == Answer.Outcome.NO || step.outcome() == Answer.Outcome.DIED) {
                return Verdict.no(
                        "the doctor's report of this system ("
                                + MachineReport.place()
                                + ") says of a reference step: "
                                + step.text()
                                + "; ask again with bin/propane doctor");
            }
        }
        return Verdict.yes();
    }

    @Override
    public Verdict supports(Program program) {
        for (Port port : program.ports()) {
            if (port.type().dtype() == DType.BOOL) {
                return Verdict.no(
                        "the port " + port + " holds truth values, which Core ML does not pass");
            }
        }
        return Verdict.yes();
    }

    /**
     * What Core ML takes is its own business; the values of a step are about those of the CPU's.
     */
    @Override
    public ProgramMemory planned(Program program) {
        return new CpuEngine().planned(program);
    }

    @Override
    public CompiledProgram compile(Program program, Bindings bindings) {
        if (available() instanceof Verdict.Unsupported reasons) {
            throw new EngineException(name() + ": " + reasons);
        }
        if (supports(program) instanceof Verdict.Unsupported reasons) {
            throw new EngineException(name() + ": " + reasons);
        }
        if (!program.has(Program.Function.GRADIENTS)) {
            // What nobody trains is computed in float32, which the Neural Engine does not.
            return new CpuEngine().compile(program, bindings);
        }
        return CompiledProgram.guarded(
                name(),
                bindings,
                () -> new CoreMlProgram(program, bindings, new LoadTarget(name(), units(), limit)));
    }

    private ShimModel.Units units() {
        return switch (units) {
            case CPU_ONLY -> ShimModel.Units.CPU_ONLY;
            case CPU_AND_GPU -> ShimModel.Units.CPU_AND_GPU;
            case ALL -> ShimModel.Units.ALL;
            case CPU_AND_NEURAL_ENGINE -> ShimModel.Units.CPU_AND_NEURAL_ENGINE;
        };
    }
}
