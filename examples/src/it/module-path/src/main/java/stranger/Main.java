package stranger;

import static propane.nn.Input.input;
import static propane.nn.Model.model;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.relu;
import static propane.nn.layer.Layers.sequential;
import static propane.nn.loss.Losses.softmaxCrossEntropy;
import static propane.nn.metric.Metrics.accuracy;
import static propane.nn.optimizer.Optimizers.adam;
import static propane.train.Training.training;
import static propane.train.option.Option.epochs;
import static propane.train.option.Option.progress;

import propane.data.Dataset;

import java.util.Random;

/** Learns to tell on which side of a circle a point lies. */
public final class Main {
    private Main() {}

    /** Trains, and fails where nothing was learned. */
    public static void main(String[] args) {
        var random = new Random(1);
        float[][] points = new float[512][2];
        int[] inside = new int[512];
        for (int i = 0; i < points.length; i++) {
            points[i][0] = random.nextFloat(-1, 1);
            points[i][1] = random.nextFloat(-1, 1);
            inside[i] = Math.hypot(points[i][0], points[i][1]) < 0.8 ? 1 : 0;
        }
        var model = model(input(2), sequential(dense(32), relu(), dense(2)));
        var training =
                training(model)
                        .loss(softmaxCrossEntropy())
                        .optimizer(adam(0.01))
                        .metrics(accuracy())
                        .batch(32)
                        .seed(1);
        try (var trainer = training.compile()) {
            var history = trainer.fit(Dataset.of(points, inside), epochs(30), progress());
            double reached = history.last(accuracy());
            if (!(reached > 0.9)) {
                throw new IllegalStateException("learned too little: " + reached);
            }
        }
    }
}
