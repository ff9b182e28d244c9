package propane.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Shape;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

class GoldenCaseTest {

    @ParameterizedTest
    @CsvSource({"ops", "optimizers", "schedules", "training"})
    void readsEveryFileOfAFolder(String folder) {
        var cases = GoldenCase.all(folder);
        assertThat(cases).isNotEmpty();
        for (GoldenCase golden : cases) {
            assertThat(golden.json().at("name").string()).isEqualTo(golden.name());
            assertThat(golden.arrays()).isNotEmpty();
        }
    }

    /** A folder that no test reads would prove nothing. */
    @Test
    void everyFolderIsRead() throws IOException {
        try (Stream<Path> folders = Files.list(GoldenCase.root()).filter(Files::isDirectory)) {
            assertThat(folders.map(folder -> folder.getFileName().toString()))
                    .containsExactlyInAnyOrder("ops", "optimizers", "schedules", "training");
        }
    }

    @Test
    void readsArraysAndSettings() {
        var golden = GoldenCase.of("ops", "conv2d__3");
        assertThat(golden.op()).isEqualTo("conv2d");
        assertThat(golden.ints("stride", 2, 1)).containsExactly(2, 1);
        assertThat(golden.ints("dilation", 2, 1)).containsExactly(1, 1);
        assertThat(golden.arrays("in.").keySet()).containsExactly("bias", "weight", "x");
        assertThat(golden.array("in.x").shape()).isEqualTo(Shape.shape(2, 3, 9, 8));
        var training = GoldenCase.of("training", "mlp_sgd");
        assertThat(training.array("batch_indices").dtype()).isEqualTo(DType.INT32);
        // The mean of log 10, more or less: what untrained weights lose on ten classes.
        assertThat(training.array("loss").at(0)).isBetween(2.0, 2.6);
    }

    @Test
    void comparesRelativeToTheLargestElement() {
        var golden = NDArray.of(new float[] {0, 2, -100}, 1, 3);
        assertThatCode(() ->
                        GoldenCase.requireClose(
                                "x",
                                NDArray.of(new float[] {0.0009f, 2, -100}, 1, 3),
                                golden,
                                1e-5))
                .doesNotThrowAnyException();
        assertThatThrownBy(() ->
                        GoldenCase.requireClose(
                                "x", NDArray.of(new float[] {0, 2.002f, -100}, 1, 3), golden, 1e-5))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("x: element [0, 1] is 2.00")
                .hasMessageContaining("1 of 3 elements are beyond");
        assertThatThrownBy(() ->
                        GoldenCase.requireClose(
                                "x",
                                NDArray.of(new float[] {0, Float.NaN, -100}, 1, 3),
                                golden,
                                1e-5))
                .isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> GoldenCase.requireClose("x", golden.reshape(3), golden, 1e-5))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("shape [3], golden has [1, 3]");
    }
}
