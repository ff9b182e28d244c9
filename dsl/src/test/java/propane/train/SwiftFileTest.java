package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.engine.Engine;
import propane.nn.Input;
import propane.nn.Model;
import propane.nn.layer.Layers;
import propane.nn.loss.Losses;
import propane.nn.optimizer.Optimizers;
import propane.tensor.PropaneException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The Swift file beside a training package: its names, and what stood in its place. */
class SwiftFileTest {
    @TempDir private Path folder;

    private void export(String name) {
        Training training =
                Training.training(Model.model(Input.input(2), Layers.dense(2)))
                        .loss(Losses.softmaxCrossEntropy())
                        .optimizer(Optimizers.sgd(0.1));
        try (Trainer trainer = training.compile(Engine.cpu())) {
            trainer.exportTraining(folder.resolve(name));
        }
    }

    @Test
    void thePackageMayBeCalledAsTheTextsOwnMarks() throws IOException {
        export("MYNAMETraining.mlpackage");
        String text = Files.readString(folder.resolve("MYNAMETrainer.swift"));
        assertThat(text)
                .startsWith("// Trains MYNAMETraining.mlpackage on the device")
                .contains("public actor MYNAMETrainer {");
        export("PACKAGE.mlpackage");
        assertThat(Files.readString(folder.resolve("PACKAGETrainer.swift")))
                .startsWith("// Trains PACKAGE.mlpackage on the device")
                .contains("public actor PACKAGETrainer {");
    }

    /** A thread without a run loop never frees what Core ML leaves to be freed. */
    @Test
    void everyCallOfCoreMlIsInAPool() throws IOException {
        export("Pooled.mlpackage");
        String text = Files.readString(folder.resolve("PooledTrainer.swift"));
        for (String call : List.of("MLModel(contentsOf:", ".prediction(from:")) {
            assertThat(text).containsOnlyOnce(call);
            String before = text.substring(0, text.indexOf(call));
            String pooled = before.substring(before.lastIndexOf("pooled {"));
            assertThat(pooled.chars().filter(c -> c == '{').count())
                    .as(call)
                    .isGreaterThan(pooled.chars().filter(c -> c == '}').count());
        }
        assertThat(text).contains("#if canImport(ObjectiveC)", "autoreleasepool(invoking: body)");
    }

    /** Loading takes seconds: it must not be the main actor that waits, whoever asks. */
    @Test
    void itsCallsRunOnAQueueOfItsOwn() throws IOException {
        export("Queued.mlpackage");
        String text = Files.readString(folder.resolve("QueuedTrainer.swift"));
        assertThat(text)
                .contains(
                        "public actor QueuedTrainer {",
                        "public nonisolated var unownedExecutor: UnownedSerialExecutor {\n"
                                + "        queue.asUnownedSerialExecutor()",
                        "DispatchQueue(label: \"QueuedTrainer\"")
                .containsPattern("public init\\(\\s+contentsOf [^{]*\\) async throws \\{")
                .doesNotContain("@MainActor", "DispatchQueue.main");
    }

    @Test
    void aNameOfTwoLinesStaysInItsComment() throws IOException {
        export("a\nb.mlpackage");
        assertThat(Files.readAllLines(folder.resolve("a_bTrainer.swift")).getFirst())
                .startsWith("// Trains a_b.mlpackage on the device");
    }

    @Test
    void anEarlierOneIsReplaced() throws IOException {
        export("A.mlpackage");
        Path file = folder.resolve("ATrainer.swift");
        String text = Files.readString(file);
        Files.writeString(file, text.lines().limit(9).reduce("", (a, b) -> a + b + "\n"));
        export("A.mlpackage");
        assertThat(file).hasContent(text);
    }

    @Test
    void whatPropaneDidNotWriteStaysAndNothingIsWrittenThen() throws IOException {
        Path own = folder.resolve("OwnTrainer.swift");
        Files.writeString(own, "struct OwnTrainer {}\n");
        Path inside = Files.createDirectories(folder.resolve("DirTrainer.swift/inside"));
        Files.createSymbolicLink(folder.resolve("LinkTrainer.swift"), Path.of("nowhere"));
        for (String name : List.of("Own", "Dir", "Link")) {
            assertThatThrownBy(() -> export(name + ".mlpackage"))
                    .isInstanceOf(PropaneException.class)
                    .hasMessageContaining(name + "Trainer.swift")
                    .hasMessageContaining("fix:");
            assertThat(folder.resolve(name + ".mlpackage")).doesNotExist();
        }
        assertThat(own).hasContent("struct OwnTrainer {}\n");
        assertThat(inside).exists();
    }
}
