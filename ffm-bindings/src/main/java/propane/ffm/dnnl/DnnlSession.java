package propane.ffm.dnnl;

import propane.ffm.NativeException;
import propane.ffm.raw.dnnl.Dnnl;
import propane.ffm.raw.dnnl.dnnl_exec_arg_t;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * A CPU engine and stream of oneDNN, and the primitives made with them. Closing it frees all of
 * them; a primitive that is executed afterwards throws. Used by one thread at a time.
 */
public final class DnnlSession implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final Deque<Runnable> frees = new ArrayDeque<>();
    private final MemorySegment engine;
    private final MemorySegment stream;
    private boolean closed;

    private DnnlSession() {
        this.engine = create("engine", out -> Dnnl.dnnl_engine_create(out, Dnnl.dnnl_cpu(), 0));
        frees.push(() -> Dnnl.dnnl_engine_destroy(engine));
        this.stream =
                create(
                        "stream",
                        out ->
                                Dnnl.dnnl_stream_create(
                                        out, engine, Dnnl.dnnl_stream_default_flags()));
        frees.push(() -> Dnnl.dnnl_stream_destroy(stream));
    }

    /**
     * Opens a session.
     *
     * @throws NativeException if oneDNN is not available
     */
    public static DnnlSession open() {
        DnnlLibrary.require();
        return new DnnlSession();
    }

    /**
     * Returns the product result = x · y of matrices [rows, inner] and [inner, columns], or of
     * stacks of them; leading axes of length 1 broadcast. A transposed factor is one whose strides
     * are swapped.
     */
    public DnnlPrimitive matmul(Operand x, Operand y, Operand result) {
        MemorySegment xs = descriptor(x);
        MemorySegment ys = descriptor(y);
        MemorySegment results = descriptor(result);
        MemorySegment nothing = MemorySegment.NULL;
        MemorySegment kind =
                describe(
                        "matmul",
                        out ->
                                Dnnl.dnnl_matmul_primitive_desc_create(
                                        out, engine, xs, ys, nothing, results, nothing));
        return new DnnlPrimitive(
                this,
                List.of(
                        call(
                                kind,
                                argument(Dnnl.DNNL_ARG_SRC_0(), x.segment(), xs),
                                argument(Dnnl.DNNL_ARG_WEIGHTS_0(), y.segment(), ys),
                                argument(Dnnl.DNNL_ARG_DST_0(), result.segment(), results))));
    }

    /**
     * Returns the convolution of images [n, c, spatial…] with kernels [out, c, kernel…], or with
     * groups [groups, out / groups, c / groups, kernel…].
     */
    public DnnlPrimitive convolution(
            Operand images, Operand kernels, Operand results, Windows windows) {
        return new ConvolutionMaker(this, images, kernels, results, windows).forward();
    }

    /** Returns the gradient of a convolution with respect to its images. */
    public DnnlPrimitive convolutionImageGradient(
            Operand images, Operand kernels, Operand results, Windows windows) {
        return new ConvolutionMaker(this, images, kernels, results, windows).imageGradient();
    }

    /** Returns the gradient of a convolution with respect to its kernels. */
    public DnnlPrimitive convolutionKernelGradient(
            Operand images, Operand kernels, Operand results, Windows windows) {
        return new ConvolutionMaker(this, images, kernels, results, windows).kernelGradient();
    }

    /** Makes the description of a primitive; freed with the session. */
    MemorySegment describe(String what, Maker maker) {
        MemorySegment kind = create(what, maker);
        frees.push(() -> Dnnl.dnnl_primitive_desc_destroy(kind));
        return kind;
    }

    /**
     * An argument of a primitive.
     *
     * @param number which
     * @param memory the memory object
     */
    record Argument(int number, MemorySegment memory) {}

    /** Makes a memory object. */
    Argument argument(int number, MemorySegment segment, MemorySegment descriptor) {
        MemorySegment memory =
                create("memory", out -> Dnnl.dnnl_memory_create(out, descriptor, engine, segment));
        frees.push(() -> Dnnl.dnnl_memory_destroy(memory));
        return new Argument(number, memory);
    }

    /** Makes a primitive. */
    DnnlPrimitive.Call call(MemorySegment kind, Argument... arguments) {
        MemorySegment primitive = create("primitive", out -> Dnnl.dnnl_primitive_create(out, kind));
        frees.push(() -> Dnnl.dnnl_primitive_destroy(primitive));
        MemorySegment list = dnnl_exec_arg_t.allocateArray(arguments.length, arena);
        for (int i = 0; i < arguments.length; i++) {
            MemorySegment one = dnnl_exec_arg_t.asSlice(list, i);
            dnnl_exec_arg_t.arg(one, arguments[i].number());
            dnnl_exec_arg_t.memory(one, arguments[i].memory());
        }
        return new DnnlPrimitive.Call(primitive, list, arguments.length);
    }

    /** Makes a primitive that copies from one layout to another. */
    DnnlPrimitive.Call reorder(
            MemorySegment from,
            MemorySegment fromLayout,
            MemorySegment to,
            MemorySegment toLayout) {
        MemorySegment kind =
                describe(
                        "reorder",
                        out ->
                                Dnnl.dnnl_reorder_primitive_desc_create(
                                        out,
                                        fromLayout,
                                        engine,
                                        toLayout,
                                        engine,
                                        MemorySegment.NULL));
        return call(
                kind,
                argument(Dnnl.DNNL_ARG_SRC_0(), from, fromLayout),
                argument(Dnnl.DNNL_ARG_DST_0(), to, toLayout));
    }

    /** Allocates memory for a layout; freed with the session. */
    MemorySegment allocate(MemorySegment layout) {
        return arena.allocate(Math.max(1, Dnnl.dnnl_memory_desc_get_size(layout)), 64);
    }

    /** Describes memory whose layout oneDNN is to choose. */
    MemorySegment free(Operand operand) {
        MemorySegment descriptor =
                create(
                        "memory descriptor",
                        out ->
                                Dnnl.dnnl_memory_desc_create_with_tag(
                                        out,
                                        operand.dims().length,
                                        numbers(operand.dims()),
                                        Dnnl.dnnl_f32(),
                                        Dnnl.dnnl_format_tag_any()));
        frees.push(() -> Dnnl.dnnl_memory_desc_destroy(descriptor));
        return descriptor;
    }

    MemorySegment engine() {
        return engine;
    }

    /** Describes memory as it is. */
    MemorySegment descriptor(Operand operand) {
        MemorySegment descriptor =
                create(
                        "memory descriptor",
                        out ->
                                Dnnl.dnnl_memory_desc_create_with_strides(
                                        out,
                                        operand.dims().length,
                                        numbers(operand.dims()),
                                        Dnnl.dnnl_f32(),
                                        numbers(operand.strides())));
        frees.push(() -> Dnnl.dnnl_memory_desc_destroy(descriptor));
        return descriptor;
    }

    MemorySegment numbers(long[] numbers) {
        return arena.allocateFrom(ValueLayout.JAVA_LONG, numbers);
    }

    /** Makes something through an out pointer. */
    interface Maker {
        int make(MemorySegment out);
    }

    private MemorySegment create(String what, Maker maker) {
        if (closed) {
            throw new NativeException("oneDNN: the session is closed");
        }
        try (Arena call = Arena.ofConfined()) {
            MemorySegment out = call.allocate(ValueLayout.ADDRESS);
            check(what, maker.make(out));
            return out.get(ValueLayout.ADDRESS, 0);
        }
    }

    static void check(String what, int status) {
        if (status != Dnnl.dnnl_success()) {
            throw new NativeException(
                    "oneDNN: " + what + ": " + Dnnl.dnnl_status2str(status).getString(0));
        }
    }

    MemorySegment stream() {
        if (closed) {
            throw new NativeException("oneDNN: the session is closed");
        }
        return stream;
    }

    /** Frees engine, stream and primitives; a second call does nothing. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            while (!frees.isEmpty()) {
                frees.pop().run();
            }
            arena.close();
        }
    }
}
