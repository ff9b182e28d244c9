package propane.spi.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import propane.spi.Interpreter;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.Arrays;
import java.util.List;

class ImageResizingTest {
    private static Tensor images(float... x) {
        return Tensor.constant(NDArray.of(x, 1, 1, x.length));
    }

    /** The places are those that Core ML's documentation of resize_bilinear shows. */
    @ParameterizedTest
    @CsvSource({
        "UNALIGN_CORNERS, 0 0.1 0.5 0.9 1",
        "STRICT_ALIGN_CORNERS, 0 0.25 0.5 0.75 1",
        "ALIGN_CORNERS, 0 0.25 0.5 0.75 1",
        "DEFAULT, 0 0.4 0.8 1 1",
        "OFFSET_CORNERS, 0.1 0.3 0.5 0.7 0.9",
        "UNALIGN_CORNERS, 0 0 0.3333333 0.6666667 1 1",
        "DEFAULT, 0 0.3333333 0.6666667 1 1 1",
        "ALIGN_CORNERS, 0.5",
        "STRICT_ALIGN_CORNERS, 0"
    })
    void samplesLieWhereTheModePutsThem(ImageResizing.SamplingMode mode, String places) {
        double[] expected = Arrays.stream(places.split(" ")).mapToDouble(Double::valueOf).toArray();
        var op = new ImageResizing.ResizeBilinear(images(0, 1), 1, expected.length, mode);
        assertThat(Interpreter.run(Tensor.of(op)).doubles())
                .containsExactly(expected, within(1e-6));
    }

    @Test
    void nearestNeighboursAreRepeatedOrLeftOut() {
        var larger = new ImageResizing.UpsampleNearestNeighbor(images(1, 2), 2, 2);
        assertThat(Interpreter.run(Tensor.of(larger)).floats())
                .containsExactly(1, 1, 2, 2, 1, 1, 2, 2);
        var smaller = new ImageResizing.ResizeNearestNeighbor(images(1, 2, 3, 4, 5), 1, 2);
        assertThat(Interpreter.run(Tensor.of(smaller)).floats()).containsExactly(1, 3);
    }

    @Test
    void resizeTakesTheLastLengthsAndKeepsThoseOfNothing() {
        var x = Tensor.zeros(TensorType.float32(Shape.shape(1, 2, 3, 4)));
        var linear = ImageResizing.InterpolationMode.LINEAR;
        var mode = ImageResizing.SamplingMode.DEFAULT;
        assertThat(new ImageResizing.Resize(x, List.of(1, 6, 8), 2, linear, mode).infer().shape())
                .isEqualTo(Shape.shape(1, 2, 6, 8));
        assertThat(new ImageResizing.Resize(x, List.of(1, 0, 0), 2, linear, mode).infer().shape())
                .isEqualTo(Shape.shape(1, 2, 3, 4));
        assertThatThrownBy(() -> new ImageResizing.Resize(x, List.of(6), 2, linear, mode).infer())
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("resize");
    }

    @Test
    void imagesOfNothingCannotGrow() {
        Tensor x = Tensor.zeros(TensorType.float32(Shape.shape(1, 0, 3)));
        assertThatThrownBy(() -> new ImageResizing.ResizeNearestNeighbor(x, 2, 2).infer())
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[..., h, w]");
    }
}
