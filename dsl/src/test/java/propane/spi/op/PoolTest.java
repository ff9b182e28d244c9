package propane.spi.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import propane.spi.Interpreter;
import propane.tensor.NDArray;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;

import java.util.List;

class PoolTest {
    private final Tensor x = Tensor.constant(NDArray.of(new float[] {1, 2, 3}, 1, 1, 3));

    private Tensor pool(int pad, boolean ceil) {
        return Tensor.of(
                new Pool.MaxPool(
                        x, List.of(2), List.of(2), PadType.CUSTOM, List.of(pad, pad), ceil));
    }

    @Test
    void aWindowThatWouldLieInPaddingOnlyIsRefused() {
        assertThatThrownBy(() -> pool(2, false))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("hold whole windows");
    }

    @Test
    void aPlaceThatWouldBeginBehindTheLastElementIsDropped() {
        assertThat(Interpreter.run(pool(1, true)).floats()).containsExactly(1, 3);
    }
}
