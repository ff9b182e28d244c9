package propane.engine.coreml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.metric.Metric;
import propane.nn.metric.Metrics;
import propane.train.Trainer;

import java.nio.file.Path;
import java.util.ArrayList;

/** An exported trainer evaluates and predicts as Java does. */
@OnTheSwiftShim
class SwiftShimEvaluateTest {
    @TempDir private Path folder;

    private static Trainer trained() {
        Trainer trainer = SwiftShimExportTest.training(1).compile(Engine.cpu());
        SwiftShimExportTest.train(trainer, 0, 10);
        return trainer;
    }

    private static Trainer counting() {
        Trainer trainer = SwiftShimExportTest.counting(1).compile(Engine.cpu());
        SwiftShimExportTest.train(trainer, 0, 10);
        return trainer;
    }

    /** Whole batches, one that is smaller, and less than one batch. */
    @ParameterizedTest
    @CsvSource({"96, false", "101, false", "7, false", "96, true", "101, true"})
    void meansAreThoseOverAllThatCounts(int examples, boolean isCounting) {
        Dataset some = SwiftShimTrainingTest.DIGITS.train().take(examples);
        try (Trainer trainer = isCounting ? counting() : trained()) {
            var expected = trainer.evaluate(some);
            var outcome =
                    ExportedRun.of(trainer, folder, SwiftShimExportTest.DIGITS)
                            .with("evaluate", examples)
                            .run()
                            .at("evaluated");
            assertThat(outcome.members()).containsOnlyKeys("loss", "accuracy");
            double near = examples % ExportedRun.BATCH == 0 && !isCounting ? 0 : 1e-6;
            for (Metric metric : new Metric[] {Metrics.loss(), Metrics.accuracy()}) {
                assertThat((float) outcome.at(metric.name()).number())
                        .isCloseTo((float) expected.value(metric), within((float) near));
            }
        }
    }

    /** One example, a whole batch, a batch and some more, one more. */
    @ParameterizedTest
    @ValueSource(ints = {1, 32, 40, 33})
    void anyNumberOfExamplesIsPredicted(int examples) {
        try (Trainer trainer = trained()) {
            var expected = new ArrayList<Float>();
            var x = SwiftShimExportTest.DIGITS.x().slice(0, examples);
            for (float value : trainer.predict(x).floats()) {
                expected.add(value);
            }
            var outcome =
                    ExportedRun.of(trainer, folder, SwiftShimExportTest.DIGITS)
                            .with("predict", examples)
                            .run();
            assertThat(outcome.floats("predicted"))
                    .usingElementComparator((a, b) -> Math.abs(a - b) < 1e-5 ? 0 : 1)
                    .isEqualTo(expected);
            assertThat(outcome.strings("placements"))
                    .anyMatch(text -> text.startsWith(examples == 1 ? "predict_one" : "predict"));
        }
    }

    @Test
    void aStepTakesWholeBatchesOfItsOwnTypes() {
        try (Trainer trainer = trained()) {
            var run = ExportedRun.of(trainer, folder, SwiftShimExportTest.DIGITS);
            assertThat(run.with("wrong", "short").tried().at("error").string())
                    .contains("input must be of shape [32, 8, 8], got [31, 8, 8]");
            assertThat(run.with("wrong", "floats").tried().at("error").string())
                    .contains("target takes int32, got floats");
            assertThat(run.with("wrong", "missing").tried().at("error").string())
                    .contains("the batch has no target, only input");
            var nan = run.with("wrong", "nan").tried();
            assertThat(nan.at("error").string())
                    .contains("step 11: ", "loss is nan; weights and slots are those before");
            assertThat(nan.at("steps").whole()).isEqualTo(10);
        }
    }
}
