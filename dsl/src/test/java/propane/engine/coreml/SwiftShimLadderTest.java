package propane.engine.coreml;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.json.Json;
import propane.train.Trainer;

import java.nio.file.Path;
import java.util.List;

/**
 * An exported trainer takes the first processors that load a function and compute it as the CPU
 * does, and tells why it passed over others. The stand-in computes alike for all processors but
 * where it is told to do wrong.
 */
@OnTheSwiftShim
class SwiftShimLadderTest {
    private static final String GPU = "gradients: CPU and GPU\n  not CPU and Neural Engine: ";
    private static final int NEURAL_ENGINE = 3;

    @TempDir private Path folder;

    @AfterEach
    void doRightAgain() {
        StandInCoreMl.faults("{}");
    }

    /** Compiled packages are kept; what the stand-in does wrong with one belongs to it. */
    private static Trainer trainer(String faults) {
        return SwiftShimExportTest.training(1).seed(faults.hashCode()).compile(new CoreMlEngine());
    }

    private ExportedRun run(Trainer trainer, String faults) {
        StandInCoreMl.faults(faults);
        return ExportedRun.of(trainer, folder, SwiftShimExportTest.DIGITS).batches(0, 6);
    }

    /** Trains with faults, and returns where gradients ran; the losses must be Java's. */
    private String placement(String faults) {
        try (Trainer trainer = trainer(faults)) {
            var run = run(trainer, faults);
            List<Float> losses = SwiftShimExportTest.train(trainer, 0, 6);
            var outcome = run.run();
            assertThat(outcome.floats("losses")).isEqualTo(losses);
            return gradients(outcome);
        }
    }

    private static String gradients(ExportedRun.Outcome outcome) {
        return outcome.strings("placements").stream()
                .filter(placement -> placement.startsWith("gradients"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theNeuralEngineIsTakenWhereNothingSpeaksAgainstIt() {
        assertThat(placement("{}")).isEqualTo("gradients: CPU and Neural Engine");
    }

    @Test
    void whatDoesNotLoadIsPassedOver() {
        assertThat(placement("{\"gradients\":{\"unloadable\":[3]}}"))
                .isEqualTo(GPU + "stand-in: gradients does not load for these processors");
    }

    @Test
    void whatComputesWrongNumbersIsPassedOver() {
        assertThat(placement("{\"gradients\":{\"distorted\":[3]}}"))
                .startsWith(GPU + "its first results differ from the CPU's: ")
                .endsWith(" dB of 40");
        assertThat(placement("{\"gradients\":{\"distorted\":[3,1]}}"))
                .startsWith("gradients: CPU\n  not CPU and Neural Engine: ")
                .contains("\n  not CPU and GPU: its first results differ");
    }

    /**
     * The self-test is the first prediction, two steps go well, then the step is made elsewhere.
     */
    @Test
    void whatFailsWhileItRunsIsLeft() {
        assertThat(placement("{\"gradients\":{\"failing\":[3],\"failingFrom\":3}}"))
                .isEqualTo(
                        GPU
                                + "failed after it was loaded: stand-in: prediction 3 fails on"
                                + " these processors");
    }

    @Test
    void predictionsHaveALadderToo() {
        String faults = "{\"predict_one\":{\"distorted\":[3]}}";
        try (Trainer trainer = trainer(faults)) {
            var outcome = run(trainer, faults).with("predict", 1).run();
            assertThat(outcome.strings("placements"))
                    .anyMatch(text -> text.startsWith("predict_one: CPU and GPU\n  not CPU and N"));
        }
    }

    @Test
    void theOnlyProcessorsNamedAreAnErrorWhereTheyDoNotDo() {
        String faults = "{\"gradients\":{\"distorted\":[3]}}";
        try (Trainer trainer = trainer(faults)) {
            var outcome =
                    run(trainer, faults).with("units", Json.array(Json.of(NEURAL_ENGINE))).tried();
            assertThat(outcome.at("error").string())
                    .contains("no processor takes gradients")
                    .contains("CPU and Neural Engine: its first results differ");
        }
    }
}
