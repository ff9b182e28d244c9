package propane.golden;

import propane.spi.op.NormReduction;
import propane.spi.op.Op;
import propane.spi.op.Reduction;
import propane.spi.op.TensorOperation;
import propane.spi.op.TensorTransformation;
import propane.tensor.Tensor;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** The reductions of the golden cases, and the ops that move elements. */
final class ShapeReaders {
    private ShapeReaders() {}

    static Map<String, GoldenReader> all() {
        var all = new TreeMap<String, GoldenReader>();
        reduction(all, "reduce_sum", Reduction.ReduceSum::new);
        reduction(all, "reduce_mean", Reduction.ReduceMean::new);
        reduction(all, "reduce_amax", Reduction.ReduceMax::new);
        reduction(all, "reduce_amin", Reduction.ReduceMin::new);
        reduction(all, "reduce_logsumexp", NormReduction.ReduceLogSumExp::new);
        all.put("prod", in -> List.of(in.x().prod(in.wholes("axes"))));
        all.put("var", ShapeReaders::variance);
        all.put("cumsum", in -> List.of(in.x().cumsum(in.whole("axis"))));
        all.put(
                "reshape",
                in -> {
                    var shape = in.golden().array("out.0").shape();
                    return List.of(in.x().reshape(shape.toArray()));
                });
        all.put("transpose", in -> List.of(in.x().transpose(in.wholes("perm"))));
        all.put("concat", in -> List.of(Tensor.concat(in.whole("axis"), List.of(in.x(), in.y()))));
        all.put("stack", in -> List.of(Tensor.stack(in.whole("axis"), List.of(in.x(), in.y()))));
        all.put("split", in -> in.x().split(in.whole("axis"), in.wholes("sizes")));
        all.put("slice", ShapeReaders::slice);
        all.put("tile", in -> List.of(in.x().tile(in.wholes("reps"))));
        all.put("pad", ShapeReaders::pad);
        all.put("gather", in -> List.of(in.x().gatherAlongAxis(in.at("index"), in.whole("axis"))));
        all.put("index_select", in -> List.of(in.x().gather(in.at("index"), in.whole("axis"))));
        return all;
    }

    private interface Reduced {
        Op of(Tensor x, List<Integer> axes, boolean keepDims);
    }

    private static void reduction(Map<String, GoldenReader> all, String op, Reduced reduced) {
        all.put(
                op,
                in -> {
                    var axes = IntStream.of(in.wholes("axes")).boxed().toList();
                    return List.of(
                            Tensor.of(reduced.of(in.x(), axes, in.truth("keep_dims", false))));
                });
    }

    private static List<Tensor> variance(GoldenReader.Inputs in) {
        int[] axes = in.wholes("axes");
        double count = IntStream.of(axes).map(in.x()::dim).reduce(1, (a, b) -> a * b);
        return List.of(in.x().var(axes).mul(count / (count - in.whole("correction"))));
    }

    /** Always [:, 1:7:2, -3:]. */
    private static List<Tensor> slice(GoldenReader.Inputs in) {
        var slice =
                new TensorTransformation.SliceByIndex(
                        in.x(),
                        List.of(0, 1, -3),
                        List.of(0, 7, 0),
                        List.of(1, 2, 1),
                        List.of(true, false, false),
                        List.of(true, false, true),
                        List.of(false, false, false));
        return List.of(Tensor.of(slice));
    }

    /** In prose in the cases: axis 1 and the last one, or the last two. */
    private static List<Tensor> pad(GoldenReader.Inputs in) {
        if (in.golden().name().equals("pad__reflect")) {
            var pads = List.of(0, 0, 0, 0, 1, 2, 2, 1);
            return List.of(in.x().pad(pads, TensorOperation.PadMode.REFLECT));
        }
        return List.of(
                Tensor.of(
                        new TensorOperation.Pad(
                                in.x(),
                                List.of(0, 0, 0, 3, 1, 2),
                                TensorOperation.PadMode.CONSTANT,
                                (float) in.number("value"))));
    }
}
