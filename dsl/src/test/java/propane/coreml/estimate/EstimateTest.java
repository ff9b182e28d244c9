package propane.coreml.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import static propane.nn.Input.input;
import static propane.nn.Layers.dense;
import static propane.nn.Layers.relu;
import static propane.nn.Layers.sequential;
import static propane.nn.Losses.softmaxCrossEntropy;
import static propane.nn.Model.model;
import static propane.nn.Optimizers.adam;
import static propane.train.Training.training;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.coreml.CoreMl;
import propane.engine.Engine;
import propane.tensor.FormatException;
import propane.tensor.UnknownNameException;
import propane.train.Trainer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What is told of devices that are not at hand, and what is not told. */
class EstimateTest {
    private static final DeviceTable PUBLISHED = DeviceTable.published();

    @TempDir Path folder;

    private static Trainer trainer(int batch) {
        return training(
                        model(
                                input(256),
                                sequential(dense(512), relu(), dense(512), relu(), dense(10))))
                .loss(softmaxCrossEntropy())
                .optimizer(adam(1e-3))
                .batch(batch)
                .compile(Engine.cpu());
    }

    private static DeviceEstimate of(EstimateReport report, String device) {
        return report.on(List.of(device)).devices().getFirst();
    }

    private static Range known(Reading reading) {
        assertThat(reading).isInstanceOf(Reading.Known.class);
        return ((Reading.Known) reading).range();
    }

    private static EstimateReport withoutCalls(EstimateReport report) {
        var figures =
                report.table().figures().stream()
                        .filter(figure -> figure.figure() != Figure.CALL)
                        .toList();
        return new EstimateReport(
                report.title(),
                report.notes(),
                report.memory(),
                report.devices(),
                new DeviceTable(figures));
    }

    @Test
    void someoneVouchesForEachFigure() {
        assertThat(PUBLISHED.devices())
                .contains("m1", "m2", "m3", "m4", "a14", "a15", "a16", "a17pro", "a18");
        assertThat(PUBLISHED.figures())
                .allSatisfy(figure -> {
                    assertThat(figure.source()).isNotBlank();
                    assertThat(figure.kind()).isIn("measured", "published", "derived", "reported");
                    assertThat(figure.values().low()).isPositive();
                });
    }

    @Test
    void oneFigureIsHalfToOneAndAHalfOfItAndSeveralAreARange() {
        Range one = PUBLISHED.range("m1", Figure.BANDWIDTH).orElseThrow();
        assertThat(one.low()).isEqualTo(0.5 * 68.25e9, offset(1.0));
        assertThat(one.high()).isEqualTo(1.5 * 68.25e9, offset(1.0));
        Range several = PUBLISHED.range("m1", Figure.PRODUCT).orElseThrow();
        assertThat(several.low()).isEqualTo(2.7e12, offset(1.0));
        assertThat(several.high()).isEqualTo(4.59e12, offset(1.0));
    }

    @Test
    void whatIsNotKnownStaysUnknown() {
        assertThat(PUBLISHED.range("m3", Figure.PRODUCT)).isEmpty();
        try (Trainer trainer = trainer(32)) {
            EstimateReport report = trainer.estimate();
            assertThat(of(report, "m3").step()).isInstanceOf(Reading.Unknown.class);
            assertThat(report.text())
                    .contains(
                            ": estimated", "unknown, see 2", "nothing is known of products of two")
                    .containsPattern("m1 .* ms ");
            assertThat(withoutCalls(report).text()).containsPattern("m1 .* ms, see \\d");
            assertThat(report.on(List.of("M4")).text()).doesNotContain("unknown", "m1");
        }
    }

    /**
     * 3 products a layer, but none for the first input's gradient: 2 · 32 · (2 · 131 k + 3 · 267
     * k).
     */
    @Test
    void aStepTakesAtLeastItsProductsAtThePeakAndACall() {
        try (Trainer trainer = trainer(32)) {
            Range step = known(of(trainer.estimate(), "m4").step());
            double products = 2 * 32 * (2 * 256 * 512 + 3 * (512 * 512 + 512 * 10.0));
            assertThat(step.low()).isGreaterThan(products / 8.87e12 + 90e-6);
            assertThat(step.high()).isGreaterThan(step.low()).isLessThan(0.1);
        }
    }

    @Test
    void theLargestBatchDoesNotDependOnTheOneAtHand() {
        try (Trainer few = trainer(32);
                Trainer many = trainer(128)) {
            Range some = known(of(few.estimate(), "m4").batch());
            Range more = known(of(many.estimate(), "m4").batch());
            assertThat(some.low() / more.low()).isBetween(0.8, 1.25);
            assertThat(known(of(many.estimate(), "m4").memory()).low())
                    .isGreaterThan(known(of(few.estimate(), "m4").memory()).low());
        }
    }

    @Test
    void whatWasMeasuredHereWinsOverTheTable() throws IOException {
        Path file = folder.resolve("devices.json");
        System.setProperty(MeasuredFigures.PLACE, file.toString());
        try (Trainer trainer = trainer(32)) {
            Range published = known(of(trainer.estimate(), "m4").step());
            MeasuredFigures.keep("m4", Map.of(Figure.CALL, new Range(5000, 6000)), "a test");
            EstimateReport report = trainer.estimate().on(List.of("m4"));
            Range measured = known(report.devices().getFirst().step());
            assertThat(measured.low() - published.low()).isEqualTo(5000e-6 - 90e-6, offset(1e-9));
            assertThat(report.sources()).contains("m4 call 5,000–6,000 us, here: a test");
            Files.writeString(file, "{\"format\": 1, \"figures\": [{\"low\": -1}]}");
            assertThatThrownBy(trainer::estimate).isInstanceOf(FormatException.class);
        } finally {
            System.clearProperty(MeasuredFigures.PLACE);
        }
    }

    @Test
    void aPackageIsEstimatedAsItsTrainingIs() {
        try (Trainer trainer = trainer(32)) {
            Path file = folder.resolve("Dense.mlpackage");
            trainer.exportTraining(file);
            Range step = known(of(trainer.estimate(), "m4").step());
            Range written = known(of(CoreMl.estimate(file), "m4").step());
            assertThat(written.low()).isEqualTo(step.low(), offset(1e-9));
            assertThat(CoreMl.estimate(file).text())
                    .startsWith("Dense.mlpackage, a training step, 32 examples: estimated");
        }
    }

    @Test
    void aDeviceThatIsNotThereIsAskedForByTheNearestName() {
        assertThatThrownBy(() -> PUBLISHED.named("m44"))
                .isInstanceOf(UnknownNameException.class)
                .hasMessageContaining("estimate: no device named m44")
                .hasMessageContaining("did you mean m4?");
    }
}
