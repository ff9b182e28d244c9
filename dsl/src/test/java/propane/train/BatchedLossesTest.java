package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import static propane.train.option.Option.epochs;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import propane.checkpoint.Weights;
import propane.data.Dataset;
import propane.engine.Engine;
import propane.train.result.Results;

import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * What a training computes does not depend on how its examples are batched, ordered, or weighted
 * alike; of every built-in loss, over random models and settings. More seeds, and of each loss all
 * forms: -Dpropane.seeds=20.
 */
class BatchedLossesTest {
    private static final int SEEDS = Integer.getInteger("propane.seeds", 1);

    /** Batch sizes, and how many of such batches make one update. */
    private static final List<int[]> WINDOWS =
            List.of(new int[] {2, 4}, new int[] {3, 2}, new int[] {4, 3}, new int[] {1, 6});

    static Stream<Arguments> drawn() {
        return LongStream.range(0, SEEDS)
                .boxed()
                .flatMap(seed -> RandomLosses.all(seed).entrySet().stream())
                .map(each -> Arguments.of(each.getKey(), each.getValue()));
    }

    /** Two of some forms, others for other losses; all of them where there are more seeds. */
    private static <T> List<T> some(String name, List<T> all) {
        int first = Math.floorMod(name.hashCode(), all.size());
        return SEEDS > 1 ? all : List.of(all.get(first), all.get((first + 1) % all.size()));
    }

    private static Results evaluated(Training training, Dataset data) {
        try (var trainer = training.compile(Engine.cpu())) {
            return trainer.evaluate(data);
        }
    }

    private static Weights fitted(Training training, Dataset data) {
        try (var trainer = training.compile(Engine.cpu())) {
            trainer.fit(data, epochs(2));
            return trainer.weights();
        }
    }

    private static void requireSame(Results found, Results expected, String why) {
        assertThat(found.values()).as(why).containsOnlyKeys(expected.values().keySet());
        expected.values()
                .forEach((name, value) ->
                        assertThat(found.values().get(name))
                                .as(why + ": " + name)
                                .isCloseTo(value, within(2e-5 * Math.max(1, Math.abs(value)))));
    }

    private static void requireSame(Weights found, Weights expected, String why) {
        for (String path : expected.paths()) {
            double[] wanted = expected.at(path).doubles();
            double largest = 0;
            for (double each : wanted) {
                largest = Math.max(largest, Math.abs(each));
            }
            assertThat(found.at(path).doubles())
                    .as(why + ": " + path)
                    .containsExactly(wanted, within(1e-5 * largest));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("drawn")
    void evaluationDoesNotDependOnBatches(String name, RandomLosses drawn) {
        var weights = drawn.weights();
        var plain = drawn.training().metrics(drawn.metrics());
        Results expected = evaluated(plain, drawn.data());
        Results weighted = evaluated(plain.sampleWeight("w"), drawn.data(weights));
        for (int batch : some(name, List.of(1, 2, 3, 5))) {
            String why = "batches of " + batch;
            requireSame(evaluated(plain.batch(batch), drawn.data()), expected, why);
            var in = plain.sampleWeight("w").batch(batch);
            requireSame(evaluated(in, drawn.data(weights)), weighted, why + ", weighted");
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("drawn")
    void orderAndEqualWeightsChangeNothing(String name, RandomLosses drawn) {
        var training = drawn.training().metrics(drawn.metrics());
        Results expected = evaluated(training, drawn.data());
        for (float weight : some(name, List.of(1f, 0.25f, 3f))) {
            var data = drawn.data(RandomLosses.ones(weight));
            String why = "all weights " + weight;
            requireSame(evaluated(training.sampleWeight("w"), data), expected, why);
            requireSame(
                    fitted(drawn.training().sampleWeight("w"), data),
                    fitted(drawn.training(), drawn.data()),
                    why);
        }
        var permuted = drawn.permuted(drawn.weights());
        requireSame(
                evaluated(training.sampleWeight("w").batch(4), permuted),
                evaluated(training.sampleWeight("w").batch(4), drawn.data(drawn.weights())),
                "permuted");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("drawn")
    void whatDoesNotCountMayBeAnything(String name, RandomLosses drawn) {
        float[] weights = drawn.weights();
        var training = drawn.training().metrics(drawn.metrics()).sampleWeight("w");
        var expected = evaluated(training, drawn.data(weights));
        var fitted = fitted(training.batch(4), drawn.data(weights));
        for (double content : some(name, List.of(0.0, 1e4, 1e15))) {
            var data = drawn.changed(content, weights);
            assertThat(evaluated(training, data)).as("content " + content).isEqualTo(expected);
            requireEqual(fitted(training.batch(4), data), fitted);
        }
        if (drawn.ignoresSome()) {
            var plain = drawn.training().metrics(drawn.metrics());
            var whole = evaluated(plain, drawn.data());
            var learnt = fitted(plain.batch(4), drawn.data());
            for (double content : new double[] {0, 1e15}) {
                var data = drawn.ignoredChanged(content);
                assertThat(evaluated(plain, data)).as("content " + content).isEqualTo(whole);
                requireEqual(fitted(plain.batch(4), data), learnt);
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("drawn")
    void whatAMaskOfElementsHidesMayBeAnything(String name, RandomLosses drawn) {
        if (!drawn.isByElement()) {
            return;
        }
        var mask = drawn.mask();
        var training =
                drawn.training().metrics(drawn.metrics()).sampleWeight("w", drawn.elements());
        var data = drawn.masked(0, mask);
        var expected = evaluated(training, data);
        var fitted = fitted(training.batch(4), data);
        for (double content : some(name, List.of(1.0, -1e15, 1e15, Double.NaN))) {
            var other = drawn.masked(content, mask);
            assertThat(evaluated(training, other)).as("content " + content).isEqualTo(expected);
            requireEqual(fitted(training.batch(4), other), fitted);
        }
        requireSame(evaluated(training.batch(2), data), expected, "batches of 2");
        requireSame(
                fitted(training.batch(2).gradientAccumulation(2), data),
                fitted,
                "2 batches of 2, masked");
    }

    private static void requireEqual(Weights found, Weights expected) {
        for (String path : expected.paths()) {
            assertThat(found.at(path)).as(path).isEqualTo(expected.at(path));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("drawn")
    void accumulatedBatchesAreOne(String name, RandomLosses drawn) {
        for (boolean isWeighted : new boolean[] {false, true}) {
            Training training = isWeighted ? drawn.training().sampleWeight("w") : drawn.training();
            var data = isWeighted ? drawn.data(drawn.weights()) : drawn.data();
            for (int[] each : some(name, WINDOWS)) {
                int batch = each[0];
                int times = each[1];
                requireSame(
                        fitted(training.batch(batch).gradientAccumulation(times), data),
                        fitted(training.batch(batch * times), data),
                        times + " batches of " + batch + (isWeighted ? ", weighted" : ""));
            }
        }
    }
}
