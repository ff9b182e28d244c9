package propane.attack;

import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Input;
import propane.nn.Model;
import propane.nn.layer.Layers;
import propane.nn.loss.Losses;
import propane.nn.optimizer.Optimizers;
import propane.train.Trainer;
import propane.train.Training;
import propane.train.option.Option;

import java.io.IOException;
import java.nio.file.Path;

/** Many steps, many compiles, many compiles that fail: nothing grows. */
final class FlatAttack {
    private FlatAttack() {}

    public static void main(String[] arguments) throws IOException {
        var settings = Settings.of(arguments);
        steps(settings.count(2_000, 20_000), settings.folder());
        compiles(settings.count(100, 1_000));
        failures(settings.count(100, 1_000));
    }

    private static void steps(int wanted, Path folder) throws IOException {
        var data = Sample.data(200);
        int epochs = wanted / (200 / Sample.BATCH);
        try (Trainer trainer = Sample.training().compile(Engine.cpu())) {
            Option save = Option.checkpoint(folder.toAbsolutePath().resolve("flat.ckpt"));
            trainer.fit(data, Option.epochs(epochs / 2), Option.validationData(data), save);
            Footprint half = Footprint.now();
            trainer.fit(data, Option.epochs(epochs), Option.validationData(data), save);
            trainer.fit(data, Option.epochs(epochs / 2), Option.validationData(data), save);
            tell(half, trainer.steps() + " steps");
        }
    }

    private static void compiles(int wanted) throws IOException {
        var data = Sample.data(24);
        for (int i = 0; i < wanted / 3; i++) {
            compile(data);
        }
        Footprint before = Footprint.now();
        for (int i = wanted / 3; i < wanted; i++) {
            compile(data);
        }
        tell(before, wanted + " compiles");
    }

    private static void compile(Dataset data) {
        try (Trainer trainer = Sample.training().compile(Engine.cpu())) {
            trainer.fit(data);
            trainer.predict(data.all().inputs().values().iterator().next());
        }
    }

    private static void failures(int wanted) throws IOException {
        for (int i = 0; i < wanted / 3; i++) {
            fail();
        }
        Footprint before = Footprint.now();
        for (int i = wanted / 3; i < wanted; i++) {
            fail();
        }
        tell(before, wanted + " compiles that fail");
    }

    /** The last weight has no beginning: everything before it has its memory by then. */
    private static void fail() {
        var layers =
                Layers.sequential(
                        Layers.dense(800),
                        Layers.relu(),
                        Layers.dense(4)
                                .initializer((_, _, _) -> {
                                    throw new IllegalStateException("no numbers");
                                }));
        var training =
                Training.training(Model.model(Input.input(800), layers))
                        .loss(Losses.softmaxCrossEntropy())
                        .optimizer(Optimizers.adam(1e-3))
                        .batch(16);
        try (Trainer trainer = training.compile(Engine.cpu())) {
            throw new AssertionError(trainer.steps() + " steps of what cannot be compiled");
        } catch (IllegalStateException _) {
            return;
        }
    }

    private static void tell(Footprint before, String what) throws IOException {
        Footprint now = Footprint.now();
        System.out.println(what + ": " + before + "\n    to " + now);
        now.requireNoMoreThan(before, what);
    }
}
