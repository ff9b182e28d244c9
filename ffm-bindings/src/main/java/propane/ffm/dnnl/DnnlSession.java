package propane.ffm.dnnl;

import propane.ffm.DeepStack;
import propane.ffm.NativeException;
import propane.ffm.NativeMemory;
import propane.ffm.Occupancy;
import propane.ffm.Refusal;
import propane.ffm.raw.dnnl.Dnnl;
import propane.ffm.raw.dnnl.dnnl_exec_arg_t;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;

/**
 * A CPU engine and stream of oneDNN, and the primitives made with them. Closing it frees all of
 * them; a primitive that is executed afterwards throws. It is used by one thread at a time: a call
 * meanwhile throws, {@link #close} waits for the call that runs.
 */
public final class DnnlSession implements AutoCloseable {
    private final Occupancy use =
            Occupancy.ofOne(
                    new Refusal(
                            "oneDNN: the session",
                            "let one thread use a session at a time",
                            "close it after its last primitive",
                            NativeException::new));
    private final Arena arena = Arena.ofShared();
    private final NativeMemory memory = new NativeMemory(NativeException::new);
    private final Deque<Runnable> frees = new ArrayDeque<>();
    private final Scratchpad scratchpad = new Scratchpad();
    private final MemorySegment engine;
    private final MemorySegment stream;
    private final MemorySegment attributes;

    private DnnlSession() {
        try {
            this.engine = create("engine", out -> Dnnl.dnnl_engine_create(out, Dnnl.dnnl_cpu(), 0));
            frees.push(() -> Dnnl.dnnl_engine_destroy(engine));
            this.stream =
                    create(
                            "stream",
                            out ->
                                    Dnnl.dnnl_stream_create(
                                            out, engine, Dnnl.dnnl_stream_default_flags()));
            frees.push(() -> Dnnl.dnnl_stream_destroy(stream));
            this.attributes = create("attributes", Dnnl::dnnl_primitive_attr_create);
            frees.push(() -> Dnnl.dnnl_primitive_attr_destroy(attributes));
            check(
                    "attributes",
                    Dnnl.dnnl_primitive_attr_set_scratchpad_mode(
                            attributes, Dnnl.dnnl_scratchpad_mode_user()));
        } catch (RuntimeException | Error e) {
            free();
            throw e;
        }
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
        return made("matmul", () -> product(x, y, result), x, y, result);
    }

    private List<DnnlPrimitive.Call> product(Operand x, Operand y, Operand result) {
        MemorySegment xs = descriptor(x);
        MemorySegment ys = descriptor(y);
        MemorySegment results = descriptor(result);
        MemorySegment noBias = MemorySegment.NULL;
        MemorySegment kind =
                describe(
                        "matmul",
                        out ->
                                Dnnl.dnnl_matmul_primitive_desc_create(
                                        out, engine, xs, ys, noBias, results, attributes));
        return List.of(
                call(
                        kind,
                        argument(Dnnl.DNNL_ARG_SRC_0(), x.segment(), xs),
                        argument(Dnnl.DNNL_ARG_WEIGHTS_0(), y.segment(), ys),
                        argument(Dnnl.DNNL_ARG_DST_0(), result.segment(), results)));
    }

    /** Makes a primitive over operands, while nobody else uses the session. */
    private DnnlPrimitive made(
            String call, Supplier<List<DnnlPrimitive.Call>> maker, Operand... operands) {
        int seat = use.enter(call);
        try {
            return new DnnlPrimitive(this, maker.get(), operands);
        } finally {
            use.leave(seat);
        }
    }

    private ConvolutionMaker convolving(
            Operand images, Operand kernels, Operand results, Windows windows) {
        return new ConvolutionMaker(this, images, kernels, results, windows);
    }

    /**
     * Returns the convolution of images [n, c, spatial…] with kernels [out, c, kernel…], or with
     * groups [groups, out / groups, c / groups, kernel…].
     */
    public DnnlPrimitive convolution(
            Operand images, Operand kernels, Operand results, Windows windows) {
        return made(
                "convolution",
                () -> convolving(images, kernels, results, windows).forward(),
                images,
                kernels,
                results);
    }

    /** Returns the gradient of a convolution with respect to its images. */
    public DnnlPrimitive convolutionImageGradient(
            Operand images, Operand kernels, Operand results, Windows windows) {
        return made(
                "convolutionImageGradient",
                () -> convolving(images, kernels, results, windows).imageGradient(),
                images,
                kernels,
                results);
    }

    /** Returns the gradient of a convolution with respect to its kernels. */
    public DnnlPrimitive convolutionKernelGradient(
            Operand images, Operand kernels, Operand results, Windows windows) {
        return made(
                "convolutionKernelGradient",
                () -> convolving(images, kernels, results, windows).kernelGradient(),
                images,
                kernels,
                results);
    }

    /** Makes the description of a primitive; freed with the session. */
    MemorySegment describe(String what, Maker maker) {
        MemorySegment kind = createDeep(what, maker);
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
    DnnlPrimitive.Call call(MemorySegment kind, Argument... named) {
        var arguments = new ArrayList<>(List.of(named));
        MemorySegment scratch =
                Dnnl.dnnl_primitive_desc_query_md(kind, Dnnl.dnnl_query_scratchpad_md(), 0);
        long bytes = Dnnl.dnnl_memory_desc_get_size(scratch);
        if (bytes > 0) {
            Argument pad = argument(Dnnl.DNNL_ARG_SCRATCHPAD(), scratchpad.room(bytes), scratch);
            scratchpad.use(pad.memory());
            arguments.add(pad);
        }
        MemorySegment primitive =
                createDeep("primitive", out -> Dnnl.dnnl_primitive_create(out, kind));
        frees.push(() -> Dnnl.dnnl_primitive_destroy(primitive));
        MemorySegment list = dnnl_exec_arg_t.allocateArray(arguments.size(), arena);
        for (int i = 0; i < arguments.size(); i++) {
            MemorySegment one = dnnl_exec_arg_t.asSlice(list, i);
            dnnl_exec_arg_t.arg(one, arguments.get(i).number());
            dnnl_exec_arg_t.memory(one, arguments.get(i).memory());
        }
        return new DnnlPrimitive.Call(primitive, list, arguments.size());
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
                                        out, fromLayout, engine, toLayout, engine, attributes));
        return call(
                kind,
                argument(Dnnl.DNNL_ARG_SRC_0(), from, fromLayout),
                argument(Dnnl.DNNL_ARG_DST_0(), to, toLayout));
    }

    /** Allocates memory for a layout; freed with the session. */
    MemorySegment allocate(MemorySegment layout) {
        return memory.allocate("oneDNN", Dnnl.dnnl_memory_desc_get_size(layout));
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

    /** Returns what every primitive is made with: that it computes in the session's scratchpad. */
    MemorySegment attributes() {
        return attributes;
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
        try (Arena call = Arena.ofConfined()) {
            MemorySegment out = call.allocate(ValueLayout.ADDRESS);
            check(what, maker.make(out));
            return out.get(ValueLayout.ADDRESS, 0);
        }
    }

    /**
     * Makes something whose making takes much stack, for as many threads as the caller may take.
     */
    private MemorySegment createDeep(String what, Maker maker) {
        int threads = Dnnl.omp_get_max_threads();
        // Another thread may not touch memory that is confined to this one.
        MemorySegment kept = arena.allocate(ValueLayout.ADDRESS);
        return create(
                what,
                out -> {
                    int status =
                            DeepStack.call(() -> {
                                Dnnl.omp_set_num_threads(threads);
                                return maker.make(kept);
                            });
                    out.copyFrom(kept);
                    return status;
                });
    }

    static void check(String what, int status) {
        if (status != Dnnl.dnnl_success()) {
            throw new NativeException(
                    "oneDNN: " + what + ": " + Dnnl.dnnl_status2str(status).getString(0));
        }
    }

    /** Takes the session for a call, which must leave it again. */
    int enter(String call) {
        return use.enter(call);
    }

    void leave(int seat) {
        use.leave(seat);
    }

    MemorySegment stream() {
        return stream;
    }

    /**
     * Frees engine, stream and primitives, after the call that runs; a second call does nothing.
     */
    @Override
    public void close() {
        use.close(this::free);
    }

    private void free() {
        while (!frees.isEmpty()) {
            frees.pop().run();
        }
        scratchpad.close();
        memory.close();
        arena.close();
    }
}
