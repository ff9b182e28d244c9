package propane.engine.coreml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.dropout;
import static propane.nn.layer.Layers.embedding;
import static propane.nn.layer.Layers.flatten;
import static propane.nn.layer.Layers.relu;
import static propane.nn.layer.Layers.sequential;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import propane.checkpoint.Weights;
import propane.data.Dataset;
import propane.engine.ComputeUnits;
import propane.engine.Engine;
import propane.engine.PreferredEngine;
import propane.engine.Waves;
import propane.nn.Input;
import propane.nn.Model;
import propane.nn.loss.Losses;
import propane.nn.optimizer.Optimizers;
import propane.tensor.EngineException;
import propane.tensor.NDArray;
import propane.train.Trainer;
import propane.train.Training;
import propane.train.option.Option;

import java.util.List;

/** A device that passes the self-test and fails at the first real step is left in that step. */
class FirstStepTest {
    private static final int NEURAL_ENGINE = 3;
    private static final int GPU = 1;
    private static final String WHY =
            ": its first step failed: Core ML shim: failed (propane.fake 11): these processors do"
                    + " not predict";

    private int surfaces;
    private int models;

    @BeforeEach
    void putTheFakeInPlace() {
        InterpretedShim.install();
        surfaces = InterpretedShim.openSurfaces();
        models = InterpretedShim.openModels();
    }

    @AfterEach
    void takeTheFakeAway() {
        InterpretedShim.remove();
        assertThat(InterpretedShim.openSurfaces()).isEqualTo(surfaces);
        assertThat(InterpretedShim.openModels()).isEqualTo(models);
    }

    private static Training training(Model model, int accumulate) {
        return Training.training(model)
                .loss(Losses.softmaxCrossEntropy())
                .optimizer(Optimizers.adam(1e-2))
                .gradientAccumulation(accumulate)
                .batch(12)
                .seed(5);
    }

    private static Model perceptron() {
        return Model.model(Input.input(5), sequential(dense(8), relu(), dropout(0.3), dense(3)));
    }

    private static Dataset data() {
        return Waves.of(44).shuffle(3);
    }

    private static Weights fitted(Training training, Engine engine, Dataset data) {
        try (Trainer trainer = training.compile(engine)) {
            trainer.fit(data, Option.epochs(1));
            return trainer.weights();
        }
    }

    private static Engine onGpu() {
        return new PreferredEngine(List.of(Engine.coreMl(ComputeUnits.CPU_AND_GPU), Engine.cpu()));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void theNextRungMakesItFromTheSameStateAndBatch(int accumulate) {
        Training training = training(perceptron(), accumulate);
        Weights expected = fitted(training, onGpu(), data());
        InterpretedShim.failOn(NEURAL_ENGINE, 1);
        try (Trainer trainer = training.compile(Engine.neuralEngine())) {
            assertThat(trainer.report().passedOver()).isEmpty();
            assertThat(trainer.report().device()).contains("CPU_AND_NEURAL_ENGINE allowed");
            trainer.fit(data(), Option.epochs(1));
            assertThat(trainer.weights()).isEqualTo(expected);
            assertThat(trainer.report().device()).contains("CPU_AND_GPU allowed");
            assertThat(trainer.report().passedOver()).containsExactly("Neural Engine" + WHY);
        }
    }

    /** Rows that are looked up lie in memory of the program that found them. */
    @Test
    void whatWasLookedUpIsLookedUpAgain() {
        int[] x = new int[36 * 4];
        int[] y = new int[36];
        for (int i = 0; i < x.length; i++) {
            x[i] = i * 7_919 % 41 * 71;
        }
        for (int i = 0; i < y.length; i++) {
            y[i] = x[4 * i] % 3;
        }
        Dataset words = Dataset.of(NDArray.of(x, 36, 4), NDArray.of(y)).shuffle(3);
        Model model =
                Model.model(Input.tokens(4), sequential(embedding(3_000, 8), flatten(), dense(3)));
        Weights expected = fitted(training(model, 1), onGpu(), words);
        InterpretedShim.failOn(NEURAL_ENGINE, 1);
        assertThat(fitted(training(model, 1), Engine.neuralEngine(), words)).isEqualTo(expected);
    }

    @Test
    void theCpuEngineMakesItWhereNothingElseDoes() {
        Training training = training(perceptron(), 1);
        InterpretedShim.failOn(GPU, 0);
        Weights expected = fitted(training, onGpu(), data());
        InterpretedShim.failOn(GPU, 1);
        try (Trainer trainer = training.compile(onGpu())) {
            trainer.fit(data(), Option.epochs(1));
            assertThat(trainer.weights()).isEqualTo(expected);
            assertThat(trainer.report().device()).startsWith("CPU (");
            assertThat(trainer.report().passedOver()).containsExactly("GPU" + WHY);
        }
    }

    @Test
    void processorsThatWereNamedAreNotLeft() {
        InterpretedShim.failOn(NEURAL_ENGINE, 1);
        for (Engine named :
                List.of(
                        Engine.coreMl(ComputeUnits.CPU_AND_NEURAL_ENGINE),
                        Engine.neuralEngine().required())) {
            try (Trainer trainer = training(perceptron(), 1).compile(named)) {
                Weights before = trainer.weights();
                assertThatThrownBy(() -> trainer.fit(data()))
                        .isInstanceOf(EngineException.class)
                        .hasMessageContaining("these processors do not predict");
                assertThat(trainer.weights()).isEqualTo(before);
            }
        }
    }

    @Test
    void aFailureAfterTheFirstStepIsAnError() {
        InterpretedShim.failOn(NEURAL_ENGINE, 2);
        try (Trainer trainer = training(perceptron(), 1).compile(Engine.neuralEngine())) {
            assertThatThrownBy(() -> trainer.fit(data()))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("these processors do not predict");
            assertThat(trainer.steps()).isEqualTo(1);
        }
    }
}
