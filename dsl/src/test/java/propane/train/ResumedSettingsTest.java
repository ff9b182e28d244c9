package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import propane.checkpoint.Checkpoint;
import propane.checkpoint.Weights;
import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Input;
import propane.nn.Model;
import propane.nn.WeightFilter;
import propane.nn.WeightFilters;
import propane.nn.layer.Layers;
import propane.nn.loss.Losses;
import propane.nn.metric.Metrics;
import propane.nn.optimizer.Optimizer;
import propane.nn.optimizer.Optimizers;
import propane.nn.schedule.Schedule;
import propane.nn.schedule.Schedules;
import propane.safetensors.Safetensors;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.NumericException;
import propane.tensor.PropaneException;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.tensor.UnknownNameException;
import propane.train.option.Option;
import propane.train.option.Precision;
import propane.train.result.Event;
import propane.train.result.History;
import propane.train.result.TrainerCallback;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What else a file and a training must agree in, and what numbers of a state may be. */
class ResumedSettingsTest {
    private static final Dataset DATA =
            Dataset.of(new float[][] {{0, 1}, {1, 0}, {1, 1}, {2, 1}}, new int[] {0, 1, 1, 0});

    @TempDir private Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("run.ckpt");
    }

    private static Training training(Optimizer optimizer) {
        return Training.training(Model.model(Input.input(2), Layers.dense(2)))
                .loss(Losses.softmaxCrossEntropy())
                .optimizer(optimizer)
                .batch(2);
    }

    private void save(Training training) {
        try (Trainer trainer = training.compile(Engine.cpu())) {
            trainer.fit(DATA);
            trainer.save(file);
        }
    }

    private void refuses(Training training, String message) {
        try (Trainer trainer = training.compile(Engine.cpu())) {
            Path before = folder.resolve("before.ckpt");
            Path after = folder.resolve("after.ckpt");
            trainer.save(before);
            assertThatThrownBy(() -> trainer.load(file))
                    .isInstanceOf(PropaneException.class)
                    .hasMessageStartingWith(file.toString())
                    .hasMessageContaining(message)
                    .hasMessageContaining("fix:");
            trainer.save(after);
            assertThat(Checkpoint.read(after)).isEqualTo(Checkpoint.read(before));
        }
    }

    static Stream<Object[]> optimizersOfOneKind() {
        WeightFilter own = weight -> weight.shape().rank() > 1;
        return Stream.of(
                new Object[] {
                    Optimizers.adam(0.1),
                    Optimizers.adamW(0.1),
                    "adam with weightDecay 0.0, here 0.01"
                },
                new Object[] {
                    Optimizers.adam(0.1).weightDecay(0.01),
                    Optimizers.adamW(0.1),
                    "adam with decoupledWeightDecay false, here true"
                },
                new Object[] {
                    Optimizers.adam(0.1),
                    Optimizers.adam(0.1).betas(0.9, 0.99),
                    "adam with beta2 0.999, here 0.99"
                },
                new Object[] {
                    Optimizers.sgd(0.1).momentum(0.9),
                    Optimizers.sgd(0.1).momentum(0.9).nesterov(true),
                    "sgd with nesterov false, here true"
                },
                new Object[] {
                    Optimizers.adamW(0.1),
                    Optimizers.adamW(0.1).decayMask(WeightFilters.matrices()),
                    "adam with decayMask all(), here matrices()"
                },
                new Object[] {
                    Optimizers.paramGroups(
                            Optimizers.adam(0.1).paramGroup(own), Optimizers.sgd(0.1)),
                    Optimizers.paramGroups(
                            Optimizers.adam(0.1).epsilon(1e-3).paramGroup(own),
                            Optimizers.sgd(0.1)),
                    "adam with optimizer.epsilon 1.0E-8, here 0.001"
                });
    }

    @ParameterizedTest
    @MethodSource("optimizersOfOneKind")
    void anOptimizerSetOtherwiseIsAnotherOne(Optimizer there, Optimizer here, String message) {
        save(training(there));
        refuses(training(here), "it was trained by another optimizer: " + message);
        try (Trainer trainer = training(there).compile(Engine.cpu())) {
            assertThat(trainer.load(file).notes()).isEmpty();
        }
    }

    /** Rates are the program's: they follow from its schedules. */
    @Test
    void anotherLearningRateIsNoOtherOptimizer() {
        save(training(Optimizers.adam(0.1)));
        Schedule own = step -> 1e-3 / (1 + step);
        try (Trainer trainer = training(Optimizers.adam(own)).compile(Engine.cpu())) {
            assertThat(trainer.load(file).notes()).isEmpty();
        }
    }

    /** A user's own optimizer may be a lambda or hold what is no number. */
    record Own(Schedule learningRate, double damp, Object[] other, WeightFilter which)
            implements Optimizer {
        @Override
        public Tensor update(Slots slots, Tensor gradient, Tensor weight) {
            return gradient.mul(damp).mul(slots.learningRate());
        }

        @Override
        public String kind() {
            return "own(";
        }
    }

    @Test
    void ownOptimizersAreComparedByTheirNumbers() {
        Schedule rate = Schedules.constant(0.1);
        save(training(new Own(rate, 0.5, new Object[1], _ -> true)));
        refuses(training(new Own(rate, 0.25, new Object[2], _ -> false)), "with damp 0.5, here");
        try (Trainer trainer =
                training(new Own(rate, 0.5, new Object[3], _ -> false)).compile(Engine.cpu())) {
            assertThat(trainer.load(file).notes()).isEmpty();
        }
    }

    @Test
    void filesThatDoNotTellAreRead() {
        save(training(Optimizers.adam(0.1)).gradientAccumulation(2));
        Safetensors saved = Safetensors.read(file);
        var metadata = new LinkedHashMap<>(saved.metadata());
        metadata.computeIfPresent(
                "run",
                (_, run) -> run.replaceAll("\"(accumulate|average|optimizers)\"", "\"$1 of old\""));
        new Safetensors(metadata, saved.arrays()).write(file);
        try (Trainer trainer =
                training(Optimizers.adam(0.1).epsilon(1))
                        .gradientAccumulation(2)
                        .compile(Engine.cpu())) {
            assertThat(trainer.load(file).notes()).isEmpty();
        }
    }

    @Test
    void asManyBatchesMustMakeOneUpdate() {
        save(training(Optimizers.sgd(0.1)).gradientAccumulation(3));
        String told = "batches of one update were 3, in this training they are ";
        refuses(training(Optimizers.sgd(0.1)).gradientAccumulation(2), told + 2);
        refuses(training(Optimizers.sgd(0.1)), told + 1);
    }

    @Test
    void theDecayOfRunningMeansIsTheProgramsAndIsTold() {
        save(training(Optimizers.sgd(0.1)).ema(0.9));
        refuses(training(Optimizers.sgd(0.1)), "other slots were kept beside its weights");
        try (Trainer trainer = training(Optimizers.sgd(0.1)).ema(0.5).compile(Engine.cpu())) {
            assertThat(trainer.load(file).notes())
                    .containsExactly(
                            "running means with the decay 0.5 as the training says, not 0.9 as"
                                    + " the checkpoint does");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "loss_scale,-1,loss_scale must be from 1.0",
        "loss_scale,0.5,loss_scale must be from 1.0",
        "loss_scale,NaN,loss_scale: element 0 of fp32[1] is not a number",
        "loss_scale,Infinity,loss_scale must be from 1.0",
        "good_steps,-3,good_steps must be from 0.0 to 2000.0",
        "good_steps,1e9,good_steps must be from 0.0 to 2000.0",
        "adam/v/dense_1/bias,NaN,adam/v/dense_1/bias: element 0 of fp32[2] is not a number",
        "dense_1/bias,NaN,dense_1/bias: element 0 of fp32[2] is not a number",
    })
    void numbersOfAStateMustBeSome(String port, float value, String message) {
        Training mixed = training(Optimizers.adam(0.1)).precision(Precision.MIXED_FLOAT16);
        save(mixed);
        Safetensors saved = Safetensors.read(file);
        var arrays = new LinkedHashMap<>(saved.arrays());
        arrays.computeIfPresent(port, (_, array) -> NDArray.full(array.type(), value));
        new Safetensors(saved.metadata(), arrays).write(file);
        refuses(mixed, message);
    }

    @Test
    void weightsThatDoNotFitAreToldWithTheWayOutAndChangeNothing() {
        try (Trainer trainer = training(Optimizers.sgd(0.1)).compile(Engine.cpu())) {
            Weights whole = trainer.weights();
            NDArray weight = NDArray.of(new float[] {1, 2, 3, 4}, 2, 2);
            NDArray nan = NDArray.of(new float[] {1, Float.NaN});
            var bias = "dense_1/bias";
            refuses(trainer, whole.with(bias, nan), NumericException.class, "is not a number");
            refuses(
                    trainer,
                    whole.with(bias, whole.at(bias).cast(DType.FLOAT16)),
                    ShapeException.class,
                    "array.cast(DType.FLOAT32)");
            refuses(
                    trainer,
                    whole.with(bias, NDArray.of(new float[2], 1, 2)),
                    ShapeException.class,
                    "fix:");
            refuses(
                    trainer,
                    new Weights(Map.of("dense_1/weight", weight)),
                    UnknownNameException.class,
                    "withWeights");
            assertThatThrownBy(() -> trainer.training().model().withWeights(Map.of(bias, nan)))
                    .isInstanceOf(NumericException.class)
                    .hasMessageContaining(bias);
        }
    }

    private static void refuses(
            Trainer trainer, Weights weights, Class<? extends Throwable> error, String message) {
        Weights before = trainer.weights();
        assertThatThrownBy(() -> trainer.load(weights))
                .isInstanceOf(error)
                .hasMessageContaining(message);
        assertThat(trainer.weights()).isEqualTo(before);
    }

    @Test
    void weightsLyingTheOtherWayRoundAreToldSo() {
        Model model = Model.model(Input.input(3), Layers.dense(2));
        Training training =
                Training.training(model)
                        .loss(Losses.softmaxCrossEntropy())
                        .optimizer(Optimizers.sgd(0.1));
        try (Trainer trainer = training.compile(Engine.cpu())) {
            Weights turned =
                    trainer.weights().with("dense_1/weight", NDArray.of(new float[6], 3, 2));
            refuses(trainer, turned, ShapeException.class, "lies the other way round");
            turned.write(file);
            assertThatThrownBy(() -> trainer.load(file))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageStartingWith(file.toString());
        }
    }

    @Test
    void aRunOfTooManyStepsEndsInAnErrorRatherThanInNegativeOnes() {
        Training training = training(Optimizers.sgd(0.1));
        save(training);
        Safetensors saved = Safetensors.read(file);
        var metadata = new LinkedHashMap<>(saved.metadata());
        metadata.computeIfPresent(
                "run", (_, run) -> run.replace("\"step\":2", "\"step\":2147483646"));
        new Safetensors(metadata, saved.arrays()).write(file);
        try (Trainer trainer = training.compile(Engine.cpu())) {
            trainer.load(file);
            assertThatThrownBy(() -> trainer.fit(DATA, Option.epochs(9)))
                    .isInstanceOf(PropaneException.class)
                    .hasMessageContaining("2^31 - 1 steps");
            assertThat(trainer.steps()).isEqualTo(Integer.MAX_VALUE);
            assertThatThrownBy(() -> trainer.step(DATA.reader(2).read(0, 0)))
                    .isInstanceOf(PropaneException.class);
            assertThat(trainer.steps()).isEqualTo(Integer.MAX_VALUE);
        }
    }

    /** A callback's step would leave its own batch for the next step of the run. */
    @Test
    void whatARunNeedsIsNotTakenFromItByItsCallback() {
        Training training = training(Optimizers.sgd(0.1)).seed(3);
        save(training);
        Weights whole;
        try (Trainer trainer = training.compile(Engine.cpu())) {
            trainer.fit(DATA, Option.epochs(3));
            whole = trainer.weights();
        }
        try (Trainer trainer = training.compile(Engine.cpu())) {
            var refused = new ArrayList<String>();
            TrainerCallback meddling =
                    event -> {
                        for (Runnable call : calls(trainer)) {
                            try {
                                call.run();
                            } catch (PropaneException e) {
                                refused.add(e.getMessage());
                            }
                        }
                        return TrainerCallback.Signal.CONTINUE;
                    };
            trainer.fit(DATA, Option.epochs(3), Option.callback(meddling));
            assertThat(refused)
                    .hasSizeGreaterThan(24)
                    .allMatch(message -> message.contains("a run of this trainer is under way"));
            assertThat(trainer.weights()).isEqualTo(whole);
            trainer.load(file);
            trainer.step(DATA.reader(2).read(0, 0));
        }
    }

    private List<Runnable> calls(Trainer trainer) {
        return List.of(
                () -> trainer.step(DATA.reader(2).read(0, 1)),
                () -> trainer.load(file),
                () -> trainer.fit(DATA),
                () -> trainer.findLearningRate(DATA));
    }

    @Test
    void epochsBeforeAMetricWasMeasuredDoNotHoldARunUp() {
        Training training = training(Optimizers.sgd(0.1));
        try (Trainer trainer = training.compile(Engine.cpu())) {
            trainer.fit(DATA, Option.epochs(1), Option.checkpoint(file));
        }
        var plateau = Option.reduceLrOnPlateau(Metrics.accuracy(), 0.5, 0);
        try (Trainer trainer = training.metrics(Metrics.accuracy()).compile(Engine.cpu())) {
            trainer.load(file);
            assertThat(trainer.fit(DATA, Option.epochs(3), plateau).epochs()).hasSize(3);
        }
        for (Option wrong :
                List.of(
                        plateau,
                        Option.earlyStopping(Metrics.accuracy(), 1),
                        Option.checkpoint(file, Metrics.accuracy()))) {
            try (Trainer trainer = training.compile(Engine.cpu())) {
                assertThatThrownBy(() -> trainer.fit(DATA, wrong))
                        .isInstanceOf(UnknownNameException.class)
                        .hasMessageContaining("no metric named accuracy");
                assertThat(trainer.steps()).as("before the first step").isZero();
            }
        }
    }

    @Test
    void aPlaceBeyondTheDataIsNoEpochThatWasMeasured() {
        Training training = training(Optimizers.sgd(0.1));
        try (Trainer trainer = training.compile(Engine.cpu())) {
            trainer.fit(
                    DATA,
                    Option.epochs(1),
                    Option.callback(event -> {
                        if (event instanceof Event.StepDone done && done.step() == 1) {
                            trainer.save(file);
                        }
                        return TrainerCallback.Signal.CONTINUE;
                    }));
        }
        Safetensors saved = Safetensors.read(file);
        Checkpoint middle = Checkpoint.read(file);
        assertThat(middle.examples()).isEqualTo(2);
        var metadata = new LinkedHashMap<>(saved.metadata());
        String run = metadata.get("run");
        metadata.put(
                "run",
                run.replace("\"examples\":2", "\"examples\":999")
                        .replaceFirst(
                                "\"sums\":\\{[^}]*\\},\"examples\":\\{[^}]*\\}",
                                "\"sums\":{},\"examples\":{}"));
        new Safetensors(metadata, saved.arrays()).write(file);
        try (Trainer trainer = training.compile(Engine.cpu())) {
            trainer.load(file);
            History history = trainer.fit(DATA, Option.epochs(1), Option.checkpoint(file));
            assertThat(history.last(Metrics.loss())).isFinite();
            assertThat(trainer.steps()).isEqualTo(1 + 2);
        }
    }

    /** What would be infinite in the program could be saved, and never be loaded again. */
    @Test
    void aRateBeyondFloat32IsNoRate() {
        try (Trainer trainer = training(Optimizers.sgd(0.1)).compile(Engine.cpu())) {
            assertThatThrownBy(() -> trainer.learningRate(1e300))
                    .isInstanceOf(PropaneException.class)
                    .hasMessageContaining("learningRate: the value must be 0 or more");
            trainer.learningRate(Float.MAX_VALUE);
            trainer.save(file);
            assertThat(trainer.load(file).notes()).isEmpty();
        }
    }

    @Test
    void aTableOfAScheduleHasAnEnd() {
        Schedule own = step -> 1e-3 / (1 + step);
        try (Trainer trainer = training(Optimizers.sgd(own)).compile(Engine.cpu())) {
            Path path = folder.resolve("A.mlpackage");
            for (int updates : new int[] {0, 1_000_001, Integer.MAX_VALUE}) {
                assertThatThrownBy(() -> trainer.exportTraining(path, updates))
                        .isInstanceOf(PropaneException.class)
                        .hasMessageContaining("exportTraining: the number of updates");
            }
            assertThat(path).doesNotExist();
        }
    }
}
