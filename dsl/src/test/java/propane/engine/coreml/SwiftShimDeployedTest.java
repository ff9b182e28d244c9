package propane.engine.coreml;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.coreml.CoreMl;
import propane.data.Batch;
import propane.spi.Interpreter;
import propane.tensor.NDArray;
import propane.train.Trainer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** What an app trained reaches the predictor that is deployed. */
@OnTheSwiftShim
class SwiftShimDeployedTest {
    private static final Batch DIGITS = SwiftShimExportTest.DIGITS;

    @TempDir private Path folder;

    private static byte[] weights(Path mlpackage) throws IOException {
        return Files.readAllBytes(mlpackage.resolve("Data/com.apple.CoreML/weights/weight.bin"));
    }

    private static Map<String, NDArray> predicted(Path mlpackage) {
        return Interpreter.run(
                CoreMl.read(mlpackage).functions().getFirst(),
                Map.of("input", DIGITS.x().slice(0, 1)));
    }

    /** The copy is, to the last bit, what Java exports after the same steps. */
    @Test
    void trainedWeightsReachTheDeployedPredictor() throws IOException {
        Path before = folder.resolve("Digits.mlpackage");
        Path deployed = folder.resolve("Deployed.mlpackage");
        Path after = folder.resolve("After.mlpackage");
        try (Trainer trainer = SwiftShimExportTest.training(1).compile(new CoreMlEngine())) {
            trainer.export(before);
            byte[] untouched = weights(before);
            var run = ExportedRun.of(trainer, folder, DIGITS).batches(0, 8);
            run.with("predictor", before).with("deployed", deployed).run();
            SwiftShimExportTest.train(trainer, 0, 8);
            trainer.export(after);
            assertThat(weights(before)).isEqualTo(untouched);
        }
        assertThat(weights(deployed)).isEqualTo(weights(after)).isNotEqualTo(weights(before));
        assertThat(predicted(deployed)).isEqualTo(predicted(after)).isNotEqualTo(predicted(before));
    }

    @Test
    void aPackageThatDoesNotTellOfItsWeightsIsRefusedAndNothingIsLeft() {
        Path deployed = folder.resolve("Deployed.mlpackage");
        try (Trainer trainer = SwiftShimExportTest.training(1).compile(new CoreMlEngine())) {
            var run = ExportedRun.of(trainer, folder, DIGITS);
            Path training = folder.resolve("ExportedTraining.mlpackage");
            var outcome = run.with("predictor", training).with("deployed", deployed).tried();
            assertThat(outcome.at("error").string()).contains("propane.weights");
            assertThat(deployed).doesNotExist();
        }
    }
}
