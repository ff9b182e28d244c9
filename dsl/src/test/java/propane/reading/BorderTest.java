package propane.reading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import propane.tensor.FormatException;
import propane.tensor.Problem;
import propane.tensor.Shape;
import propane.tensor.ShapeException;

import java.util.Collections;
import java.util.List;

class BorderTest {
    private static void fails(RuntimeException thrown, String message) {
        assertThatThrownBy(() ->
                        Border.run(
                                "f, op y",
                                () -> {
                                    throw thrown;
                                }))
                .isInstanceOf(FormatException.class)
                .hasMessage(message)
                .hasCause(thrown);
    }

    @Test
    void whateverEscapesNamesThePlaceAndLosesItsAdvice() {
        fails(
                new IllegalArgumentException("no such thing"),
                "f, op y: holds what no reader expects: no such thing");
        fails(
                new ShapeException(
                        Problem.of("add", "[2] and [3]")
                                .operand("x", Shape.shape(2))
                                .fix("reshape(3)")),
                "f, op y: add: [2] and [3]");
        var told = new FormatException("f: is empty");
        assertThatThrownBy(() ->
                        Border.run(
                                "g",
                                () -> {
                                    throw told;
                                }))
                .isSameAs(told);
    }

    private static int deep(int depth) {
        return 1 + deep(depth + 1);
    }

    @Test
    void whatNeedsTooMuchStackOrMemoryIsAnErrorOfTheFile() {
        assertThatThrownBy(() -> Border.run("f", () -> deep(0)))
                .isInstanceOf(FormatException.class)
                .hasMessage("f: its parts lie in each other too deep");
        assertThatThrownBy(() ->
                        Border.run(
                                "f",
                                () -> {
                                    throw new OutOfMemoryError("Java heap space");
                                }))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("f: what it holds needs more memory than the ")
                .hasMessageContaining("-Xmx");
    }

    @Test
    void numbersAreHeldAgainstTheirBounds() {
        assertThat(Bounds.whole(-3, -3, 3, "f")).isEqualTo(-3);
        assertThat(Bounds.index(1, 2, "f")).isEqualTo(1);
        assertThat(Bounds.axis(-1, 3, "f")).isEqualTo(2);
        assertThat(Bounds.product(1 << 15, 1 << 15, "f")).isEqualTo(1 << 30);
        assertThat(Bounds.product(0, Long.MAX_VALUE, "f")).isZero();
        assertThat(Bounds.shape(List.of(0L, 5L), "f")).isEqualTo(Shape.shape(0, 5));
        for (double number :
                new double[] {-4, 4, 0.5, Double.NaN, 1e300, Double.NEGATIVE_INFINITY}) {
            refused(() -> Bounds.whole(number, -3, 3, "f"));
            refused(() -> Bounds.index(number, 4, "f"));
            refused(() -> Bounds.axis(number - (number == -4 ? 1 : 0), 4, "f"));
        }
        refused(() -> Bounds.product(1 << 16, 1 << 16, "f"));
        refused(() -> Bounds.product(Long.MAX_VALUE, Long.MAX_VALUE, "f"));
        refused(() -> Bounds.product(-1, -1, "f"));
        refused(() -> Bounds.shape(List.of(3L, 1L << 62), "f"));
        refused(() -> Bounds.shape(List.of(0L, Long.MAX_VALUE), "f"));
        refused(() -> Bounds.shape(List.of(-1L), "f"));
        refused(() -> Bounds.shape(Collections.nCopies(65, 1L), "f"));
    }

    @Test
    void aProductThatWrapsAroundIsNoSmallShape() {
        Shape shape = Shape.shape(1 << 16, 1 << 16, 1 << 16, 1 << 16);
        assertThatThrownBy(shape::size).isInstanceOf(ShapeException.class);
        assertThat(Shape.shape(1 << 30, 1 << 30, 0).size()).isZero();
    }

    private static void refused(Runnable each) {
        assertThatThrownBy(each::run)
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith("f");
    }
}
