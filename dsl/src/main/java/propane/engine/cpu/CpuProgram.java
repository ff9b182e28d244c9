package propane.engine.cpu;

import propane.engine.CompiledProgram;
import propane.engine.DeviceReport;
import propane.engine.Frame;
import propane.engine.RunStats;
import propane.tensor.EngineException;
import propane.tensor.UnknownNameException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A program as lists of kernels, one list a function. */
final class CpuProgram implements CompiledProgram {
    private final String[] names;
    private final CompiledFunction[] functions;
    private final RunMeter[] meters;
    private final Providers providers;
    private final Memory memory;
    private final DeviceReport report;
    private boolean closed;

    CpuProgram(List<FunctionPlan> plans, Providers providers, Frame frame, String device) {
        long workBytes = plans.stream().mapToLong(FunctionPlan::workBytes).max().orElse(0);
        var placements = new ArrayList<DeviceReport.Placement>();
        this.providers = providers;
        this.memory = new Memory(frame, workBytes);
        this.names = new String[plans.size()];
        this.functions = new CompiledFunction[plans.size()];
        for (int i = 0; i < names.length; i++) {
            names[i] = plans.get(i).name();
            functions[i] = new CompiledFunction(plans.get(i), memory);
            placements.addAll(plans.get(i).placements());
        }
        this.meters =
                RunMeter.isWanted()
                        ? Arrays.stream(names).map(RunMeter::new).toArray(RunMeter[]::new)
                        : new RunMeter[0];
        this.report = new DeviceReport(device, List.of(), placements, workBytes);
    }

    @Override
    public boolean run(String function) {
        if (closed) {
            throw new EngineException("CPU: the program was closed and cannot run " + function);
        }
        CompiledFunction compiled = functions[indexOf(function)];
        return meters.length == 0 ? compiled.run() : meters[indexOf(function)].run(compiled);
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
        if (closed) {
            return;
        }
        closed = true;
        for (CompiledFunction function : functions) {
            function.close();
        }
        providers.close();
        memory.close();
    }
}
