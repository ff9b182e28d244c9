package propane.ffm.dnnl;

import propane.ffm.NativeException;
import propane.ffm.raw.dnnl.Dnnl;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/**
 * One computation over fixed memory, made by a {@link DnnlSession}: a primitive of oneDNN, and
 * those that bring memory into the layout it wants and back.
 */
public final class DnnlPrimitive {
    private final DnnlSession session;
    private final Call[] calls;
    private final MemorySegment.Scope[] operands;
    // Whoever runs it, it takes as many as it was made for.
    private final int threads = Dnnl.omp_get_max_threads();

    DnnlPrimitive(DnnlSession session, List<Call> calls, Operand... operands) {
        this.session = session;
        this.calls = calls.toArray(Call[]::new);
        this.operands =
                Arrays.stream(operands)
                        .map(operand -> operand.segment().scope())
                        .distinct()
                        .toArray(MemorySegment.Scope[]::new);
    }

    /**
     * A primitive and its arguments.
     *
     * @param primitive the primitive
     * @param arguments its arguments, a list in native memory
     * @param count how many they are
     */
    record Call(MemorySegment primitive, MemorySegment arguments, int count) {}

    /**
     * Computes, and returns when the results are in memory. Allocates nothing.
     *
     * @throws NativeException if the session is closed or in use by another thread, an operand's
     *     memory was freed, or oneDNN reports an error
     */
    public void execute() {
        int seat = session.enter("execute");
        try {
            for (MemorySegment.Scope operand : operands) {
                if (!operand.isAlive()) {
                    throw new NativeException("oneDNN: the memory of an operand was freed");
                }
            }
            MemorySegment stream = session.stream();
            Dnnl.omp_set_num_threads(threads);
            for (Call call : calls) {
                DnnlSession.check(
                        "execute",
                        Dnnl.dnnl_primitive_execute(
                                call.primitive(), stream, call.count(), call.arguments()));
            }
            DnnlSession.check("wait", Dnnl.dnnl_stream_wait(stream));
        } finally {
            session.leave(seat);
        }
    }
}
