package propane.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import propane.spi.Graph;
import propane.spi.Interpreter;
import propane.spi.autodiff.ReverseMode;
import propane.spi.op.Linear;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.List;
import java.util.Map;

class ReverseModeTest {
    private final Tensor x = port("x", 3, 4);
    private final Tensor w = port("w", 4, 2);
    private final Tensor v = port("v", 2, 5);

    private static Tensor port(String name, int... dims) {
        return new Port(name, Role.WEIGHT, TensorType.float32(Shape.shape(dims))).tensor();
    }

    @Test
    void theGradientOfASquareIsTwiceItsArgument() {
        Tensor loss = x.mul(x).sum();
        Tensor gradient = ReverseMode.gradients(loss, List.of(x)).getFirst();
        var at = NDArray.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 3, 4);
        float[] twice = Interpreter.run(List.of(gradient), Map.of("x", at)).getFirst().floats();
        assertThat(twice).containsExactly(2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24);
    }

    @Test
    void aFrozenTrunkIsNotWalkedOver() {
        Tensor loss = x.matmul(w).relu().matmul(v).sum();
        var all = ReverseMode.gradients(loss, List.of(w, v));
        var head = ReverseMode.gradients(loss, List.of(v));
        assertThat(matmuls(all) - matmuls(head)).isEqualTo(2);
    }

    private static long matmuls(List<Tensor> outputs) {
        return Graph.operations(outputs).stream()
                .filter(operation -> operation.op() instanceof Linear.Matmul)
                .count();
    }

    @Test
    void aSecondDerivativeIsTheDerivativeOfTheFirst() {
        Tensor cubed = x.mul(x).mul(x).sum();
        Tensor first = ReverseMode.gradients(cubed, List.of(x)).getFirst();
        Tensor second = ReverseMode.gradients(first.sum(), List.of(x)).getFirst();
        var at = NDArray.full(x.type(), 2);
        assertThat(Interpreter.run(List.of(second), Map.of("x", at)).getFirst().floats())
                .containsOnly(12f);
    }

    @Test
    void aValueOfManyNumbersIsRefused() {
        assertThatThrownBy(() -> ReverseMode.gradients(x, List.of(x)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("reduce it with mean() or sum()");
    }

    @Test
    void deepGraphsNeedNoDeepStack() {
        Tensor y = x;
        for (int i = 0; i < 20_000; i++) {
            y = y.add(1);
        }
        assertThat(ReverseMode.gradients(y.sum(), List.of(x))).hasSize(1);
    }
}
