package propane.engine.cpu;

import propane.engine.cpu.plan.FunctionPlan;
import propane.engine.cpu.plan.Memory;
import propane.engine.cpu.plan.Providers;
import propane.ffm.Resources;
import propane.spi.Bindings;
import propane.spi.CompiledProgram;
import propane.spi.DeviceReport;
import propane.spi.RunStats;
import propane.tensor.UnknownNameException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A program as lists of kernels, one list a function; used by one thread at a time, and not once it
 * is closed.
 */
final class CpuProgram implements CompiledProgram {
    private final String[] names;
    private final CompiledFunction[] functions;
    private final RunMeter[] meters;
    private final Resources taken = new Resources();
    private final DeviceReport report;

    /** Takes over the providers, and closes them should it fail. */
    CpuProgram(List<FunctionPlan> plans, Providers providers, Bindings bindings, String device) {
        taken.add(providers);
        long workBytes = plans.stream().mapToLong(FunctionPlan::workBytes).max().orElse(0);
        var placements = new ArrayList<DeviceReport.Placement>();
        this.names = plans.stream().map(FunctionPlan::name).toArray(String[]::new);
        this.functions = new CompiledFunction[plans.size()];
        try {
            Memory memory = taken.add(new Memory(bindings, workBytes));
            for (int i = 0; i < names.length; i++) {
                functions[i] = new CompiledFunction(plans.get(i), memory);
                placements.addAll(plans.get(i).placements());
            }
        } catch (RuntimeException | Error e) {
            taken.closedBy(e);
            throw e;
        }
        this.meters =
                RunMeter.isWanted()
                        ? Arrays.stream(names).map(RunMeter::new).toArray(RunMeter[]::new)
                        : new RunMeter[0];
        this.report = new DeviceReport(device, List.of(), placements, workBytes);
    }

    @Override
    public boolean run(String function) {
        CompiledFunction compiled = functions[indexOf(function)];
        return meters.length == 0 ? compiled.run() : meters[indexOf(function)].run(compiled);
    }

    @Override
    public void refresh() {
        for (CompiledFunction function : functions) {
            function.refresh();
        }
    }

    @Override
    public boolean isSpoiled() {
        for (CompiledFunction function : functions) {
            if (function.isSpoiled()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public List<RunStats> stats() {
        return Arrays.stream(meters).map(RunMeter::stats).filter(run -> run.runs() > 0).toList();
    }

    private int indexOf(String function) {
        for (int i = 0; i < names.length; i++) {
            if (names[i].equals(function)) {
                return i;
            }
        }
        throw new UnknownNameException(
                "CPU: the program has no function "
                        + function
                        + "; it has "
                        + Arrays.toString(names));
    }

    @Override
    public DeviceReport report() {
        return report;
    }

    @Override
    public void close() {
        taken.close();
    }
}
