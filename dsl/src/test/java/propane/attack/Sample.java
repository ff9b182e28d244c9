package propane.attack;

import static propane.nn.layer.Layers.batchNorm;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.dropout;
import static propane.nn.layer.Layers.relu;
import static propane.nn.layer.Layers.sequential;

import propane.data.Dataset;
import propane.nn.Input;
import propane.nn.Model;
import propane.nn.loss.Losses;
import propane.nn.metric.Metrics;
import propane.nn.optimizer.Optimizers;
import propane.train.Training;

import java.util.Random;

/** The small training that is attacked: with statistics, dropout, slots and running means. */
final class Sample {
    static final int INPUTS = 12;
    static final int CLASSES = 4;
    static final int BATCH = 8;

    private Sample() {}

    /** Returns examples whose classes can be learnt. */
    static Dataset data(int count) {
        var random = new Random(7);
        float[][] x = new float[count][INPUTS];
        int[] labels = new int[count];
        for (int i = 0; i < count; i++) {
            labels[i] = random.nextInt(CLASSES);
            for (int j = 0; j < INPUTS; j++) {
                x[i][j] = random.nextFloat() + (j % CLASSES == labels[i] ? 1 : 0);
            }
        }
        return Dataset.of(x, labels).shuffle(3);
    }

    /** Returns the training. */
    static Training training() {
        var model =
                Model.model(
                        Input.input(INPUTS),
                        sequential(dense(16), batchNorm(), relu(), dropout(0.2), dense(CLASSES)));
        return Training.training(model)
                .loss(Losses.softmaxCrossEntropy())
                .optimizer(Optimizers.adamW(2e-3).weightDecay(0.05))
                .metrics(Metrics.accuracy())
                .ema(0.9)
                .batch(BATCH)
                .seed(11);
    }
}
