package propane.engine.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A function as a list of kernels: first those that results need, then the others. */
final class CompiledFunction {
    private final Kernel[] forResults;
    private final Kernel[] forState;
    private final MemorySegment[] numbers;

    CompiledFunction(FunctionPlan plan, Memory memory) {
        this.forResults = plan.forResults(memory).toArray(Kernel[]::new);
        this.forState = plan.forState(memory).toArray(Kernel[]::new);
        this.numbers = plan.numbers(memory).toArray(MemorySegment[]::new);
    }

    /** Runs; ends before any input is replaced if a result that is a number is not finite. */
    boolean run() {
        for (Kernel kernel : forResults) {
            kernel.run();
        }
        for (MemorySegment number : numbers) {
            if (!Float.isFinite(number.get(ValueLayout.JAVA_FLOAT, 0))) {
                return false;
            }
        }
        for (Kernel kernel : forState) {
            kernel.run();
        }
        return true;
    }
}
