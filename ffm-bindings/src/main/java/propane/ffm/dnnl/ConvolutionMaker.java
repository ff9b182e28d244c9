package propane.ffm.dnnl;

import propane.ffm.raw.dnnl.Dnnl;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes a convolution or one of its gradients. oneDNN chooses the layouts, and what it computes is
 * copied from and to the operands' own: for kernels that lie packed it has nothing but plain loops,
 * a hundred times slower.
 */
final class ConvolutionMaker {
    private final DnnlSession session;
    private final Operand images;
    private final Operand kernels;
    private final Operand results;
    private final Windows windows;
    private final MemorySegment imageLayout;
    private final MemorySegment kernelLayout;
    private final MemorySegment resultLayout;

    ConvolutionMaker(
            DnnlSession session,
            Operand images,
            Operand kernels,
            Operand results,
            Windows windows) {
        this.session = session;
        this.images = images;
        this.kernels = kernels;
        this.results = results;
        this.windows = windows;
        this.imageLayout = session.free(images);
        this.kernelLayout = session.free(kernels);
        this.resultLayout = session.free(results);
    }

    List<DnnlPrimitive.Call> forward() {
        return primitive(
                forwardKind(),
                new Part(Dnnl.DNNL_ARG_SRC_0(), Dnnl.dnnl_query_src_md(), images, false),
                new Part(Dnnl.DNNL_ARG_WEIGHTS_0(), Dnnl.dnnl_query_weights_md(), kernels, false),
                new Part(Dnnl.DNNL_ARG_DST_0(), Dnnl.dnnl_query_dst_md(), results, true));
    }

    List<DnnlPrimitive.Call> imageGradient() {
        MemorySegment forward = forwardKind();
        MemorySegment kind =
                session.describe(
                        "convolution backward data",
                        out ->
                                Dnnl.dnnl_convolution_backward_data_primitive_desc_create(
                                        out,
                                        session.engine(),
                                        Dnnl.dnnl_convolution_direct(),
                                        imageLayout,
                                        kernelLayout,
                                        resultLayout,
                                        session.numbers(windows.strides()),
                                        session.numbers(windows.gaps()),
                                        session.numbers(windows.before()),
                                        session.numbers(windows.after()),
                                        forward,
                                        session.attributes()));
        return primitive(
                kind,
                new Part(Dnnl.DNNL_ARG_DIFF_SRC_0(), Dnnl.dnnl_query_diff_src_md(), images, true),
                new Part(Dnnl.DNNL_ARG_WEIGHTS_0(), Dnnl.dnnl_query_weights_md(), kernels, false),
                new Part(
                        Dnnl.DNNL_ARG_DIFF_DST_0(), Dnnl.dnnl_query_diff_dst_md(), results, false));
    }

    List<DnnlPrimitive.Call> kernelGradient() {
        MemorySegment forward = forwardKind();
        MemorySegment kind =
                session.describe(
                        "convolution backward weights",
                        out ->
                                Dnnl.dnnl_convolution_backward_weights_primitive_desc_create(
                                        out,
                                        session.engine(),
                                        Dnnl.dnnl_convolution_direct(),
                                        imageLayout,
                                        kernelLayout,
                                        MemorySegment.NULL,
                                        resultLayout,
                                        session.numbers(windows.strides()),
                                        session.numbers(windows.gaps()),
                                        session.numbers(windows.before()),
                                        session.numbers(windows.after()),
                                        forward,
                                        session.attributes()));
        return primitive(
                kind,
                new Part(Dnnl.DNNL_ARG_SRC_0(), Dnnl.dnnl_query_src_md(), images, false),
                new Part(
                        Dnnl.DNNL_ARG_DIFF_WEIGHTS_0(),
                        Dnnl.dnnl_query_diff_weights_md(),
                        kernels,
                        true),
                new Part(
                        Dnnl.DNNL_ARG_DIFF_DST_0(), Dnnl.dnnl_query_diff_dst_md(), results, false));
    }

    /** The forward convolution; a gradient needs it to know what it is the gradient of. */
    private MemorySegment forwardKind() {
        return session.describe(
                "convolution",
                out ->
                        Dnnl.dnnl_convolution_forward_primitive_desc_create(
                                out,
                                session.engine(),
                                Dnnl.dnnl_forward_training(),
                                Dnnl.dnnl_convolution_direct(),
                                imageLayout,
                                kernelLayout,
                                MemorySegment.NULL,
                                resultLayout,
                                session.numbers(windows.strides()),
                                session.numbers(windows.gaps()),
                                session.numbers(windows.before()),
                                session.numbers(windows.after()),
                                session.attributes()));
    }

    /**
     * An argument and how to ask for its layout.
     *
     * @param number which argument
     * @param query which layout
     * @param operand the memory
     * @param written whether it is the result
     */
    private record Part(int number, int query, Operand operand, boolean written) {}

    private List<DnnlPrimitive.Call> primitive(MemorySegment kind, Part... parts) {
        var before = new ArrayList<DnnlPrimitive.Call>();
        var after = new ArrayList<DnnlPrimitive.Call>();
        var arguments = new ArrayList<DnnlSession.Argument>();
        for (Part part : parts) {
            MemorySegment plain = session.descriptor(part.operand());
            MemorySegment own = part.operand().segment();
            MemorySegment chosen = Dnnl.dnnl_primitive_desc_query_md(kind, part.query(), 0);
            MemorySegment moved = session.allocate(chosen);
            arguments.add(session.argument(part.number(), moved, chosen));
            if (part.written()) {
                after.add(session.reorder(moved, chosen, own, plain));
            } else {
                before.add(session.reorder(own, plain, moved, chosen));
            }
        }
        var calls = new ArrayList<>(before);
        calls.add(session.call(kind, arguments.toArray(DnnlSession.Argument[]::new)));
        calls.addAll(after);
        return List.copyOf(calls);
    }
}
