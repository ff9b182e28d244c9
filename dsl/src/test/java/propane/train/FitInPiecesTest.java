package propane.train;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import propane.checkpoint.Checkpoint;
import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Input;
import propane.nn.Model;
import propane.nn.layer.Layers;
import propane.nn.loss.Losses;
import propane.nn.metric.Metrics;
import propane.nn.optimizer.Optimizers;
import propane.nn.schedule.Schedules;
import propane.tensor.NDArray;
import propane.train.option.Option;
import propane.train.option.Precision;
import propane.train.result.Event;
import propane.train.result.History;
import propane.train.result.TrainerCallback;
import propane.train.run.RunState;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A run in pieces is the run at once, bit for bit, whatever parts it and whatever options it has:
 * drawn trainings, drawn options, drawn places.
 */
class FitInPiecesTest {
    private static final int RUNS = 6;
    private static final int EPOCHS = 6;

    @TempDir private Path folder;

    /** What parts a run. */
    enum Parted {
        /** A callback stops it; the same trainer fits again. */
        STOPPED,
        /** Another thread, or a callback, asks it to stop; the same trainer fits again. */
        ASKED_TO_STOP,
        /** It is saved by hand in the midst; another trainer loads that. */
        SAVED,
        /** It is stopped, which writes its checkpoint; another trainer loads that. */
        STOPPED_AND_LOADED,
        /** It dies at some step; another trainer loads the checkpoint of the epoch before. */
        KILLED,
        /** Each epoch is a fit of its own. */
        FITS_OF_ONE_EPOCH
    }

    @ParameterizedTest
    @EnumSource
    void aRunInPiecesIsTheRunAtOnce(Parted parted) throws IOException {
        for (int i = 0; i < RUNS; i++) {
            long seed = new Random().nextLong();
            System.out.println("FitInPiecesTest " + parted + " seed " + seed);
            check(parted, seed);
        }
    }

    private void check(Parted parted, long seed) throws IOException {
        var drawn = new Drawn(seed, parted);
        Path once = Files.createTempDirectory(folder, "once");
        Path pieces = Files.createTempDirectory(folder, "pieces");
        History whole;
        try (Trainer trainer = drawn.training.compile(Engine.cpu())) {
            whole = trainer.fit(drawn.data, drawn.options(once, Option.epochs(EPOCHS)));
            trainer.save(once.resolve("end.ckpt"));
        }
        History last =
                switch (parted) {
                    case STOPPED, ASKED_TO_STOP -> drawn.stopped(pieces);
                    case SAVED, STOPPED_AND_LOADED, KILLED -> drawn.loaded(pieces);
                    case FITS_OF_ONE_EPOCH -> drawn.epochByEpoch(pieces);
                };
        assertThat(last).as("seed " + seed).isEqualTo(whole);
        for (String name : List.of("end", "a", "a-best", "b", "b-best")) {
            Path file = pieces.resolve(name + ".ckpt");
            Path other = once.resolve(name + ".ckpt");
            assertThat(Files.exists(file)).as(name).isEqualTo(Files.exists(other));
            if (Files.exists(file)) {
                String what = name + ", seed " + seed;
                assertThat(Checkpoint.read(file)).as(what).isEqualTo(Checkpoint.read(other));
                assertThat(file).as(what).hasSameBinaryContentAs(other);
            }
        }
    }

    /** A training, its data and its options, drawn by a seed. */
    private static final class Drawn {
        private final Random random;
        private final Parted parted;
        private final Training training;
        private final Dataset data;
        private final Dataset validation;
        private final Dataset holdout;
        private final long choices;
        private final int steps;

        Drawn(long seed, Parted parted) {
            this.random = new Random(seed);
            this.parted = parted;
            int batch = 2 + random.nextInt(5);
            int examples = batch * (2 + random.nextInt(4)) + random.nextInt(batch - 1);
            this.choices = random.nextLong();
            Dataset plain = examples(examples);
            this.data = has(0) ? plain.shuffle(random.nextInt(9)) : plain;
            this.validation = examples(5);
            this.holdout = examples(7);
            // The smallest count of steps, without a smaller last batch.
            this.steps = EPOCHS * (examples / batch);
            var layers =
                    has(1)
                            ? Layers.sequential(
                                    Layers.dense(6),
                                    Layers.layerNorm(),
                                    Layers.relu(),
                                    Layers.dropout(0.3),
                                    Layers.dense(3))
                            : Layers.sequential(Layers.dense(5), Layers.tanh(), Layers.dense(3));
            Training drawn =
                    Training.training(Model.model(Input.input(4), layers))
                            .loss(Losses.softmaxCrossEntropy())
                            .metrics(Metrics.accuracy(), Metrics.confusionMatrix())
                            .batch(batch)
                            .seed(random.nextInt(100));
            drawn =
                    drawn.optimizer(
                            has(2)
                                    ? Optimizers.adamW(Schedules.cosineDecay(0.05, 20))
                                    : Optimizers.sgd(0.1).momentum(0.9));
            drawn = has(3) ? drawn.ema(0.8) : drawn;
            drawn = has(4) ? drawn.gradientAccumulation(1 + random.nextInt(3)) : drawn;
            drawn = has(5) ? drawn.precision(Precision.MIXED_FLOAT16) : drawn;
            this.training = drawn;
        }

        private boolean has(int choice) {
            return (choices >> choice & 1) == 1;
        }

        private Dataset examples(int count) {
            float[] x = new float[4 * count];
            for (int i = 0; i < x.length; i++) {
                x[i] = (float) random.nextGaussian();
            }
            int[] y = random.ints(count, 0, 3).toArray();
            return Dataset.of(NDArray.of(x, count, 4), NDArray.of(y));
        }

        private Option[] options(Path where, Option... more) {
            var options = new ArrayList<>(List.of(more));
            options.add(Option.checkpoint(where.resolve("a.ckpt")));
            if (has(10)) {
                options.add(Option.checkpoint(where.resolve("b.ckpt"), Metrics.accuracy()));
            }
            if (has(11)) {
                options.add(Option.validationData(validation));
                options.add(Option.validationData("holdout", holdout));
                options.add(Option.reduceLrOnPlateau(Metrics.accuracy(), 0.7, 1).on("holdout"));
            }
            if (has(12)) {
                options.add(
                        Option.reduceLrOnPlateau(Metrics.loss(), 0.5, 0)
                                .threshold(0.2)
                                .cooldown(1));
            }
            if (has(13)) {
                options.add(Option.inOrder());
            }
            if (has(14)) {
                options.add(Option.dropLast());
            }
            if (has(15) && training.spec().average() > 0) {
                options.add(Option.useEma());
            }
            // The end of a run lets the best come back, and an early stop is one.
            boolean isOne = parted != Parted.FITS_OF_ONE_EPOCH;
            if (isOne && has(16)) {
                options.add(Option.restoreBest(Metrics.accuracy()));
            }
            options.add(Option.earlyStopping(Metrics.accuracy(), isOne && has(17) ? 2 : 99));
            options.add(Option.earlyStopping(Metrics.loss(), isOne && has(18) ? 1 : 99));
            return options.toArray(Option[]::new);
        }

        private long place() {
            return 1 + random.nextInt(steps);
        }

        private History stopped(Path where) {
            try (Trainer trainer = training.compile(Engine.cpu())) {
                for (int piece = 0; piece < 3; piece++) {
                    long place = place();
                    Option stop =
                            Option.callback(event -> {
                                boolean now =
                                        event instanceof Event.StepDone done
                                                && done.step() >= place;
                                if (now && parted == Parted.ASKED_TO_STOP) {
                                    trainer.requestStop();
                                    return TrainerCallback.Signal.CONTINUE;
                                }
                                return now
                                        ? TrainerCallback.Signal.STOP
                                        : TrainerCallback.Signal.CONTINUE;
                            });
                    if (!isAtItsEnd(trainer)) {
                        trainer.fit(data, options(where, Option.epochs(EPOCHS), stop));
                    }
                }
                return finish(trainer, where);
            }
        }

        private static boolean isAtItsEnd(Trainer trainer) {
            RunState run = trainer.runState();
            return run.epoch() == EPOCHS || !run.stopped().isEmpty();
        }

        private History loaded(Path where) throws IOException {
            Path from = where.resolve(parted == Parted.SAVED ? "hand.ckpt" : "a.ckpt");
            for (int piece = 0; piece < 3; piece++) {
                try (Trainer trainer = training.compile(Engine.cpu())) {
                    if (Files.exists(from)) {
                        trainer.load(from);
                    }
                    if (isAtItsEnd(trainer)) {
                        break;
                    }
                    breakOff(trainer, where, from);
                }
            }
            try (Trainer trainer = training.compile(Engine.cpu())) {
                if (Files.exists(from)) {
                    trainer.load(from);
                }
                return finish(trainer, where);
            }
        }

        private void breakOff(Trainer trainer, Path where, Path from) {
            long place = place();
            TrainerCallback breaks =
                    event -> {
                        if (!(event instanceof Event.StepDone done) || done.step() < place) {
                            return TrainerCallback.Signal.CONTINUE;
                        }
                        if (parted == Parted.KILLED) {
                            throw new IllegalStateException("killed");
                        }
                        if (parted == Parted.SAVED) {
                            trainer.save(from);
                        }
                        return TrainerCallback.Signal.STOP;
                    };
            try {
                trainer.fit(data, options(where, Option.epochs(EPOCHS), Option.callback(breaks)));
            } catch (IllegalStateException e) {
                assertThat(e).hasMessage("killed");
            }
        }

        private History finish(Trainer trainer, Path where) {
            History history =
                    trainer.runState().hasEndedHere()
                            ? trainer.fit(data, options(where, Option.epochs(0)))
                            : trainer.fit(data, options(where, Option.epochs(EPOCHS)));
            trainer.save(where.resolve("end.ckpt"));
            return history;
        }

        private History epochByEpoch(Path where) {
            try (Trainer trainer = training.compile(Engine.cpu())) {
                History history = new History(List.of());
                for (int epoch = 0; epoch < EPOCHS; epoch++) {
                    history = trainer.fit(data, options(where));
                }
                trainer.save(where.resolve("end.ckpt"));
                return history;
            }
        }
    }
}
