package propane.engine.cpu;

import propane.engine.cpu.plan.FiniteScan;
import propane.engine.cpu.plan.FunctionPlan;
import propane.engine.cpu.plan.Memory;
import propane.spi.cpu.Kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A function as a list of kernels: first those that results need, then the others. */
final class CompiledFunction {
    private final Kernel[] forResults;
    private final Kernel[] forState;
    private final MemorySegment[] numbers;
    private final MemorySegment[] settled;
    private final MemorySegment fault;

    CompiledFunction(FunctionPlan plan, Memory memory) {
        this.forResults = plan.forResults(memory).toArray(Kernel[]::new);
        this.fault = memory.number("whether the state is finite");
        this.forState = plan.forState(memory, fault).toArray(Kernel[]::new);
        this.settled = plan.settled(memory).toArray(MemorySegment[]::new);
        this.numbers = plan.numbers(memory).toArray(MemorySegment[]::new);
    }

    /**
     * Runs; ends before any input is replaced if a result that is a number is not finite, or state
     * that is known by then.
     */
    boolean run() {
        for (Kernel kernel : forResults) {
            kernel.run();
        }
        for (MemorySegment number : numbers) {
            if (!Float.isFinite(number.get(ValueLayout.JAVA_FLOAT, 0))) {
                return false;
            }
        }
        for (MemorySegment state : settled) {
            if (!FiniteScan.isFinite(state)) {
                return false;
            }
        }
        for (Kernel kernel : forState) {
            kernel.run();
        }
        return true;
    }

    /** Forgets that it was. */
    void refresh() {
        fault.set(ValueLayout.JAVA_FLOAT, 0, 0);
    }

    /** Returns whether state was written that is not finite. */
    boolean isSpoiled() {
        return fault.get(ValueLayout.JAVA_FLOAT, 0) != 0;
    }
}
