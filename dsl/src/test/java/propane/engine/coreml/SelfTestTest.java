package propane.engine.coreml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static propane.nn.layer.Layers.batchNorm;
import static propane.nn.layer.Layers.conv2d;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.flatten;
import static propane.nn.layer.Layers.maxPool2d;
import static propane.nn.layer.Layers.relu;
import static propane.nn.layer.Layers.residual;
import static propane.nn.layer.Layers.sequential;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import propane.engine.Engine;
import propane.nn.Input;
import propane.nn.Layer;
import propane.nn.Model;
import propane.nn.layer.Padding;
import propane.nn.loss.Losses;
import propane.nn.optimizer.Optimizers;
import propane.tensor.EngineException;
import propane.train.Trainer;
import propane.train.Training;

/** A device that computes what the CPU computes is taken; any other is not. */
class SelfTestTest {
    @BeforeEach
    void putTheFakeInPlace() {
        InterpretedShim.install();
    }

    @AfterEach
    void takeTheFakeAway() {
        InterpretedShim.remove();
    }

    private static Training training(Input input, Layer layers) {
        return Training.training(Model.model(input, layers))
                .loss(Losses.softmaxCrossEntropy())
                .optimizer(Optimizers.sgd(0.1))
                .batch(4);
    }

    private static Training convolutions() {
        return training(
                Input.image(8, 8, 1),
                sequential(
                        conv2d(4, 3).padding(Padding.SAME),
                        batchNorm(),
                        relu(),
                        residual(sequential(conv2d(4, 3).padding(Padding.SAME), relu())),
                        maxPool2d(2),
                        flatten(),
                        dense(10)));
    }

    private static void isTaken(Training training) {
        try (Trainer trainer = training.compile(Engine.neuralEngine().required())) {
            assertThat(trainer.report().device()).startsWith("Core ML");
        }
    }

    @Test
    void rightConvolutionsAreTaken() {
        isTaken(convolutions());
    }

    @Test
    void deepPerceptronsAreTaken() {
        isTaken(
                training(
                        Input.input(70),
                        sequential(
                                dense(128),
                                relu(),
                                dense(64),
                                relu(),
                                dense(33),
                                relu(),
                                dense(7))));
    }

    @Test
    void wrongConvolutionsAreNot() {
        InterpretedShim.distortNext();
        assertThatThrownBy(() -> convolutions().compile(Engine.neuralEngine().required()))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("differs from the CPU's")
                .hasMessageContaining("-Dpropane.selfTest=false");
    }
}
