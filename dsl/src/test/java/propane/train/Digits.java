package propane.train;

import static propane.nn.layer.Layers.batchNorm;
import static propane.nn.layer.Layers.conv2d;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.dropout;
import static propane.nn.layer.Layers.flatten;
import static propane.nn.layer.Layers.named;
import static propane.nn.layer.Layers.relu;
import static propane.nn.layer.Layers.sequential;

import propane.data.Dataset;
import propane.nn.Input;
import propane.nn.Model;
import propane.nn.loss.Losses;
import propane.nn.metric.Metrics;
import propane.nn.optimizer.Optimizers;

import java.nio.file.Path;

/** The digits, and trainings of them that the tests share. */
final class Digits {
    /** All digits, images of 8×8 in one channel. */
    static final Dataset ALL =
            Dataset.csv(Path.of("..", "examples", "data", "digits.csv"), "label")
                    .scale(1 / 16.0)
                    .reshape(1, 8, 8);

    private Digits() {}

    /** A model with everything that a resume could lose: statistics, dropout, two parts. */
    static Model model() {
        return Model.model(
                Input.input(1, 8, 8),
                sequential(
                        named(
                                "trunk",
                                sequential(
                                        conv2d(4, 3).stride(2), batchNorm(), relu(), dropout(0.2))),
                        flatten(),
                        named("head", sequential(dense(16), relu(), dropout(0.3), dense(10)))));
    }

    /** A training with decay, momentum and clipping. */
    static Training training(Model model) {
        return Training.training(model)
                .loss(Losses.softmaxCrossEntropy())
                .optimizer(Optimizers.adamW(2e-3).weightDecay(0.05))
                .metrics(Metrics.accuracy())
                .clipGradNorm(1)
                .batch(16)
                .seed(11);
    }
}
