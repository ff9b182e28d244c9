package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static propane.nn.Model.model;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.embedding;
import static propane.nn.layer.Layers.flatten;
import static propane.nn.layer.Layers.sequential;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import propane.checkpoint.Weights;
import propane.engine.Engine;
import propane.ffm.NativeMemory;
import propane.nn.Input;
import propane.tensor.DataException;
import propane.tensor.NDArray;
import propane.tensor.PropaneException;
import propane.tensor.ShapeException;
import propane.tensor.UnknownNameException;
import propane.train.option.Option;

import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

@Timeout(120)
class PredictorTest {
    @Test
    void itPredictsWhatTheTrainerDoesFromManyThreadsAndAfterIt() {
        Training training = Digits.training(Digits.model()).ema(0.9);
        NDArray x = Digits.ALL.take(70).all().x();
        NDArray expected;
        NDArray mean;
        Predictor predictor;
        Predictor averaged;
        try (Trainer trainer = training.compile(Engine.cpu())) {
            trainer.fit(Digits.ALL.take(64));
            expected = trainer.predict(x);
            mean = trainer.predict(x, Option.useEma());
            predictor = trainer.predictor();
            averaged = trainer.predictor(Option.useEma());
            trainer.fit(Digits.ALL.take(64));
            assertThat(trainer.predict(x)).isNotEqualTo(expected);
        }
        try (predictor;
                averaged) {
            assertThat(predictor.model()).isSameAs(training.model());
            assertThat(averaged.predict(x)).isEqualTo(mean);
            assertThat(IntStream.range(0, 40).parallel().mapToObj(_ -> predictor.predict(x)))
                    .allMatch(expected::equals);
            for (int n = 1; n <= 20; n++) {
                assertThat(predictor.predict(x.slice(0, n)).shape().dim(0)).isEqualTo(n);
            }
        }
    }

    @Test
    void itIsMadeOfAModelAndWeights() {
        var linear = model(Input.input(2), dense(1));
        var weights =
                new Weights(
                        Map.of(
                                "dense_1/weight",
                                NDArray.of(new float[] {2, 3}, 1, 2),
                                "dense_1/bias",
                                NDArray.of(new float[] {1})));
        try (var predictor = Predictor.of(linear, weights)) {
            NDArray y = predictor.predict(NDArray.of(new float[][] {{10, 1}, {0, 0}}));
            assertThat(y).isEqualTo(NDArray.of(new float[] {24, 1}, 2, 1));
            assertThatThrownBy(() -> predictor.predict(NDArray.of(new float[] {1, 2})))
                    .isInstanceOf(ShapeException.class);
        }
        assertThatThrownBy(() -> Predictor.of(linear, new Weights(Map.of()), Engine.cpu()))
                .isInstanceOf(UnknownNameException.class);
    }

    @Test
    void tokensHaveVectors() {
        var words = model(Input.tokens(2), sequential(embedding(5, 2), flatten(), dense(3)));
        var start = new java.util.LinkedHashMap<String, NDArray>();
        words.variables().forEach(weight -> start.put(weight.path(), words.start(weight, 1)));
        try (var predictor = Predictor.of(words, new Weights(start), Engine.cpu())) {
            assertThatThrownBy(() -> predictor.predict(NDArray.of(new int[] {5, 0}, 1, 2)))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("holds the token number 5");
        }
    }

    @Test
    void closingWaitsForThePredictionsThatRun() throws InterruptedException {
        long before = NativeMemory.held();
        Predictor predictor;
        try (Trainer trainer = Digits.training(Digits.model()).compile(Engine.cpu())) {
            predictor = trainer.predictor();
        }
        NDArray x = Digits.ALL.take(300).all().x();
        var running = new CountDownLatch(3);
        var threads =
                IntStream.range(0, 3)
                        .mapToObj(_ ->
                                Thread.ofPlatform()
                                        .start(() -> {
                                            try {
                                                while (true) {
                                                    predictor.predict(x);
                                                    running.countDown();
                                                }
                                            } catch (PropaneException e) {
                                                assertThat(e).hasMessageContaining("is closed");
                                            }
                                        }))
                        .toList();
        running.await();
        predictor.close();
        assertThat(NativeMemory.held()).isEqualTo(before);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThatThrownBy(() -> predictor.predict(x))
                .isInstanceOf(PropaneException.class)
                .hasMessageContaining(
                        "predictor: it is closed, by the thread "
                                + Thread.currentThread().getName());
    }
}
