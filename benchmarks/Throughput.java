import static propane.nn.Input.*;
import static propane.nn.Model.model;
import static propane.nn.layer.Layers.*;
import static propane.nn.loss.Losses.softmaxCrossEntropy;
import static propane.nn.optimizer.Optimizers.adam;
import static propane.train.Training.training;

import module propane;

static final double SECONDS = 3;

/** How many examples a second are trained on, warm, over the models that peers.py has, too. */
void main() {
    measure("perceptron", 64, Workloads.perceptron());
    measure(
            "convolutions",
            64,
            model(
                    input(1, 28, 28),
                    sequential(block(16), block(32), flatten(), dense(128), relu(), dense(10))));
    measure("transformer", 32, Workloads.transformer());
    measure("lstm", 32, model(input(64, 16), sequential(lstm(48), dense(10))));
}

Layer block(int filters) {
    return sequential(conv2d(filters, 3).padding(Padding.SAME), batchNorm(), relu(), maxPool2d(2));
}

void measure(String name, int batch, Model model) {
    var training = training(model).loss(softmaxCrossEntropy()).optimizer(adam(1e-3)).batch(batch);
    try (var trainer = training.compile(Engine.cpu())) {
        var examples = DrawnBatch.of(model, batch);
        run(trainer, examples);
        IO.println(String.format(Locale.ROOT, "%s %.0f", name, batch * run(trainer, examples)));
    }
}

/** Returns how many steps a second are made. */
double run(Trainer trainer, Batch batch) {
    long start = System.nanoTime();
    int steps = 0;
    while (System.nanoTime() - start < SECONDS * 1e9) {
        trainer.step(batch);
        steps++;
    }
    return steps / ((System.nanoTime() - start) * 1e-9);
}
