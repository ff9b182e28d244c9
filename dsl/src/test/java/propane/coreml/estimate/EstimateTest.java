package propane.coreml.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import static propane.nn.Input.input;
import static propane.nn.Model.model;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.relu;
import static propane.nn.layer.Layers.sequential;
import static propane.nn.loss.Losses.softmaxCrossEntropy;
import static propane.nn.optimizer.Optimizers.adam;
import static propane.train.Training.training;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.coreml.CoreMl;
import propane.coreml.ModelCard;
import propane.coreml.format.MlPackage;
import propane.coreml.proto.Model;
import propane.coreml.report.DeviceEstimate;
import propane.coreml.report.DeviceEstimate.Reading;
import propane.coreml.report.EstimateReport;
import propane.coreml.report.Range;
import propane.coreml.show.PackageEstimate;
import propane.coreml.write.ProgramPackage;
import propane.engine.Engine;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.FormatException;
import propane.tensor.PropaneException;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;
import propane.tensor.UnknownNameException;
import propane.train.Trainer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

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

    private EstimateReport withoutCalls(Trainer trainer) {
        Path file = folder.resolve("Calls.mlpackage");
        trainer.exportTraining(file);
        var figures =
                PUBLISHED.figures().stream()
                        .filter(figure -> figure.figure() != Figure.CALL)
                        .toList();
        return PackageEstimate.report(MlPackage.open(file), new DeviceTable(figures));
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
            assertThat(withoutCalls(trainer).text()).containsPattern("m1 .* ms, see \\d");
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
        assertThatThrownBy(() -> CoreMl.device("m44"))
                .isInstanceOf(UnknownNameException.class)
                .hasMessageContaining("estimate: no device named m44")
                .hasMessageContaining("did you mean m4?");
    }

    private static Program one(Tensor y) {
        return Program.of(Program.Function.of("main", List.of(Program.Output.result("y", y))));
    }

    @Test
    void programsWithoutFunctionsOrExamplesAreErrors() {
        Tensor x = new Port("x", Role.BATCH, TensorType.float32(Shape.shape(4, 8))).tensor();
        assertThat(ProgramPackage.estimate(one(x.relu()), 4).text()).contains(" kB ");
        for (int batch : new int[] {0, -3}) {
            assertThatThrownBy(() -> ProgramPackage.estimate(one(x.relu()), batch))
                    .isInstanceOf(PropaneException.class)
                    .hasMessageContaining("the number of examples must be 1 or more");
        }
        assertThatThrownBy(() -> ProgramPackage.estimate(new Program(List.of()), 1))
                .isInstanceOf(PropaneException.class)
                .hasMessageContaining("the number of functions must be 1 or more");
    }

    /** An axis that may have any length is no axis of length 1. */
    @Test
    void nothingIsToldOfAxesOfFlexibleLength() throws IOException {
        Path path = folder.resolve("p.mlpackage");
        Tensor x = new Port("x", Role.BATCH, TensorType.float32(Shape.shape(4, 8))).tensor();
        ProgramPackage.write(one(x.relu()), path, ModelCard.BLANK);
        assertThat(known(of(CoreMl.estimate(path), "m4").memory()).low()).isPositive();
        Path file;
        try (Stream<Path> all = Files.walk(path)) {
            file =
                    all.filter(each -> each.toString().endsWith(".mlmodel"))
                            .findFirst()
                            .orElseThrow();
        }
        var model = Model.parseFrom(Files.readAllBytes(file)).toBuilder();
        var functions = model.getMlProgramBuilder();
        var main = functions.getFunctionsOrThrow("main").toBuilder();
        var type = main.getInputsBuilder(0).getTypeBuilder().getTensorTypeBuilder();
        type.getDimensionsBuilder(0).getUnknownBuilder().setVariadic(false);
        functions.putFunctions("main", main.build());
        Files.write(file, model.build().toByteArray());
        DeviceEstimate flexible = of(CoreMl.estimate(path), "m4");
        assertThat(List.of(flexible.step(), flexible.memory(), flexible.batch()))
                .allSatisfy(reading -> assertThat(reading.toString()).contains("flexible length"));
        Files.write(file, model.setMlProgram(functions.clearFunctions()).build().toByteArray());
        assertThatThrownBy(() -> CoreMl.estimate(path))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("has no function to estimate");
    }

    @Test
    void measuredFiguresAreBoundedAndTheirFaultsNamedWithTheFile() throws IOException {
        Path file = folder.resolve("devices.json");
        System.setProperty(MeasuredFigures.PLACE, file.toString());
        try {
            for (String wrong :
                    List.of(
                            "\"figure\":\"speed\",\"low\":1,\"high\":2",
                            "\"figure\":\"call\",\"low\":1e-300,\"high\":2",
                            "\"figure\":\"call\",\"low\":1,\"high\":1e300",
                            "\"figure\":\"call\",\"low\":2,\"high\":1")) {
                Files.writeString(file, measured("m4", wrong));
                assertThatThrownBy(MeasuredFigures::read)
                        .isInstanceOf(FormatException.class)
                        .hasMessageStartingWith(file.toString());
            }
            Files.writeString(file, measured("M4", "\"figure\":\"call\",\"low\":1,\"high\":2"));
            assertThat(MeasuredFigures.read().getFirst().device()).isEqualTo("m4");
        } finally {
            System.clearProperty(MeasuredFigures.PLACE);
        }
    }

    private static String measured(String device, String figure) {
        return "{\"format\":1,\"figures\":[{\"device\":\"%s\",\"source\":\"me\",%s}]}"
                .formatted(device, figure);
    }
}
