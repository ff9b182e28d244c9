package propane.engine.coreml;

import propane.coreml.lowering.HostEmbeddingLookup;
import propane.coreml.report.Finding;
import propane.coreml.report.FunctionPlacement;
import propane.coreml.report.OpPlacement;
import propane.ffm.NativeException;
import propane.ffm.shim.ShimModel;
import propane.spi.Bindings;
import propane.spi.CompiledProgram;
import propane.spi.DeviceReport;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.tensor.NDArray;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A training step in two parts: {@code gradients}, lowered to float16, as a Core ML package; the
 * update on the CPU, in float32, over the same memory, and what is looked up in large tables.
 */
final class CoreMlProgram implements CompiledProgram {
    /** The function that runs through Core ML. */
    static final String GRADIENTS = Program.Function.GRADIENTS;

    private final Program program;
    private final Bindings bindings;
    private final LoadTarget target;
    private Map<String, NDArray> frozen;
    private LoadedStep loaded;
    private boolean isStale;
    private int changes;

    CoreMlProgram(Program program, Bindings bindings, LoadTarget target) {
        this.program = HostEmbeddingLookup.apart(program);
        this.bindings = bindings;
        this.target = target;
        this.frozen = frozen();
        this.loaded = load(frozen, Sharing.known(), true);
    }

    private Map<String, NDArray> frozen() {
        return program.frozen(GRADIENTS).stream()
                .collect(Collectors.toMap(Port::name, bindings::read));
    }

    private LoadedStep load(Map<String, NDArray> constants, Sharing sharing, boolean isFirst) {
        try {
            return new LoadedStep(program, bindings, constants, target, sharing, isFirst);
        } catch (NativeException e) {
            throw target.failed(e);
        }
    }

    @Override
    public boolean run(String function) {
        if (!function.equals(GRADIENTS)) {
            return loaded.rest().run(function);
        }
        if (isStale) {
            refresh();
        }
        try {
            return loaded.gradients();
        } catch (NativeException e) {
            throw target.failed(e);
        }
    }

    @Override
    public boolean run(String function, Runnable meanwhile) {
        return function.equals(GRADIENTS)
                ? CompiledProgram.super.run(function, meanwhile)
                : loaded.rest().run(function, meanwhile);
    }

    @Override
    public boolean isSpoiled() {
        return loaded.rest().program().isSpoiled();
    }

    @Override
    public void upload() {
        loaded.upload();
    }

    /** Where that fails, no gradients are computed with the weights of before. */
    @Override
    public void refresh() {
        loaded.rest().program().refresh();
        Map<String, NDArray> now = frozen();
        isStale = !now.equals(frozen);
        if (isStale) {
            LoadedStep next = load(now, loaded.sharing(), false);
            LoadedStep before = loaded;
            loaded = next;
            frozen = now;
            isStale = false;
            changes += before.changes();
            before.close();
        }
    }

    @Override
    public DeviceReport report() {
        DeviceReport cpu = loaded.rest().program().report();
        var placements = new ArrayList<DeviceReport.Placement>();
        var said = new ArrayList<>(List.of(target.units() + " allowed"));
        if (hasNeuralEngine()) {
            FunctionPlacement placement = loaded.placement();
            said.add(placement.summary());
            placement.findings().forEach(finding -> said.add(finding.text()));
            placement.ops().forEach(op -> placements.add(placed(op)));
        }
        placements.addAll(cpu.placements());
        return new DeviceReport(
                        "Core ML (" + String.join("; ", said) + "), updates on " + cpu.device(),
                        List.of(),
                        placements,
                        cpu.workBytes(),
                        loaded.sharing().notes())
                .noting(LateLoads.HERE.notes());
    }

    @Override
    public int changes() {
        return changes + loaded.changes();
    }

    private boolean hasNeuralEngine() {
        return target.units() == ShimModel.Units.ALL
                || target.units() == ShimModel.Units.CPU_AND_NEURAL_ENGINE;
    }

    private static DeviceReport.Placement placed(OpPlacement op) {
        String where = op.mayRun() ? "may run on the Neural Engine" : "may not run there";
        String why = op.reasons().stream().map(Finding::text).collect(Collectors.joining("; "));
        return new DeviceReport.Placement(GRADIENTS, op.op(), where, why);
    }

    @Override
    public void close() {
        loaded.close();
    }
}
