package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import static propane.nn.WeightFilters.under;

import org.junit.jupiter.api.Test;

import propane.checkpoint.Weights;
import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Initializers;
import propane.nn.Input;
import propane.nn.Layer;
import propane.nn.Model;
import propane.nn.Scope;
import propane.nn.layer.Layers;
import propane.nn.optimizer.Optimizer;
import propane.nn.optimizer.Optimizers;
import propane.nn.schedule.Schedule;
import propane.nn.schedule.Schedules;
import propane.spi.Interpreter;
import propane.spi.op.RandomNumbers;
import propane.tensor.NDArray;
import propane.tensor.PropaneException;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.UnknownNameException;
import propane.train.option.Option;
import propane.train.step.Gradients;
import propane.train.step.Step;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** What is done to gradients between the loss and the optimizer, and who updates what. */
class GradientChangesTest {
    /** A layer whose output's gradient with respect to its weight is its input. */
    private record Held() implements Layer {
        @Override
        public Tensor apply(Scope scope, Tensor x) {
            Shape shape = x.shape().tail();
            return x.mul(scope.weight("weight", shape, Initializers.zeros())).sum(1).reshape(-1, 1);
        }
    }

    private static final String WEIGHT = "held_1/weight";

    /** A training by plain descent at rate 1 whose gradients are the mean of the examples. */
    private static Training held(UnaryOperator<Gradients> change) {
        return Training.training(Model.model(Input.input(3), Layers.sequential(new Held())))
                .loss((y, _) -> y.mean())
                .targets(Input.input("target", 1))
                .optimizer(Optimizers.sgd(1))
                .transformGradients(change)
                .batch(1)
                .seed(5);
    }

    private static Dataset constant(float... x) {
        return Dataset.of(new float[][] {x}, new float[][] {{0}});
    }

    private static List<double[]> after(Training training, Dataset data, int steps) {
        var weights = new ArrayList<double[]>();
        try (Trainer trainer = training.compile(Engine.cpu())) {
            for (int i = 0; i < steps; i++) {
                trainer.step(data.all());
                weights.add(trainer.weights().at(WEIGHT).doubles());
            }
        }
        return weights;
    }

    /** p − √p at p = 0: the loss is 0, its slope −∞, which clipping brings to −½. */
    @Test
    void anInfiniteGradientThatIsClippedLeavesNothingInTheSum() {
        var model =
                Model.model(
                        Input.input(1),
                        Layers.dense(1).bias(false).initializer(Initializers.zeros()));
        var training =
                Training.training(model)
                        .loss((p, _) -> p.sub(p.sqrt()).mean())
                        .targets(Input.input("target", 1))
                        .optimizer(Optimizers.sgd(0.1))
                        .transformGradients(g -> g.clipByValue(0.5))
                        .batch(1)
                        .gradientAccumulation(2)
                        .seed(1);
        var data = Dataset.of(new float[][] {{1}, {1}, {1}, {1}}, new float[4][1]);
        try (Trainer trainer = training.compile(Engine.cpu())) {
            trainer.fit(data, Option.epochs(1));
            // Two updates, each of a clipped gradient: 0, 0.05, 0.1.
            assertThat(trainer.weights().at("dense_1/weight").at(0)).isCloseTo(0.1, within(1e-6));
        }
    }

    @Test
    void changesAreMadeInTheirOrderAfterClipping() {
        Training training =
                held(each -> each.map(g -> g.mul(2))).transformGradients(g -> g.clipByValue(1));
        assertThat(after(training.clipGradNorm(5), constant(3, 4, 0), 1).getFirst())
                .containsExactly(-1, -1, 0);
        Training lessened = held(each -> each.map(g -> g.mul(0.5))).clipGradNorm(5);
        double[] found = after(lessened, constant(6, 8, 0), 1).getFirst();
        assertThat(found[0]).isCloseTo(-1.5, within(1e-5));
        assertThat(found[1]).isCloseTo(-2, within(1e-5));
    }

    @Test
    void normsOfSingleGradientsAreClipped() {
        double[] found = after(held(each -> each.clipByNorm(1)), constant(3, 4, 0), 1).getFirst();
        assertThat(found[0]).isCloseTo(-0.6, within(1e-6));
        assertThat(found[1]).isCloseTo(-0.8, within(1e-6));
    }

    @Test
    void noiseIsAFunctionOfSeedStepAndPath() {
        // Without a gradient the weights are all noise.
        var plain = after(held(each -> each.withNoise(0.1)), constant(0, 0, 0), 3);
        var falling = after(held(each -> each.withNoise(0.3, 0.55)), constant(0, 0, 0), 3);
        double[] sum = new double[3];
        double[] fallingSum = new double[3];
        for (int step = 0; step < 3; step++) {
            Tensor noise =
                    Tensor.of(
                            new RandomNumbers.CounterNormal(
                                    Tensor.constant(NDArray.of(new int[] {5, 0})),
                                    Tensor.constant(NDArray.of(new int[] {step})),
                                    "gradient_noise/" + WEIGHT,
                                    Shape.shape(3)));
            double[] expected = Interpreter.run(noise).doubles();
            for (int i = 0; i < 3; i++) {
                sum[i] -= 0.1 * expected[i];
                fallingSum[i] -= Math.sqrt(0.3 / Math.pow(1 + step, 0.55)) * expected[i];
                assertThat(plain.get(step)[i]).isCloseTo(sum[i], within(1e-6));
                assertThat(falling.get(step)[i]).isCloseTo(fallingSum[i], within(1e-6));
            }
        }
    }

    private static Weights fitted(long seed) {
        Training training =
                Digits.training(Digits.model())
                        .seed(seed)
                        .transformGradients(g -> g.withNoise(0.01));
        try (Trainer trainer = training.compile(Engine.cpu())) {
            trainer.fit(Digits.ALL.take(48), Option.epochs(1));
            return trainer.weights();
        }
    }

    @Test
    void noiseOfOneSeedIsTheSameInEachRun() {
        assertThat(fitted(1)).isEqualTo(fitted(1)).isNotEqualTo(fitted(2));
    }

    @Test
    void aStepOfOnesOwnChangesItsGradientsItself() {
        Step step =
                (_, _) -> {
                    throw new AssertionError("is not traced");
                };
        Training both =
                Training.training(Model.model(Input.input(3), new Held()))
                        .step(step)
                        .transformGradients(each -> each);
        assertThatThrownBy(() -> both.compile(Engine.cpu()))
                .isInstanceOf(PropaneException.class)
                .hasMessageContaining("move them into the step");
    }

    private static void refused(Optimizer optimizer, String... texts) {
        Training training = Digits.training(Digits.model()).optimizer(optimizer);
        var thrown = assertThatThrownBy(() -> training.compile(Engine.cpu()));
        thrown.isInstanceOf(UnknownNameException.class);
        for (String text : texts) {
            thrown.hasMessageContaining(text);
        }
    }

    @Test
    void selectionsThatMatchNothingNameWhatIsNearest() {
        refused(
                Optimizers.paramGroups(
                        Optimizers.sgd(1).paramGroup(under("haed")), Optimizers.sgd(1)),
                "paramGroups: the selection under(\"haed\") matches no weight",
                "did you mean head");
        refused(
                Optimizers.adamW(1).decayMask(under("trunk/conf_1")),
                "mask: the selection under(\"trunk/conf_1\") matches no weight",
                "did you mean trunk/conv2d_1");
        refused(
                Optimizers.paramGroups(
                        Optimizers.sgd(1).paramGroup(under("head")),
                        Optimizers.sgd(1).paramGroup(under("trunk/conv2d_1"))),
                "no group includes the trainable weight trunk/batch_norm_1/gamma",
                "did you mean it by under(\"trunk/conv2d_1\")?",
                "freeze it, or add a group");
    }

    /** An optimizer of a user's own, with a slot and a number of the step. */
    private record Momentum(Schedule learningRate, double beta) implements Optimizer {
        @Override
        public Tensor update(Slots slots, Tensor gradient, Tensor weight) {
            Tensor m = slots.slot("m");
            Tensor next = m.mul(beta).add(gradient);
            slots.set(m, next);
            return next.mul(slots.learningRate()).div(slots.step());
        }
    }

    @Test
    void anOptimizerOfOnesOwnGoesThroughTheSameDoor() {
        Optimizer own = new Momentum(Schedules.exponentialDecay(1, 0.5), 0.5);
        var found = after(held(each -> each).optimizer(own), constant(1, -2, 0), 3);
        double w = 0;
        double m = 0;
        for (int step = 0; step < 3; step++) {
            m = 0.5 * m + 1;
            w -= m * Math.pow(0.5, step) / (step + 1);
            assertThat(found.get(step)[0]).isCloseTo(w, within(1e-6));
            assertThat(found.get(step)[1]).isCloseTo(-2 * w, within(1e-6));
        }
        assertThat(own.kind()).isEqualTo("momentum");
    }
}
