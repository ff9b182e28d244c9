package propane.coreml.lowering;

import propane.spi.Program;
import propane.spi.op.Gathering;
import propane.spi.op.Linear;
import propane.spi.op.Operation;
import propane.spi.op.ScatterMode;
import propane.spi.op.Scattering;
import propane.spi.op.TensorTransformation;
import propane.spi.pass.Pass;
import propane.tensor.DType;
import propane.tensor.Tensor;

import java.util.List;

/**
 * Looks up rows of small tables, and adds to them, by products with one-hot rows: the engine does
 * not gather. Larger tables are left.
 */
record EmbeddingProducts() implements Pass {
    /** Up to here the numbers of rows are exact in float16. */
    static final int MOST_ROWS = 2_048;

    @Override
    public String name() {
        return "embeddings as products";
    }

    @Override
    public Program.Function apply(Program.Function function) {
        return function.rewrite(EmbeddingProducts::multiplied);
    }

    private static List<Tensor> multiplied(Operation operation) {
        return switch (operation.op()) {
            case Gathering.Gather gather when gather.batchDims() == 0 && isTable(gather) ->
                    List.of(
                            rows(gather.indices(), gather.x().dim(0))
                                    .matmul(gather.x())
                                    .reshape(gather.infer().shape().toArray()));
            case Scattering.Scatter scatter
                    when scatter.mode() == ScatterMode.ADD
                            && isTable(scatter.data(), scatter.axis()) ->
                    List.of(
                            scatter.data()
                                    .add(
                                            Tensor.of(
                                                    new Linear.Matmul(
                                                            rows(
                                                                    scatter.indices(),
                                                                    scatter.data().dim(0)),
                                                            scatter.updates(),
                                                            true,
                                                            false))));
            default -> operation.results();
        };
    }

    private static boolean isTable(Gathering.Gather gather) {
        return isTable(gather.x(), gather.axis()) && gather.indices().shape().size() > 0;
    }

    private static boolean isTable(Tensor table, int axis) {
        return table.rank() == 2
                && axis == 0
                && table.dtype() == DType.FLOAT32
                && table.dim(0) <= MOST_ROWS;
    }

    /** Returns one-hot rows for indices of any shape, [indices, rows of the table]. */
    private static Tensor rows(Tensor indices, int count) {
        Tensor own = indices.op() instanceof TensorTransformation.Reshape(var x, _) ? x : indices;
        return own.oneHot(count).reshape(own.shape().size(), count);
    }
}
