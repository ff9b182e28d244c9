package propane.ffm.dnnl;

import propane.ffm.NativeException;
import propane.ffm.raw.dnnl.Dnnl;

import java.lang.foreign.MemorySegment;

/** One computation over fixed memory, made by a {@link DnnlSession}. */
public final class DnnlPrimitive {
    private final DnnlSession session;
    private final MemorySegment primitive;
    private final MemorySegment arguments;
    private final int count;

    DnnlPrimitive(
            DnnlSession session, MemorySegment primitive, MemorySegment arguments, int count) {
        this.session = session;
        this.primitive = primitive;
        this.arguments = arguments;
        this.count = count;
    }

    /**
     * Computes, and returns when the results are in memory. Allocates nothing.
     *
     * @throws NativeException if the session is closed or oneDNN reports an error
     */
    public void execute() {
        MemorySegment stream = session.stream();
        DnnlSession.check(
                "execute", Dnnl.dnnl_primitive_execute(primitive, stream, count, arguments));
        DnnlSession.check("wait", Dnnl.dnnl_stream_wait(stream));
    }
}
