package propane.spi.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import propane.spi.Interpreter;
import propane.tensor.NDArray;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;

class BoxSelectionTest {
    /** Squares of 2 at columns 0, 0.5, 5 and 5.2: the first two share 0.6, the last two 0.82. */
    private static final Tensor BOXES =
            Tensor.constant(
                    NDArray.of(
                            new float[] {0, 0.5f, 5, 5.2f, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2, 2, 2},
                            1,
                            4,
                            4));

    private static final Tensor SCORES =
            Tensor.constant(
                    NDArray.of(
                            new float[] {0.6f, 0.7f, 0.9f, 0.1f, 0.1f, 0.2f, 0.3f, 0.8f}, 1, 2, 4));

    private static int[] indices(float threshold, int most, boolean isPerClass) {
        var op = new BoxSelection.NonMaximumSuppression(BOXES, SCORES, threshold, most, isPerClass);
        return Interpreter.run(Operation.of(op).result(2)).ints();
    }

    @Test
    void ofTwoThatOverlapTheLargerScoreStays() {
        assertThat(indices(0.5f, 4, false)).containsExactly(2, 1, -1, -1);
        assertThat(indices(0.7f, 4, false)).containsExactly(2, 1, 0, -1);
        assertThat(indices(0.9f, 3, false)).containsExactly(2, 3, 1);
        // The last two are of different classes.
        assertThat(indices(0.5f, 4, true)).containsExactly(2, 3, 1, -1);
    }

    @Test
    void boxesAndScoresOfNoneAreZeros() {
        var op = new BoxSelection.NonMaximumSuppression(BOXES, SCORES, 0.5f, 3, false);
        assertThat(Interpreter.run(Operation.of(op).result(0)).floats())
                .containsExactly(5, 0.5f, 0, 0, 0, 0, 2, 2, 0, 2, 2, 0);
        assertThat(Interpreter.run(Operation.of(op).result(1)).floats())
                .containsExactly(0.9f, 0.7f, 0, 0.3f, 0.2f, 0);
    }

    @Test
    void boxesWithoutScoresAreNamed() {
        Tensor few = SCORES.slice(2, 0, 3);
        var op = new BoxSelection.NonMaximumSuppression(BOXES, few, 0.5f, 3, false);
        assertThatThrownBy(op::inferAll)
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[1, 4, 4]")
                .hasMessageContaining("[1, 2, 3]");
    }
}
