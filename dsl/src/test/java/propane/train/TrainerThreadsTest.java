package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static propane.nn.Model.model;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.relu;
import static propane.nn.layer.Layers.sequential;
import static propane.nn.loss.Losses.softmaxCrossEntropy;
import static propane.nn.optimizer.Optimizers.adam;
import static propane.train.option.Option.callback;
import static propane.train.option.Option.checkpoint;
import static propane.train.option.Option.epochs;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import propane.data.Dataset;
import propane.engine.Engine;
import propane.ffm.NativeMemory;
import propane.nn.Input;
import propane.tensor.NDArray;
import propane.tensor.PropaneException;
import propane.train.result.Event;
import propane.train.result.History;
import propane.train.result.TrainerCallback;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

@Timeout(120)
class TrainerThreadsTest {
    private static final NDArray X = NDArray.of(new float[16], 8, 2);
    private static final Dataset DATA = Dataset.of(new float[40][2], new int[40]);
    private static final Training TRAINING =
            Training.training(model(Input.input(2), sequential(dense(64), relu(), dense(3))))
                    .loss(softmaxCrossEntropy())
                    .optimizer(adam(1e-3))
                    .batch(8);

    @TempDir private Path folder;

    private static Trainer compiled() {
        return TRAINING.compile(Engine.cpu());
    }

    /** Does something on a thread of its own at the first step of a fit. */
    private static TrainerCallback atFirstStep(Runnable body, CountDownLatch goesOn) {
        var first = new AtomicBoolean(true);
        return event -> {
            if (event instanceof Event.StepDone && first.getAndSet(false)) {
                Thread.ofPlatform().daemon().name("other").start(body);
                await(goesOn);
            }
            return TrainerCallback.Signal.CONTINUE;
        };
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aCallMeanwhileNamesWhoIsInWhich() {
        List<Consumer<Trainer>> calls =
                List.of(
                        trainer -> trainer.predict(X),
                        trainer -> trainer.step(DATA.take(8).all()),
                        trainer -> trainer.save(Path.of("none")),
                        Trainer::steps,
                        trainer -> trainer.learningRate(1));
        for (Consumer<Trainer> call : calls) {
            var errors = new ArrayList<Throwable>();
            var done = new CountDownLatch(1);
            try (Trainer trainer = compiled()) {
                Runnable body =
                        () -> {
                            try {
                                call.accept(trainer);
                            } catch (Throwable e) {
                                errors.add(e);
                            } finally {
                                done.countDown();
                            }
                        };
                trainer.fit(DATA, callback(atFirstStep(body, done)));
            }
            assertThat(errors).hasSize(1);
            assertThat(errors.getFirst())
                    .isInstanceOf(PropaneException.class)
                    .hasMessageContaining(
                            "trainer: it is in use, the thread "
                                    + Thread.currentThread().getName()
                                    + " is in fit: no ")
                    .hasMessageContaining("trainer.predictor() is for several");
        }
    }

    @Test
    void closingByAnotherThreadEndsTheFitAfterItsStep() {
        var closed = new CountDownLatch(1);
        var asked = new CountDownLatch(1);
        Trainer trainer = compiled();
        Path file = folder.resolve("run.ckpt");
        Runnable close =
                () -> {
                    asked.countDown();
                    trainer.close();
                    closed.countDown();
                };
        var steps = new ArrayList<Long>();
        TrainerCallback counts =
                event -> {
                    if (event instanceof Event.StepDone done) {
                        steps.add(done.step());
                        while (asked.getCount() == 0 && !isClosing(trainer)) {
                            Thread.onSpinWait();
                        }
                    }
                    return TrainerCallback.Signal.CONTINUE;
                };
        History history =
                trainer.fit(
                        DATA,
                        epochs(1_000_000),
                        checkpoint(file),
                        callback(atFirstStep(close, asked)),
                        callback(counts));
        await(closed);
        assertThat(history.epochs()).hasSizeLessThan(1_000_000);
        assertThat(steps).hasSize(1);
        assertThatThrownBy(trainer::steps)
                .isInstanceOf(PropaneException.class)
                .hasMessageContaining("trainer: it is closed, by the thread other: no steps");
        try (Trainer next = compiled()) {
            assertThat(next.load(file).step()).isEqualTo(1);
        }
    }

    /** A closed trainer refuses a call of whoever is in it, too. */
    private static boolean isClosing(Trainer trainer) {
        try {
            trainer.steps();
            return false;
        } catch (PropaneException e) {
            return true;
        }
    }

    @Test
    void closingInACallbackEndsTheFitAfterItsStepAndFreesWhenItReturns() {
        long before = NativeMemory.held();
        Trainer trainer = compiled();
        var during = new ArrayList<Long>();
        TrainerCallback closes =
                event -> {
                    if (event instanceof Event.StepDone done && done.step() == 7) {
                        trainer.close();
                        during.add(NativeMemory.held());
                    }
                    return TrainerCallback.Signal.CONTINUE;
                };
        History history = trainer.fit(DATA, epochs(100), callback(closes));
        assertThat(history.epochs()).hasSize(1);
        assertThat(during.getFirst()).isGreaterThan(before);
        assertThat(NativeMemory.held()).isEqualTo(before);
        assertThatThrownBy(() -> trainer.predict(X)).hasMessageContaining("it is closed");
        trainer.close();
    }

    @Test
    void aFitWithinAFitIsRefused() {
        try (Trainer trainer = compiled()) {
            TrainerCallback fits =
                    event -> {
                        if (event instanceof Event.StepDone) {
                            trainer.fit(DATA);
                        }
                        return TrainerCallback.Signal.CONTINUE;
                    };
            assertThatThrownBy(() -> trainer.fit(DATA, callback(fits)))
                    .isInstanceOf(PropaneException.class)
                    .hasMessageContaining("fit: a run of this trainer is under way");
            assertThatCode(() -> trainer.fit(DATA)).doesNotThrowAnyException();
        }
    }

    @Test
    void aRequestedStopLeavesWhatGoesOnAsIfUnbroken() {
        Path file = folder.resolve("run.ckpt");
        propane.checkpoint.Weights unbroken;
        try (Trainer trainer = compiled()) {
            trainer.fit(DATA.shuffle(1), epochs(3));
            unbroken = trainer.weights();
        }
        try (Trainer trainer = compiled()) {
            var done = new CountDownLatch(1);
            Runnable cancel =
                    () -> {
                        trainer.requestStop();
                        done.countDown();
                    };
            History broken =
                    trainer.fit(
                            DATA.shuffle(1),
                            epochs(3),
                            checkpoint(file),
                            callback(atFirstStep(cancel, done)));
            assertThat(broken.epochs()).isEmpty();
            assertThat(trainer.steps()).isEqualTo(1);
            try (Trainer other = compiled()) {
                other.load(file);
                assertThat(other.fit(DATA.shuffle(1), epochs(3)).epochs()).hasSize(3);
                assertThat(other.weights()).isEqualTo(unbroken);
            }
            assertThat(trainer.fit(DATA.shuffle(1), epochs(3)).epochs()).hasSize(3);
            assertThat(trainer.weights()).isEqualTo(unbroken);
        }
    }

    @Test
    void aStopThatNobodyRunsForDoesNothing() {
        Trainer trainer = compiled();
        try (trainer) {
            trainer.requestStop();
            assertThat(trainer.fit(DATA, epochs(2)).epochs()).hasSize(2);
        }
        trainer.requestStop();
    }

    @Test
    void evaluatingAndPredictingEndAfterTheirBatchWhenAnotherThreadCloses() throws Exception {
        var many = Dataset.of(new float[400_000][2], new int[400_000]);
        Trainer trainer = compiled();
        var errors = new ArrayList<Throwable>();
        var user =
                Thread.ofPlatform()
                        .start(() -> {
                            while (errors.isEmpty()) {
                                try {
                                    trainer.evaluate(many);
                                } catch (PropaneException e) {
                                    // The other thread may look just now whether it is free.
                                    if (!e.getMessage().contains("is in use")) {
                                        errors.add(e);
                                    }
                                }
                            }
                        });
        while (isFree(trainer)) {
            Thread.sleep(1);
        }
        trainer.close();
        user.join();
        assertThat(errors.getFirst()).hasMessageContaining("trainer: it is closed, by the thread");
    }

    private static boolean isFree(Trainer trainer) {
        try {
            trainer.steps();
            return true;
        } catch (PropaneException e) {
            return false;
        }
    }

    @Test
    void whateverThreadsDoOnlyPromisedErrorsComeOut() throws InterruptedException {
        long before = NativeMemory.held();
        Queue<Throwable> wrong = new ConcurrentLinkedQueue<>();
        long seed = System.nanoTime();
        for (int round = 0; round < 8; round++) {
            Trainer trainer = compiled();
            Predictor predictor = trainer.predictor();
            var threads = new ArrayList<Thread>();
            for (int i = 0; i < 6; i++) {
                var random = new Random(seed + 31L * round + i);
                threads.add(
                        Thread.ofPlatform()
                                .start(() -> {
                                    for (int call = 0; call < 60; call++) {
                                        try {
                                            act(trainer, predictor, random);
                                        } catch (PropaneException e) {
                                            if (!e.getMessage().contains("is closed, by the thread")
                                                    && !e.getMessage().contains("is in use, the")) {
                                                wrong.add(e);
                                            }
                                        } catch (Throwable e) {
                                            wrong.add(e);
                                        }
                                    }
                                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            trainer.close();
            predictor.close();
        }
        assertThat(wrong).as("seed " + seed).isEmpty();
        assertThat(NativeMemory.held()).isEqualTo(before);
    }

    private static void act(Trainer trainer, Predictor predictor, Random random) {
        switch (random.nextInt(40)) {
            case 0 -> trainer.close();
            case 1 -> predictor.close();
            case 2, 3, 4 -> trainer.requestStop();
            case 5, 6, 7, 8 -> trainer.fit(DATA, epochs(2));
            case 9, 10, 11 -> trainer.evaluate(DATA);
            case 12, 13, 14 -> trainer.weights();
            case 15 -> trainer.predictor().close();
            case 16, 17, 18, 19, 20, 21, 22, 23, 24, 25 ->
                    trainer.step(DATA.take(1 + random.nextInt(3)).all());
            case 26, 27, 28, 29, 30 -> trainer.predict(X.slice(0, 1 + random.nextInt(8)));
            default -> predictor.predict(X.slice(0, 1 + random.nextInt(8)));
        }
    }
}
