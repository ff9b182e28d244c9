package propane.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.safetensors.Safetensors;
import propane.tensor.FormatException;
import propane.tensor.NDArray;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Set;

class CheckpointTest {
    @TempDir Path folder;

    /** Returns a checkpoint in which nothing is at its default. */
    static Checkpoint sample() {
        return new Checkpoint(
                Weights.none()
                        .with("dense_1/weight", NDArray.of(new float[] {1, -2, 3, 0.5f}, 2, 2))
                        .with("dense_2/bias", NDArray.of(new float[] {Float.MIN_VALUE, -0f})),
                Weights.none()
                        .with("adam/m/dense_1/weight", NDArray.of(new float[] {4, 5, 6, 7}, 2, 2)),
                Weights.none().with("norm/mean", NDArray.of(new float[] {8, Float.NaN})),
                Weights.none().with("learning_rate", NDArray.of(new float[] {1e-3f})),
                Set.of("dense_1/weight"),
                123_456_789_012L,
                3,
                17,
                -42,
                "{\"best\":0.875,\"waited\":2}",
                "[{\"epoch\":1,\"loss\":0.1},{\"epoch\":2,\"loss\":null}]");
    }

    @Test
    void readsBackAllOfIt() {
        Path file = folder.resolve("run.ckpt");
        sample().write(file);
        var read = Checkpoint.read(file);
        assertThat(read).isEqualTo(sample());
        assertThat(read.resumable()).isTrue();
        assertThat(read.hyper("learning_rate").at(0)).isEqualTo(1e-3f);
        assertThat(read.history()).isEqualTo(sample().history());
    }

    @Test
    void writesTheSameBytesAndNothingBesides() throws Exception {
        Path file = folder.resolve("run.ckpt");
        sample().write(file);
        byte[] first = Bytes.read(file);
        sample().write(file);
        assertThat(Bytes.read(file)).isEqualTo(first);
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void readsForeignFilesAsWeightsAlone() {
        Path file = folder.resolve("foreign.safetensors");
        String header =
                "{\"fc.weight\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]}}   ";
        Bytes.write(file, Bytes.file(header, 3));
        var read = Checkpoint.read(file);
        assertThat(read.resumable()).isFalse();
        assertThat(read.weights().at("fc.weight")).isEqualTo(NDArray.of(new int[] {0, 1, 2}));
    }

    @Test
    void lendsWeightsAndStatisticsToTheReaderOfWeights() {
        Path file = folder.resolve("run.ckpt");
        sample().write(file);
        assertThat(Weights.read(file).paths())
                .containsExactly("dense_1/weight", "dense_2/bias", "norm/mean");
    }

    @Test
    void refusesVersionsOfTheFuture() {
        Path file = folder.resolve("run.ckpt");
        var contents = CheckpointFile.contents(sample());
        var metadata = new LinkedHashMap<>(contents.metadata());
        metadata.put("version", "2");
        new Safetensors(metadata, contents.arrays()).write(file);
        assertThatThrownBy(() -> Checkpoint.read(file))
                .isInstanceOf(FormatException.class)
                .hasMessage(
                        file
                                + ": field __metadata__.version is \"2\"; this release reads"
                                + " checkpoints of version 1");
    }

    @Test
    void namesTheFieldOfTheRunThatIsWrong() {
        requireError("run", "\"epoch\":3", "\"epoch\":-3", "__metadata__.run: field epoch must be");
        requireError("run", "\"step\":123456789012", "\"step\":-1", "field step must not be");
        requireError("run", "\"seed\":-42", "\"seed\":0.5", "field seed must be a whole number");
        requireError("run", "dense_1/weight", "dense_9/weight", "field trainable[0] names no weig");
        requireError("run", "\"examples\":17,", "", "lacks the member \"batch\"");
        requireError("run", "{\"best\":0.875,\"waited\":2}", "[]", "schedule must be an object");
        requireError("ports", "norm/mean", "norm/max", "field statistic[0] names no array");
        requireError("ports", "\"learning_rate\"", "", "names no role for the arrays [learning_ra");
        requireError("ports", "\"norm/mean\"", "\"dense_2/bias\"", "or one already named");
        requireError("history", "[", "{", "__metadata__.history: JSON, line 1");
    }

    private void requireError(String key, String from, String to, String message) {
        var contents = CheckpointFile.contents(sample());
        var metadata = new LinkedHashMap<>(contents.metadata());
        String before = metadata.get(key);
        assertThat(before).contains(from);
        metadata.put(key, before.replace(from, to));
        Path file = folder.resolve("wrong.ckpt");
        new Safetensors(metadata, contents.arrays()).write(file);
        assertThatThrownBy(() -> Checkpoint.read(file))
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining(message);
    }

    @Test
    void noticesOneFlippedBit() {
        Path file = folder.resolve("run.ckpt");
        sample().write(file);
        byte[] bytes = Bytes.read(file);
        bytes[bytes.length - 3] ^= 4;
        assertThatThrownBy(() -> Checkpoint.read(Bytes.write(file, bytes)))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("field __metadata__.crc32c is ")
                .hasMessageContaining("the file is damaged");
    }

    @Test
    void refusesWhatCannotBeOne() {
        var weights = Weights.none().with("w", NDArray.scalar(1));
        var none = Weights.none();
        assertThatThrownBy(() ->
                        new Checkpoint(
                                weights, weights, none, none, Set.of(), 0, 0, 0, 0, "{}", "[]"))
                .hasMessageContaining("the name w stands twice");
        assertThatThrownBy(() ->
                        new Checkpoint(
                                weights, none, none, none, Set.of("v"), 0, 0, 0, 0, "{}", "[]"))
                .hasMessageContaining("trainable v is no weight");
        requireNoRun("[]", "[]", "the checkpoint's schedule: the JSON text must be an object");
        requireNoRun("{", "[]", "the checkpoint's schedule: JSON, line 1");
        requireNoRun("{}", "{}", "the checkpoint's history: the JSON text must be an array");
    }

    private static void requireNoRun(String schedule, String history, String message) {
        var weights = Weights.none();
        assertThatThrownBy(() ->
                        new Checkpoint(
                                weights, weights, weights, weights, Set.of(), 0, 0, 0, 0, schedule,
                                history))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining(message);
    }
}
