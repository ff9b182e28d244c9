package propane.coreml.write;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import propane.coreml.lowering.NeuralEngineLowering;
import propane.nn.layer.Attention;
import propane.spi.Program;
import propane.spi.autodiff.ReverseMode;
import propane.spi.op.Activation;
import propane.spi.op.AttentionProduct;
import propane.spi.op.AttentionProduct.ScaledDotProductAttention;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.List;
import java.util.Map;

/** Attention is written whole where Core ML's own op means the same, and decomposed elsewhere. */
class WholeAttentionTest {
    private static final int LENGTH = 4;
    private static final Tensor X = port("x", 2, 3, LENGTH, 8);

    private static Tensor port(String name, int... dims) {
        return new Port(name, Role.BATCH, TensorType.float32(Shape.shape(dims))).tensor();
    }

    private static Program.Function function(Tensor y) {
        return Program.Function.of("f", List.of(Program.Output.result("y", y)));
    }

    private static long whole(Program.Function function) {
        return function.operations().stream()
                .filter(operation -> operation.op() instanceof AttentionProduct)
                .count();
    }

    private static long written(Tensor y) {
        return whole(ProgramPackage.lower(Program.of(function(y))).function("f"));
    }

    @Test
    void itIsWholeWhereEachQuerySeesAKeyForSure() {
        assertThat(written(Attention.scaledDotProduct(X, X, X))).isOne();
        assertThat(written(Attention.causal(X, X, X))).isOne();
    }

    @Test
    void itIsDecomposedWhereAQueryMaySeeNothing() {
        assertThat(written(Attention.scaledDotProduct(X, X, X, port("mask", LENGTH)))).isZero();
        float[] seen = new float[LENGTH * LENGTH];
        seen[0] = 1;
        Tensor one = Tensor.constant(NDArray.of(seen, LENGTH, LENGTH));
        assertThat(written(Attention.scaledDotProduct(X, X, X, one))).isZero();
        // The first query has a place before all keys.
        Tensor few = X.slice(2, 0, LENGTH - 1);
        assertThat(written(Attention.causal(X, few, few))).isZero();
    }

    @Test
    void itIsDecomposedInFormsThatCoreMlLacks() {
        Tensor shared = X.slice(1, 0, 1);
        assertThat(written(Attention.scaledDotProduct(X, shared, shared))).isZero();
        Tensor stays = port("stays", LENGTH, LENGTH).greater(0.5);
        var dropped = new ScaledDotProductAttention(X, X, X, List.of(), List.of(stays));
        assertThat(written(Tensor.of(dropped))).isZero();
        Tensor single = port("single", LENGTH, 8);
        assertThat(written(Attention.scaledDotProduct(single, single, single))).isZero();
    }

    @Test
    void itIsDecomposedOnceWhereItIsTrained() {
        Tensor y = Attention.causal(X, X, X);
        Tensor slopes = ReverseMode.gradients(y.square().sum(), List.of(X)).getFirst();
        var lowered = ProgramPackage.lower(Program.of(function(slopes.add(y)))).function("f");
        assertThat(whole(lowered)).isZero();
        assertThat(lowered.operations())
                .filteredOn(each -> each.op() instanceof Activation.Softmax)
                .hasSize(1);
    }

    @Test
    void theNeuralEngineTakesNone() {
        var function = function(Attention.causal(X, X, X));
        var lowered = NeuralEngineLowering.float16(function, Map.of()).function();
        assertThat(whole(lowered)).isZero();
    }
}
