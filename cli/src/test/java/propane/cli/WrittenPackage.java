package propane.cli;

import static propane.nn.Input.input;
import static propane.nn.Model.model;
import static propane.nn.layer.Layers.dense;
import static propane.nn.loss.Losses.meanSquaredError;
import static propane.nn.optimizer.Optimizers.sgd;
import static propane.train.Training.training;

import propane.engine.Engine;
import propane.train.option.ExportOption;

import java.nio.file.Path;

/** A package of one product as a trainer writes it. */
final class WrittenPackage {
    private WrittenPackage() {}

    static String in(Path folder, ExportOption... options) {
        Path path = folder.resolve("Written.mlpackage");
        try (var trainer =
                training(model(input(64), dense(64)))
                        .loss(meanSquaredError())
                        .optimizer(sgd(0.1))
                        .batch(4)
                        .compile(Engine.cpu())) {
            trainer.export(path, options);
        }
        return path.toString();
    }
}
