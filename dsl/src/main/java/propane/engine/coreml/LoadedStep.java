package propane.engine.coreml;

import propane.coreml.CoreMl;
import propane.coreml.ModelCard;
import propane.coreml.format.FunctionPorts;
import propane.coreml.lowering.HalvedGradients;
import propane.coreml.lowering.HostEmbeddingLookup;
import propane.coreml.lowering.LoweredFunction;
import propane.coreml.lowering.NeuralEngineLowering;
import propane.coreml.lowering.PortLayout;
import propane.coreml.report.FunctionPlacement;
import propane.coreml.write.ProgramPackage;
import propane.engine.cpu.CpuEngine;
import propane.ffm.NativeException;
import propane.ffm.Resources;
import propane.ffm.shim.ShimModel;
import propane.spi.Bindings;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.NDArray;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * The gradients of a step as Core ML has loaded them, and the rest of the step on the CPU over the
 * same memory. That lies in surfaces; if a first prediction over them fails, it is made again over
 * plain memory, where the step stays. The self-test tries that before the first step does.
 */
final class LoadedStep implements AutoCloseable {
    /** Whether a first step of made-up numbers is compared with the CPU's. */
    private static final boolean SELF_TEST =
            Boolean.parseBoolean(System.getProperty("propane.selfTest", "true"));

    private final Resources opened = new Resources();
    private final Bindings step;
    private final LoweredFunction lowered;
    private final Program rest;
    private final boolean looksUp;
    private final List<Port> ports;
    private final FunctionPorts named;
    private final ShimModel model;
    private final FunctionPlacement placement;
    private Sharing sharing;
    // The parts lie over one memory, and are closed together.
    private Resources over = new Resources();
    private Parts parts;
    private boolean hasRun;
    private int changes;

    /**
     * Loads a step.
     *
     * @param program its functions, look-ups apart
     * @param step the storage of their ports
     * @param frozen the values of weights that are constants there
     * @param sharing whether it may lie in surfaces
     * @param isFirst whether it is tried before its first step
     * @throws propane.tensor.EngineException if it cannot be loaded in time, or computes other
     *     numbers than the CPU does
     * @throws NativeException if it cannot be loaded
     */
    LoadedStep(
            Program program,
            Bindings step,
            Map<String, NDArray> frozen,
            LoadTarget target,
            Sharing sharing,
            boolean isFirst) {
        // Before anything is written or tried in vain.
        LateLoads.HERE.requireNone(target);
        try {
            this.step = step;
            this.looksUp = program.has(HostEmbeddingLookup.FUNCTION);
            this.lowered =
                    NeuralEngineLowering.float16(program.function(CoreMlProgram.GRADIENTS), frozen)
                            .under(Port.HALF);
            this.rest = rest(program, lowered);
            var all = new LinkedHashSet<>(program.ports());
            all.addAll(rest.ports());
            all.addAll(CoreMlFunction.ports(lowered));
            this.ports = List.copyOf(all);
            Path mlpackage = opened.add(new ScratchFolder()).path().resolve("Gradients.mlpackage");
            this.named =
                    ProgramPackage.write(Program.of(lowered.function()), mlpackage, ModelCard.BLANK)
                            .functions()
                            .getFirst();
            this.sharing =
                    isFirst && Probe.isWanted(lowered)
                            ? Probe.ofThisProcess().require(mlpackage, target, sharing)
                            : sharing;
            this.model =
                    opened.add(LateLoads.HERE.load(mlpackage, CoreMlProgram.GRADIENTS, target));
            this.parts = parts();
            if (isFirst && SELF_TEST) {
                steppingBack(this::selfTest);
            }
            this.placement = CoreMl.lint(mlpackage).functions().getFirst();
        } catch (RuntimeException | Error e) {
            over.closedBy(e);
            opened.closedBy(e);
            throw e;
        }
    }

    private record Parts(StepMemory memory, CoreMlFunction gradients, UpdateThread rest) {}

    private Parts parts() {
        var made = new Resources();
        try {
            StepMemory memory =
                    made.add(
                            StepMemory.of(
                                    step,
                                    ports,
                                    CoreMlFunction.ports(lowered),
                                    sharing.isWanted()));
            var gradients = made.add(new CoreMlFunction(lowered, named, model, memory));
            var onCpu =
                    made.add(new UpdateThread(new CpuEngine().compile(rest, memory.bindings())));
            over = made;
            return new Parts(memory, gradients, onCpu);
        } catch (RuntimeException | Error e) {
            made.closedBy(e);
            throw e;
        }
    }

    /** Returns the functions that run on the CPU, reading gradients as they are left. */
    private static Program rest(Program program, LoweredFunction lowered) {
        var layouts = new HashMap<String, PortLayout>();
        for (PortLayout layout : lowered.outputs()) {
            if (layout.port().role() == Role.GRADIENT) {
                layouts.put(layout.port().name(), layout);
            }
        }
        var halved = new HalvedGradients(layouts);
        return new Program(
                program.functions().stream()
                        .filter(function -> !function.name().equals(CoreMlProgram.GRADIENTS))
                        .map(halved::apply)
                        .toList());
    }

    private boolean selfTest() {
        new SelfTest(lowered, parts.memory(), parts.gradients()).run();
        return true;
    }

    /** Predicts, and where that fails over surfaces, once more over plain memory. */
    private boolean steppingBack(BooleanSupplier predicting) {
        try {
            return predicting.getAsBoolean();
        } catch (NativeException e) {
            if (!parts.memory().isShared()) {
                throw e;
            }
            sharing = Sharing.refusedBy(e);
            Resources before = over;
            parts = parts();
            changes++;
            before.close();
            return predicting.getAsBoolean();
        }
    }

    /**
     * Runs the gradients.
     *
     * @return whether all results that are numbers are finite
     * @throws NativeException if Core ML does not predict
     */
    boolean gradients() {
        if (hasRun) {
            return predict();
        }
        boolean isFinite = steppingBack(this::predict);
        hasRun = true;
        return isFinite;
    }

    /** What is looked up lies in the memory at hand, too. */
    private boolean predict() {
        if (looksUp) {
            parts.rest().run(HostEmbeddingLookup.FUNCTION);
        }
        return parts.gradients().run();
    }

    /** Brings the examples of the bindings to the engine ahead of the run. */
    void upload() {
        parts.gradients().upload();
    }

    /** Returns what runs the other functions. */
    UpdateThread rest() {
        return parts.rest();
    }

    FunctionPlacement placement() {
        return placement;
    }

    Sharing sharing() {
        return sharing;
    }

    /** Returns how often other memory took over. */
    int changes() {
        return changes;
    }

    @Override
    public void close() {
        try {
            over.close();
        } finally {
            opened.close();
        }
    }
}
