import static propane.nn.Input.input;
import static propane.nn.Model.model;
import static propane.nn.layer.Layers.*;
import static propane.nn.loss.Losses.softmaxCrossEntropy;
import static propane.nn.metric.Metrics.*;
import static propane.nn.optimizer.Optimizers.adam;
import static propane.nn.schedule.Schedules.*;
import static propane.train.Training.training;
import static propane.train.option.Option.*;

import module propane;

/** A convolutional network tells ten kinds of clothes apart: [--data FOLDER] [--epochs N]. */
void main(String[] args) {
    var folder = Path.of(option(args, "--data", "/usr/share/datasets/fashion-mnist"));
    int epochs = Integer.parseInt(option(args, "--epochs", "4"));
    if (!Files.isDirectory(folder)) {
        IO.println(folder + ": not there; apt install dataset-fashion-mnist, or --data FOLDER");
        System.exit(1);
    }
    var train = read(folder, "train");
    var test = read(folder, "t10k");

    var model =
            model(
                    input(1, 28, 28),
                    sequential(
                            block(16),
                            block(32),
                            flatten(),
                            dropout(0.3),
                            dense(128),
                            relu(),
                            dense(10)));

    int steps = epochs * Math.ceilDiv(train.size(), 64);
    var training =
            training(model)
                    .loss(softmaxCrossEntropy())
                    .optimizer(adam(oneCycle(4e-3, steps)))
                    .metrics(accuracy(), confusionMatrix())
                    .batch(64)
                    .seed(1);

    try (var trainer = training.compile()) {
        trainer.fit(train.shuffle(1), epochs(epochs), progress());
        var results = trainer.evaluate(test);
        IO.println("of each kind, how many were taken for which:");
        IO.print(results.matrix(confusionMatrix()).text());
        IO.println("accuracy " + results.value(accuracy()));
        trainer.exportTraining(Path.of("ClothesTraining.mlpackage"));
    }
}

Layer block(int filters) {
    return sequential(conv2d(filters, 3).padding(Padding.SAME), batchNorm(), relu(), maxPool2d(2));
}

Dataset read(Path folder, String part) {
    var images = folder.resolve(part + "-images-idx3-ubyte.gz");
    var labels = folder.resolve(part + "-labels-idx1-ubyte.gz");
    return Dataset.idx(images, labels).reshape(1, 28, 28).scale(1 / 255.0);
}

String option(String[] args, String name, String otherwise) {
    int at = List.of(args).indexOf(name);
    return at >= 0 && at + 1 < args.length ? args[at + 1] : otherwise;
}
