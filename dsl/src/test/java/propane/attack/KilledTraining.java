package propane.attack;

import propane.engine.Engine;
import propane.train.Trainer;
import propane.train.option.ExportOption;
import propane.train.option.Option;
import propane.train.result.Event;
import propane.train.result.TrainerCallback;

import java.nio.file.Files;
import java.nio.file.Path;

/** A training that saves and exports all the time, and goes on where it was broken off. */
final class KilledTraining {
    static final String READY = "ready";
    static final String CHECKPOINT = "run.ckpt";
    static final String PACKAGE = "Run.mlpackage";
    static final String END = "end.ckpt";

    private static final int EPOCHS = 40;
    private static final int EXAMPLES = 200;

    private KilledTraining() {}

    public static void main(String[] arguments) {
        Path folder = Path.of(arguments[0]);
        Path checkpoint = folder.resolve(CHECKPOINT);
        try (Trainer trainer = Sample.training().compile(Engine.cpu())) {
            if (Files.exists(checkpoint)) {
                trainer.load(checkpoint);
            }
            System.out.println(READY);
            trainer.fit(
                    Sample.data(EXAMPLES),
                    Option.epochs(EPOCHS),
                    Option.callback(event -> {
                        if (event instanceof Event.StepDone done) {
                            write(trainer, done.step(), folder);
                        }
                        return TrainerCallback.Signal.CONTINUE;
                    }));
            // Once more each, so that what was left behind is swept.
            trainer.save(checkpoint);
            trainer.export(folder.resolve(PACKAGE), ExportOption.float32());
            trainer.save(folder.resolve(END));
        }
    }

    private static void write(Trainer trainer, long step, Path folder) {
        if (step % 3 == 0) {
            trainer.save(folder.resolve(CHECKPOINT));
        }
        if (step % 15 == 0) {
            trainer.export(folder.resolve(PACKAGE), ExportOption.float32());
        }
    }
}
