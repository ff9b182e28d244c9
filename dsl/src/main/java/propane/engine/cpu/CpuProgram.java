package propane.engine.cpu;

import propane.engine.CompiledProgram;
import propane.engine.DeviceReport;
import propane.engine.Frame;
import propane.tensor.EngineException;
import propane.tensor.UnknownNameException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A program as lists of kernels, one list a function. */
final class CpuProgram implements CompiledProgram {
    private final String[] names;
    private final Kernel[][] kernels;
    private final Memory memory;
    private final DeviceReport report;
    private boolean closed;

    CpuProgram(List<FunctionPlan> plans, Frame frame, String device) {
        long workBytes = plans.stream().mapToLong(FunctionPlan::workBytes).max().orElse(0);
        var placements = new ArrayList<DeviceReport.Placement>();
        this.memory = new Memory(frame, workBytes);
        this.names = new String[plans.size()];
        this.kernels = new Kernel[plans.size()][];
        for (int i = 0; i < names.length; i++) {
            FunctionPlan plan = plans.get(i);
            names[i] = plan.name();
            kernels[i] = plan.kernels(memory).toArray(Kernel[]::new);
            placements.addAll(plan.placements());
        }
        this.report = new DeviceReport(device, List.of(), placements, workBytes);
    }

    @Override
    public boolean run(String function) {
        if (closed) {
            throw new EngineException("CPU: the program was closed and cannot run " + function);
        }
        for (Kernel kernel : kernels[indexOf(function)]) {
            kernel.run();
        }
        return true;
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
        for (Kernel[] list : kernels) {
            for (Kernel kernel : list) {
                kernel.close();
            }
        }
        memory.close();
    }
}
