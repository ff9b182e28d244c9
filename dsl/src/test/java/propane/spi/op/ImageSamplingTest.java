package propane.spi.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import propane.spi.Interpreter;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.Arrays;

class ImageSamplingTest {
    private static final Tensor IMAGE = Tensor.constant(NDArray.of(counted(12), 1, 1, 3, 4));

    private static float[] counted(int n) {
        float[] all = new float[n];
        for (int i = 0; i < n; i++) {
            all[i] = 1 + i % 5 + 0.5f * i;
        }
        return all;
    }

    private static double[] numbers(String text) {
        return Arrays.stream(text.split(" ")).mapToDouble(Double::valueOf).toArray();
    }

    private static Tensor constant(String text, int... dims) {
        return Tensor.constant(NDArray.of(numbers(text), TensorType.float32(Shape.shape(dims))));
    }

    private static PointSampling.Resample row(
            String columns,
            ImageSampling.SamplingMode how,
            ImageSampling.PaddingMode padding,
            ImageSampling.CoordinatesMode mode,
            boolean isAligned) {
        double[] at = numbers(columns);
        double[] points = new double[2 * at.length];
        for (int i = 0; i < at.length; i++) {
            points[2 * i] = at[i];
            // The only row: 0 in each mode but where 0 is the image's upper edge.
            boolean isEdge =
                    mode == ImageSampling.CoordinatesMode.NORMALIZED_ZERO_TO_ONE && !isAligned;
            points[2 * i + 1] = isEdge ? 0.5 : 0;
        }
        return new PointSampling.Resample(
                constant("1 2 3", 1, 1, 1, 3),
                Tensor.constant(
                        NDArray.of(points, TensorType.float32(Shape.shape(1, 1, at.length, 2)))),
                how,
                padding,
                9,
                mode,
                isAligned);
    }

    /** What MIL's documentation of resample shows of an image of three pixels. */
    @ParameterizedTest
    @CsvSource({
        "CONSTANT, 9 9 9 1 2 3 9 9 9",
        "BORDER, 1 1 1 1 2 3 3 3 3",
        "REFLECTION, 2 3 2 1 2 3 2 1 2",
        "SYMMETRIC, 3 2 1 1 2 3 3 2 1"
    })
    void anImageIsPaddedAsItsModeSays(ImageSampling.PaddingMode padding, String expected) {
        for (var how : ImageSampling.SamplingMode.values()) {
            var op =
                    row(
                            "-3 -2 -1 0 1 2 3 4 5",
                            how,
                            padding,
                            ImageSampling.CoordinatesMode.UNNORMALIZED,
                            true);
            assertThat(Interpreter.run(Tensor.of(op)).doubles()).containsExactly(numbers(expected));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "UNNORMALIZED, true, 0 0.25 2, 1 1.25 3",
        "NORMALIZED_MINUS_ONE_TO_ONE, true, -1 0.25 1, 1 2.25 3",
        "NORMALIZED_MINUS_ONE_TO_ONE, false, -0.5 0 0.5, 1.25 2 2.75",
        "NORMALIZED_ZERO_TO_ONE, true, 0 0.25 1, 1 1.5 3",
        "NORMALIZED_ZERO_TO_ONE, false, 0.25 0.5 0.75, 1.25 2 2.75"
    })
    void pointsAreCountedAsTheirModeSays(
            ImageSampling.CoordinatesMode mode, boolean isAligned, String at, String expected) {
        var op =
                row(
                        at,
                        ImageSampling.SamplingMode.BILINEAR,
                        ImageSampling.PaddingMode.BORDER,
                        mode,
                        isAligned);
        assertThat(Interpreter.run(Tensor.of(op)).doubles())
                .containsExactly(numbers(expected), within(1e-6));
    }

    @ParameterizedTest
    @CsvSource({
        "1 0 0 0 1 0, 1 2 3 4 5 6",
        "-1 0 0 0 -1 0, 6 5 4 3 2 1",
        "1 0 1 0 1 0, 2 3 0 5 6 0",
        "0.5 0 0 0 0 0, 3 3.5 4 3 3.5 4"
    })
    void matricesSayWhereNewPixelsAreTakenFrom(String matrix, String expected) {
        var op =
                new PointSampling.Affine(
                        constant("1 2 3 4 5 6", 1, 1, 2, 3),
                        constant(matrix, 1, 6),
                        2,
                        3,
                        ImageSampling.SamplingMode.BILINEAR,
                        ImageSampling.PaddingMode.CONSTANT,
                        0,
                        ImageSampling.CoordinatesMode.NORMALIZED_MINUS_ONE_TO_ONE,
                        true);
        assertThat(Interpreter.run(Tensor.of(op)).doubles())
                .containsExactly(numbers(expected), within(1e-6));
    }

    private static CropResizing.CropResize box(
            String numbers,
            boolean isUnit,
            ImageSampling.BoxCoordinateMode what,
            ImageResizing.SamplingMode where,
            int height,
            int width) {
        return new CropResizing.CropResize(
                IMAGE,
                constant(numbers, 1, 4),
                Tensor.constant(NDArray.of(new int[] {0}, Shape.shape(1))),
                height,
                width,
                isUnit,
                1,
                what,
                where,
                -7);
    }

    @ParameterizedTest
    @EnumSource
    void aBoxOfAllPixelsIsTheImageResized(ImageResizing.SamplingMode where) {
        for (int size = 1; size < 7; size++) {
            var whole = new ImageResizing.ResizeBilinear(IMAGE, size, size + 1, where);
            double[] expected = Interpreter.run(Tensor.of(whole)).doubles();
            var corners = ImageSampling.BoxCoordinateMode.CORNERS_HEIGHT_FIRST;
            var pixels = box("0 0 2 3", false, corners, where, size, size + 1);
            assertThat(Interpreter.run(Tensor.of(pixels)).doubles())
                    .containsExactly(expected, within(1e-5));
            var middle = ImageSampling.BoxCoordinateMode.CENTER_SIZE_WIDTH_FIRST;
            var units = box("0.5 0.5 1 1", true, middle, where, size, size + 1);
            assertThat(Interpreter.run(Tensor.of(units)).doubles())
                    .containsExactly(expected, within(1e-5));
        }
    }

    @Test
    void whatABoxHasOutsideIsOneValue() {
        var op =
                box(
                        "0 1 1 5",
                        false,
                        ImageSampling.BoxCoordinateMode.CORNERS_HEIGHT_FIRST,
                        ImageResizing.SamplingMode.ALIGN_CORNERS,
                        2,
                        3);
        // Columns 1, 3 and 5 of rows 0 and 1; the image ends at column 3.
        assertThat(Interpreter.run(Tensor.of(op)).doubles())
                .containsExactly(2.5, 5.5, -7, 3.5, 6.5, -7);
    }

    @Test
    void operandsThatDoNotFitAreNamedWithTheirShapes() {
        Tensor points = Tensor.zeros(TensorType.float32(Shape.shape(2, 5, 5, 2)));
        assertThatThrownBy(() ->
                        new PointSampling.Resample(
                                        IMAGE,
                                        points,
                                        ImageSampling.SamplingMode.BILINEAR,
                                        ImageSampling.PaddingMode.BORDER,
                                        0,
                                        ImageSampling.CoordinatesMode.UNNORMALIZED,
                                        true)
                                .infer())
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[1, 1, 3, 4]")
                .hasMessageContaining("[2, 5, 5, 2]");
        assertThatThrownBy(() ->
                        new PointSampling.Affine(
                                        IMAGE,
                                        constant("1 0 0 0 1 0", 1, 6),
                                        2,
                                        2,
                                        ImageSampling.SamplingMode.NEAREST,
                                        ImageSampling.PaddingMode.CONSTANT,
                                        0,
                                        ImageSampling.CoordinatesMode.UNNORMALIZED,
                                        true)
                                .infer())
                .hasMessageContaining("resample");
        assertThatThrownBy(() ->
                        new CropResizing.CropResize(
                                        IMAGE,
                                        constant("0 0 1", 1, 3),
                                        Tensor.arange(1),
                                        2,
                                        2,
                                        true,
                                        1,
                                        ImageSampling.BoxCoordinateMode.CORNERS_HEIGHT_FIRST,
                                        ImageResizing.SamplingMode.DEFAULT,
                                        0)
                                .infer())
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("[1, 3]");
    }
}
