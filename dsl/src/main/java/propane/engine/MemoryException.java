package propane.engine;

import propane.ffm.ByteCount;
import propane.ffm.MachineMemory;
import propane.tensor.EngineException;
import propane.tensor.Problem;

/** More memory is wanted than the machine, or the container that Java runs in, has left. */
public final class MemoryException extends EngineException {
    private static final long serialVersionUID = 1L;
    private static final String FIX =
            "take smaller batches or a smaller model, or close trainers that are" + " not needed";

    /** Creates the error of a rule alone. */
    public MemoryException(String rule) {
        super(rule);
    }

    /** Creates the error of a rule alone, and what caused it. */
    public MemoryException(String rule, Throwable cause) {
        super(rule, cause);
    }

    /** Returns this error with more about how to fix it. */
    public MemoryException advised(String more) {
        return new MemoryException(problem().fix(fix() + more), this);
    }

    /** Creates the error of its parts. */
    public MemoryException(Problem problem) {
        super(problem);
    }

    private MemoryException(Problem problem, Throwable cause) {
        super(problem, cause);
    }

    /**
     * Requires native memory that is about to be taken.
     *
     * @param what what it is for
     * @param bytes how many bytes
     * @throws MemoryException if there are not as many left
     */
    public static void require(String what, long bytes) {
        // Little is asked for so often that to ask the system each time would take longer.
        if (bytes < 1 << 20) {
            return;
        }
        long left = MachineMemory.here().available();
        if (bytes > left) {
            throw new MemoryException(
                    Problem.ofRule(
                                    what
                                            + " takes "
                                            + ByteCount.text(bytes)
                                            + " of native memory, there are "
                                            + ByteCount.text(left)
                                            + " left")
                            .fix(FIX));
        }
    }

    /** Returns the error for the Java heap having been too small. */
    public static MemoryException ofHeap(String what, OutOfMemoryError cause) {
        long most = Runtime.getRuntime().maxMemory();
        return new MemoryException(
                Problem.ofRule(
                                what
                                        + ": the Java heap of "
                                        + ByteCount.text(most)
                                        + " is too small ("
                                        + cause.getMessage()
                                        + ")")
                        .fix(
                                "give Java a larger heap (-Xmx), or take smaller batches or a"
                                        + " smaller model"),
                cause);
    }
}
