package propane.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import propane.spi.Interpreter;
import propane.spi.op.Port;
import propane.spi.op.Role;

import java.util.List;
import java.util.Map;

class EinsumTest {
    private static Tensor port(String name, int... dims) {
        return new Port(name, Role.BATCH, TensorType.float32(Shape.shape(dims))).tensor();
    }

    private static NDArray counted(int... dims) {
        Shape shape = Shape.shape(dims);
        double[] elements = new double[shape.size()];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = i % 7 - 3;
        }
        return NDArray.of(elements, TensorType.float32(shape));
    }

    @Test
    void threeTensorsAreMultipliedFromLeftToRight() {
        var values = Map.of("x", counted(2, 3), "y", counted(3, 4), "z", counted(4, 5));
        Tensor x = port("x", 2, 3);
        Tensor y = port("y", 3, 4);
        Tensor z = port("z", 4, 5);
        var both =
                Interpreter.run(
                        List.of(
                                Tensor.einsum("ij,jk,kl->li", x, y, z),
                                x.matmul(y).matmul(z).transpose(1, 0)),
                        values);
        assertThat(both.getFirst()).isEqualTo(both.getLast());
    }

    @Test
    void anEquationThatDoesNotFitNamesTheRuleAndBothTensors() {
        Tensor x = port("x", 2, 3);
        Tensor y = port("y", 4, 5);
        assertThatThrownBy(() -> Tensor.einsum("ij,jk->ik", x, y))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("j is 3 long, and 4")
                .hasMessageContaining("[2, 3]")
                .hasMessageContaining("[4, 5]");
        assertThatThrownBy(() -> Tensor.einsum("ijk,jk->ik", x, y))
                .hasMessageContaining("names 3 axes of [2, 3]");
        assertThatThrownBy(() -> Tensor.einsum("ij,kl", x, y)).hasMessageContaining("->");
        assertThatThrownBy(() -> Tensor.einsum("ij->ij", x, y)).hasMessageContaining("1 operand");
        assertThatThrownBy(() -> Tensor.einsum("ij->iz", x)).hasMessageContaining("result's z");
        assertThatThrownBy(() -> Tensor.einsum("ii->i", port("s", 3, 3)))
                .hasMessageContaining("twice");
    }
}
