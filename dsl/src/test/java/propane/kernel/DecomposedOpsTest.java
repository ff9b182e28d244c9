package propane.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import static propane.nn.Input.input;
import static propane.nn.Model.model;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.sequential;
import static propane.nn.optimizer.Optimizers.sgd;

import org.junit.jupiter.api.Test;

import propane.data.Batch;
import propane.engine.Engine;
import propane.nn.Layer;
import propane.nn.loss.Loss;
import propane.samples.OpSample;
import propane.samples.OpSamples;
import propane.spi.Bindings;
import propane.spi.DeviceReport.Placement;
import propane.spi.Program;
import propane.spi.op.AttentionProduct.ScaledDotProductAttention;
import propane.spi.op.Contraction;
import propane.spi.op.Decomposable;
import propane.spi.op.Normalization;
import propane.spi.op.OpSchema;
import propane.spi.op.Operation;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;
import propane.train.Training;

import java.util.List;

/** What no provider takes is decomposed: only what has no decomposition falls to plain loops. */
class DecomposedOpsTest {
    private static List<Placement> placements(List<Tensor> results) {
        var outputs =
                results.stream()
                        .map(result -> Program.Output.result("y" + result.index(), result))
                        .toList();
        var program = Program.of(Program.Function.of("f", outputs));
        try (Bindings bindings = Bindings.allocate(program.ports());
                var compiled = Engine.cpu().compile(program, bindings)) {
            return compiled.report().placements();
        }
    }

    private static boolean isPlain(Placement placement) {
        return placement.provider().equals("reference");
    }

    @Test
    void noOpThatHasADecompositionFallsToPlainLoops() {
        OpSamples.made()
                .map(OpSample.Made::operation)
                .filter(operation -> operation.op() instanceof Decomposable)
                .forEach(DecomposedOpsTest::requireNotPlain);
    }

    private static void requireNotPlain(Operation operation) {
        String name = OpSchema.of(operation.op()).name();
        assertThat(placements(operation.results()))
                .filteredOn(DecomposedOpsTest::isPlain)
                .extracting(Placement::op)
                .doesNotContain(name);
    }

    @Test
    void attentionOfFloat16IsDecomposedInFloat32AndRoundedOnce() {
        var type = new TensorType(DType.FLOAT16, Shape.shape(2, 3, 4));
        Tensor x = new Port("x", Role.BATCH, type).tensor();
        Tensor y = Tensor.of(new ScaledDotProductAttention(x, x, x, List.of(), List.of()));
        assertThat(placements(List.of(y)))
                .noneMatch(DecomposedOpsTest::isPlain)
                .extracting(Placement::op)
                .contains("cast", "matmul", "softmax");
    }

    /** A layer of one's own, of ops that MIL lacks. */
    private static final Layer OWN =
            (scope, x) -> {
                Tensor normal =
                        Tensor.of(new Normalization.GroupNorm(x, 2, List.of(), List.of(), 1e-5f));
                return Tensor.of(new Contraction.Einsum(List.of(normal, normal), "nc,nd->ncd"))
                        .mean(-1)
                        .mish();
            };

    /** A loss of one's own, of an op that MIL lacks. */
    private static final Loss LOSS =
            (prediction, target) -> prediction.logSoftmax(-1).mul(target).sum(-1).neg().mean();

    @Test
    void aStepOfOnesOwnLayersAndLossesRunsOnVectors() {
        var model = model(input(6), sequential(dense(8), OWN, dense(4)));
        var training = Training.training(model).loss(LOSS).optimizer(sgd(0.1)).batch(4);
        try (var trainer = training.compile(Engine.cpu())) {
            var x = TensorType.float32(Shape.shape(4, 6));
            var y = TensorType.float32(Shape.shape(4, 4));
            trainer.step(Batch.of(NDArray.full(x, 0.5), NDArray.full(y, 0.25)));
            assertThat(trainer.report().placements())
                    .isNotEmpty()
                    .noneMatch(DecomposedOpsTest::isPlain)
                    .extracting(Placement::op)
                    .doesNotContain("group_norm", "einsum", "mish", "log_softmax");
        }
    }
}
