import static propane.nn.Input.*;
import static propane.nn.Model.model;
import static propane.nn.layer.Layers.*;
import static propane.nn.loss.Losses.softmaxCrossEntropy;
import static propane.nn.optimizer.Optimizers.adam;
import static propane.train.Training.training;

import module jdk.management;

import module propane;

import module java.management;

static final int STEPS = 40;

/**
 * What a step costs that normalizes, in milliseconds: of the processors, of the clock (median), of
 * the clock (least). Two versions are compared by running both in turns.
 */
void main() {
    measure(
            "layer",
            16,
            model(
                    tokens(64),
                    sequential(
                            embedding(77, 96), encoderBlock(4).causal(), layerNorm(), dense(77))));
    measure(
            "rms",
            16,
            model(
                    tokens(64),
                    sequential(
                            embedding(77, 96),
                            encoderBlock(4).causal().norm(rmsNorm()),
                            rmsNorm(),
                            dense(77))));
    measure(
            "batch",
            64,
            model(
                    input(1, 28, 28),
                    sequential(block(16), block(32), flatten(), dense(128), relu(), dense(10))));
}

Layer block(int filters) {
    return sequential(conv2d(filters, 3).padding(Padding.SAME), batchNorm(), relu(), maxPool2d(2));
}

void measure(String name, int batch, Model model) {
    var training = training(model).loss(softmaxCrossEntropy()).optimizer(adam(1e-3)).batch(batch);
    try (var trainer = training.compile(Engine.cpu())) {
        var examples = DrawnBatch.of(model, batch);
        for (int i = 0; i < STEPS; i++) {
            trainer.step(examples);
        }
        var system =
                (com.sun.management.OperatingSystemMXBean)
                        ManagementFactory.getOperatingSystemMXBean();
        double[] clock = new double[STEPS];
        long before = system.getProcessCpuTime();
        for (int i = 0; i < STEPS; i++) {
            long start = System.nanoTime();
            trainer.step(examples);
            clock[i] = (System.nanoTime() - start) * 1e-6;
        }
        double processors = (system.getProcessCpuTime() - before) * 1e-6 / STEPS;
        Arrays.sort(clock);
        System.out.printf(
                Locale.ROOT, "%s %.2f %.2f %.2f%n", name, processors, clock[STEPS / 2], clock[0]);
    }
}
