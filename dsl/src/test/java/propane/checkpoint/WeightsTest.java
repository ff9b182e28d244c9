package propane.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.tensor.DType;
import propane.tensor.DTypeException;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.NumericException;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.UnknownNameException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

class WeightsTest {
    private final Weights weights =
            Weights.none()
                    .with("b/weight", NDArray.of(new float[] {1, 2, 3}, 3, 1))
                    .with("a/count", NDArray.of(new int[] {4}))
                    .with("c/half", NDArray.of(new float[] {0.5f}).cast(DType.FLOAT16));

    @Test
    void readsBackWhatItWrites(@TempDir Path folder) {
        Path file = folder.resolve("w.safetensors");
        weights.write(file);
        assertThat(Weights.read(file)).isEqualTo(weights);
        assertThat(Weights.read(file).paths()).containsExactly("b/weight", "a/count", "c/half");
    }

    @Test
    void bytesAreThoseOfTheFile(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("w.safetensors");
        weights.write(file);
        assertThat(weights.toBytes()).isEqualTo(Files.readAllBytes(file));
        assertThat(Weights.of(weights.toBytes())).isEqualTo(weights);
        byte[] cut = Arrays.copyOf(weights.toBytes(), 100);
        assertThatThrownBy(() -> Weights.of(cut)).isInstanceOf(FormatException.class);
    }

    @Test
    void theMeanWeighsByShares() {
        Weights one = Weights.none().with("w", NDArray.of(new float[] {1, 2}));
        Weights two = Weights.none().with("w", NDArray.of(new float[] {5, -2}));
        Weights bad = Weights.none().with("w", NDArray.of(new float[] {Float.NaN, 0}));
        assertThat(Weights.mean(List.of(one, two), List.of(3, 1)).at("w"))
                .isEqualTo(NDArray.of(new float[] {2, 1}));
        assertThat(Weights.mean(List.of(one, bad), List.of(1, 0))).isEqualTo(one);
        assertThatThrownBy(() -> Weights.mean(List.of(one, two), List.of(1, -1)))
                .isInstanceOf(NumericException.class)
                .hasMessageContaining("[1.0, -1.0]");
        assertThatThrownBy(() -> Weights.mean(List.of(one, two), List.of(1)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("2 weights and 1 shares");
        assertThatThrownBy(() ->
                        Weights.mean(List.of(one, one.with("v", NDArray.scalar(1))), List.of(1, 1)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("only there: [v]");
        assertThatThrownBy(() -> Weights.mean(List.of(weights), List.of(1)))
                .isInstanceOf(DTypeException.class)
                .hasMessageContaining("a/count");
    }

    @Test
    void addsSubtractsAndCounts() {
        var twice = weights.plus(weights);
        assertThat(twice.at("b/weight")).isEqualTo(NDArray.of(new float[] {2, 4, 6}, 3, 1));
        assertThat(twice.at("a/count")).isEqualTo(NDArray.of(new int[] {8}));
        assertThat(twice.at("c/half").at(0)).isEqualTo(1);
        assertThat(twice.minus(weights)).isEqualTo(weights);
        assertThat(weights.bytes()).isEqualTo(12 + 4 + 2);
        assertThat(weights.size()).isEqualTo(5);
        assertThat(weights).hasToString("3 weights, 5 elements, 18 bytes");
        assertThat(Weights.none().with("x", NDArray.scalar(3)).scale(0.5).at("x").at(0))
                .isEqualTo(1.5);
    }

    @Test
    void namesTheNearestPath() {
        assertThatThrownBy(() -> weights.at("b/wieght"))
                .isInstanceOf(UnknownNameException.class)
                .hasMessageContaining("b/wieght")
                .hasMessageContaining("b/weight");
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertThatThrownBy(() -> weights.plus(weights.with("d", NDArray.scalar(1))))
                .isInstanceOf(ShapeException.class)
                .hasMessageStartingWith(
                        "weights: plus needs the same paths on both sides; only here: [], only"
                                + " there: [d]");
        var other = weights.with("b/weight", NDArray.of(new float[] {1, 2, 3}));
        assertThatThrownBy(() -> weights.minus(other))
                .isInstanceOf(ShapeException.class)
                .hasMessageStartingWith(
                        "weights: minus needs equal types; b/weight is fp32[3, 1] here and fp32[3]"
                                + " there");
        assertThatThrownBy(() -> weights.scale(2))
                .isInstanceOf(DTypeException.class)
                .hasMessageContaining("a/count is int32[1]");
        var truths = Weights.none().with("t", NDArray.of(new boolean[] {true}, Shape.shape(1)));
        assertThatThrownBy(() -> truths.plus(truths)).isInstanceOf(DTypeException.class);
    }
}
