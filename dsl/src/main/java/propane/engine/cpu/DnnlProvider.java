package propane.engine.cpu;

import propane.engine.cpu.kernel.ConvolutionKernel;
import propane.engine.cpu.kernel.UpcastKernel;
import propane.engine.cpu.plan.Fused;
import propane.engine.cpu.plan.UnitProvider;
import propane.ffm.Availability;
import propane.ffm.dnnl.DnnlLibrary;
import propane.ffm.dnnl.DnnlPrimitive;
import propane.ffm.dnnl.DnnlSession;
import propane.ffm.dnnl.Operand;
import propane.ffm.dnnl.Windows;
import propane.spi.cpu.KernelMatch;
import propane.spi.op.Convolution;
import propane.spi.op.Linear;
import propane.spi.op.Op;
import propane.spi.op.Window;
import propane.tensor.DType;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * oneDNN's kernels for products and convolutions, over packed row-major memory. The session and all
 * it made live as long as the program.
 */
final class DnnlProvider implements UnitProvider {
    private final Availability availability;
    private final Threads threads;
    private int mostThreads = 1;
    private final List<DnnlSession> sessions = new ArrayList<>();

    /**
     * Makes the provider.
     *
     * @param threads how many threads kernels may take
     */
    DnnlProvider(Threads threads) {
        this.availability = DnnlLibrary.availability();
        this.threads = threads;
    }

    @Override
    public String name() {
        return "onednn";
    }

    @Override
    public String describe() {
        return switch (availability) {
            case Availability.Available(String version) ->
                    version + (mostThreads == 1 ? ", 1 thread" : ", " + mostThreads + " threads");
            case Availability.Missing(String reason) -> "no oneDNN: " + reason;
        };
    }

    @Override
    public KernelMatch offer(Fused unit) {
        if (availability instanceof Availability.Missing(String reason)) {
            return new KernelMatch.Refused(reason);
        }
        Op op = unit.operation().op();
        if (unit.isFused() || !(op instanceof Linear.Matmul || op instanceof Convolution)) {
            return new KernelMatch.Refused("computes products and convolutions only");
        }
        if (ConvolutionKernel.sumsInDoubles(op)) {
            return new KernelMatch.Refused("adds up in float32, long filters need doubles");
        }
        if (unit.operation().result(0).dtype() == DType.FLOAT16) {
            return UpcastKernel.offer(unit, this::offer);
        }
        for (Tensor operand : unit.operation().operands()) {
            if (operand.dtype() != DType.FLOAT32 || operand.shape().size() == 0) {
                return new KernelMatch.Refused(
                        "takes float32 that is not empty, not " + operand.type());
            }
        }
        int wanted = threads.of(unit.operation());
        mostThreads = Math.max(mostThreads, wanted);
        return KernelMatch.taken((operands, results) -> {
            // A kernel takes as many threads as could be had when it was made.
            DnnlLibrary.threads(wanted);
            DnnlPrimitive primitive = primitive(op, operands, results[0]);
            DnnlLibrary.threads(threads.most());
            return primitive::execute;
        });
    }

    private DnnlSession session() {
        if (sessions.isEmpty()) {
            sessions.add(DnnlSession.open());
        }
        return sessions.getFirst();
    }

    private DnnlPrimitive primitive(Op op, MemorySegment[] in, MemorySegment out) {
        return switch (op) {
            case Linear.Matmul matmul -> {
                Shape result = matmul.infer().shape();
                int rank = result.rank();
                yield session()
                        .matmul(
                                factor(in[0], matmul.x().shape(), rank, matmul.transposeX()),
                                factor(in[1], matmul.y().shape(), rank, matmul.transposeY()),
                                packed(out, result));
            }
            case Convolution.Conv conv ->
                    session()
                            .convolution(
                                    packed(in[0], conv.x().shape()),
                                    kernels(in[1], conv.weight().shape(), conv.groups()),
                                    packed(out, conv.infer().shape()),
                                    windows(conv.window()));
            case Convolution.ConvTranspose conv ->
                    session()
                            .convolutionImageGradient(
                                    packed(out, conv.infer().shape()),
                                    kernels(in[1], conv.weight().shape(), conv.groups()),
                                    packed(in[0], conv.x().shape()),
                                    windows(conv.window()));
            case Convolution.ConvWeightGradient conv ->
                    session()
                            .convolutionKernelGradient(
                                    packed(in[0], conv.x().shape()),
                                    kernels(out, conv.shape(), conv.groups()),
                                    packed(in[1], conv.gradient().shape()),
                                    windows(conv.window()));
            default -> throw new AssertionError(op);
        };
    }

    private static Operand packed(MemorySegment segment, Shape shape) {
        return Operand.packed(segment, longs(shape.dims()));
    }

    /**
     * A factor with axes of length 1 before its own, and its last two transposed if it is to be.
     */
    private static Operand factor(
            MemorySegment segment, Shape shape, int rank, boolean transposed) {
        var dims = new ArrayList<Integer>();
        for (int i = shape.rank(); i < rank; i++) {
            dims.add(1);
        }
        dims.addAll(shape.dims());
        Operand packed = Operand.packed(segment, longs(dims));
        return transposed
                ? new Operand(segment, transposed(packed.dims()), transposed(packed.strides()))
                : packed;
    }

    private static long[] transposed(long[] numbers) {
        long[] transposed = numbers.clone();
        int last = transposed.length - 1;
        transposed[last] = numbers[last - 1];
        transposed[last - 1] = numbers[last];
        return transposed;
    }

    /** Kernels [out, c / groups, kernel…], as oneDNN wants them with an axis of groups in front. */
    private static Operand kernels(MemorySegment segment, Shape shape, int groups) {
        if (groups == 1) {
            return packed(segment, shape);
        }
        return packed(segment, shape.with(0, shape.dim(0) / groups).prepend(groups));
    }

    private static Windows windows(Window window) {
        return new Windows(
                longs(window.strides()),
                longs(window.dilations()),
                longs(window.before()),
                longs(window.after()));
    }

    private static long[] longs(List<Integer> numbers) {
        return numbers.stream().mapToLong(Integer::longValue).toArray();
    }

    @Override
    public void close() {
        sessions.forEach(DnnlSession::close);
    }
}
