package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static propane.nn.Input.input;
import static propane.nn.Model.model;
import static propane.nn.Tensors.tensors;
import static propane.nn.layer.Layers.dense;
import static propane.nn.metric.Metrics.accuracy;
import static propane.nn.metric.Metrics.auc;
import static propane.nn.metric.Metrics.confusionMatrix;
import static propane.nn.metric.Metrics.f1;
import static propane.nn.metric.Metrics.recall;
import static propane.nn.metric.Metrics.rmse;
import static propane.train.MetricsTest.CLASSES;
import static propane.train.MetricsTest.EXAMPLES;
import static propane.train.MetricsTest.X;
import static propane.train.MetricsTest.gaussian;
import static propane.train.MetricsTest.ofLabels;
import static propane.train.MetricsTest.trainer;
import static propane.train.Training.training;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.coreml.CoreMl;
import propane.coreml.lowering.LoweredFunction;
import propane.coreml.lowering.NeuralEngineLowering;
import propane.coreml.lowering.PortLayout;
import propane.coreml.write.ProgramPackage;
import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.loss.Losses;
import propane.nn.metric.Metric;
import propane.nn.optimizer.Optimizers;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;
import propane.train.option.Option;
import propane.train.port.StepResults;
import propane.train.result.Event;
import propane.train.result.History;
import propane.train.result.Results;
import propane.train.result.TrainerCallback;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Metrics where they are counted elsewhere, kept, handed on and named. */
class MetricsInTrainingTest {
    /** Four outputs, two of them equal: the first one is the largest. */
    @Test
    void theNeuralEngineFindsTheFirstOfEqualOutputs() {
        Tensor x = new Port("x", Role.BATCH, TensorType.float32(Shape.shape(3, 4))).tensor();
        var function =
                Program.Function.of(
                        "gradients",
                        List.of(
                                Program.Output.result("largest", x.argmax(-1).oneHot(4)),
                                Program.Output.result("smallest", x.argmin(0).oneHot(3))));
        var lowered = NeuralEngineLowering.float16(function, Map.of());
        var given = NDArray.of(new float[] {1, 2, 2, 0, -1, -1, 3, 3, 0, 0, 0, -0f}, 3, 4);
        var values = new HashMap<String, NDArray>();
        for (PortLayout input : lowered.inputs()) {
            values.put(input.port().name(), input.lower(given));
        }
        var expected = Interpreter.run(function, Map.of("x", given));
        var found = Interpreter.run(lowered.function(), values);
        for (PortLayout output : lowered.outputs()) {
            assertThat(output.raise(found.get(output.lowered().name())))
                    .isEqualTo(expected.get(output.port().name()));
        }
        assertAllMayRun(lowered);
    }

    @Test
    void areasAreTakenOnTheNeuralEngine() {
        for (Training training :
                List.of(
                        ofLabels(),
                        training(model(input(6), dense(2))).loss(Losses.binaryCrossEntropy()))) {
            GivenStep given =
                    GivenStep.gradients(
                            training.metrics(auc().multiLabel()).optimizer(Optimizers.sgd(0.1)));
            var whole = NeuralEngineLowering.float32(given.function(), given.frozen());
            var expected = Interpreter.run(given.function(), given.values());
            var found = Interpreter.run(whole.function(), given.values(whole));
            for (PortLayout output : whole.outputs()) {
                String port = output.port().name();
                NDArray value = output.raise(found.get(output.lowered().name()));
                GivenStep.assertNear(value, expected.get(port), 1e-5, port);
            }
            assertAllMayRun(NeuralEngineLowering.float16(given.function(), given.frozen()));
        }
    }

    private static void assertAllMayRun(LoweredFunction lowered) {
        var report = ProgramPackage.lint(Program.of(lowered.function()));
        assertThat(report.functions().getFirst().ops().stream().filter(op -> !op.mayRun()))
                .as(report.text())
                .isEmpty();
    }

    @Test
    void anAppIsToldMeansOnly(@TempDir Path folder) {
        try (Trainer trainer = trainer(ofLabels(), accuracy(), f1(), auc(), confusionMatrix())) {
            trainer.exportTraining(folder.resolve("MeansTraining.mlpackage"));
        }
        Program read = CoreMl.read(folder.resolve("MeansTraining.mlpackage"));
        for (String name : List.of("train", "gradients", "evaluate")) {
            var results =
                    read.function(name).outputs().stream()
                            .filter(output -> output.port().role() == Role.RESULT)
                            .map(output -> output.port().name().replace("half/", ""))
                            .filter(port -> !port.equals(StepResults.GRADIENT_NORM));
            assertThat(results).as(name).containsExactlyInAnyOrder("loss", "accuracy");
        }
    }

    @Test
    void sumsOfAnEpochAndTablesOfTheHistoryOutliveACheckpoint(@TempDir Path folder) {
        var training = ofLabels();
        Metric[] metrics = {f1(), auc(), confusionMatrix(), recall().perClass()};
        int[] labels = IntStream.range(0, EXAMPLES).map(i -> i % CLASSES).toArray();
        Dataset data = Dataset.of(X, labels);
        Path middle = folder.resolve("middle.ckpt");
        try (Trainer trainer = trainer(training, metrics);
                Trainer other = trainer(training, metrics)) {
            TrainerCallback saving =
                    event -> {
                        // The second batch of four, in the second epoch.
                        if (event instanceof Event.StepDone step && step.step() == 6) {
                            trainer.save(middle);
                        }
                        return TrainerCallback.Signal.CONTINUE;
                    };
            History unbroken =
                    trainer.fit(
                            data,
                            Option.epochs(3),
                            Option.validationData(data),
                            Option.callback(saving));
            other.load(middle);
            History resumed = other.fit(data, Option.epochs(3), Option.validationData(data));
            assertThat(resumed).isEqualTo(unbroken);
            assertThat(resumed.epochs().getFirst().train().matrix(confusionMatrix()).ints())
                    .satisfies(
                            counts -> assertThat(IntStream.of(counts).sum()).isEqualTo(EXAMPLES));
            assertThat(resumed.last(auc())).isBetween(0.4, 1.0);
        }
    }

    @Test
    void anOutputsNameStandsBeforeItsMetrics() {
        var two =
                model(
                        List.of(input(6)),
                        (scope, in) ->
                                tensors("kind", scope.apply("kind", dense(CLASSES), in.only()))
                                        .and("size", scope.apply("size", dense(1), in.only())));
        var training =
                training(two)
                        .loss("kind", Losses.softmaxCrossEntropy())
                        .loss("size", Losses.meanSquaredError());
        int[] labels = IntStream.range(0, EXAMPLES).map(i -> i % CLASSES).toArray();
        Dataset data =
                Dataset.of(
                        Map.of("input", NDArray.of(X)),
                        Map.of(
                                "kind", NDArray.of(labels),
                                "size", NDArray.of(gaussian(EXAMPLES, 1))));
        Training measured =
                training.metrics("kind", accuracy(), confusionMatrix())
                        .metrics("size", rmse())
                        .optimizer(Optimizers.sgd(0.1));
        try (Trainer trainer = measured.compile(Engine.cpu())) {
            Results found = trainer.evaluate(data);
            assertThat(found.values()).containsOnlyKeys("loss", "kind_accuracy", "size_rmse");
            assertThat(found.matrices()).containsOnlyKeys("kind_confusion_matrix");
        }
        assertThatThrownBy(() -> training.metrics("sise", rmse()))
                .hasMessageContaining("sise")
                .hasMessageContaining("size");
    }
}
