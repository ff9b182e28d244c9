package propane.nn.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import static propane.nn.WeightFilters.matrices;
import static propane.nn.WeightFilters.under;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import propane.nn.Initializers;
import propane.nn.Run;
import propane.nn.Weight;
import propane.nn.schedule.Schedules;
import propane.spi.Graph;
import propane.spi.Interpreter;
import propane.spi.op.Role;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.PropaneException;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.tensor.TensorType;
import propane.tensor.UnknownNameException;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

class OptimizersTest {
    private static final double RATE = 0.01;

    /** Every optimizer, with a decay of 0.1 on matrices only, decoupled and not. */
    static Stream<Optimizer> decaying() {
        return EveryOptimizer.made(RATE).values().stream()
                .map(each -> (BuiltInOptimizer<?>) each)
                .flatMap(each -> Stream.of(decaying(each, true), decaying(each, false)));
    }

    private static Optimizer decaying(BuiltInOptimizer<?> optimizer, boolean decoupled) {
        var settings = optimizer.settings.decay(Schedules.constant(0.1), matrices(), decoupled);
        return optimizer.with(settings);
    }

    @Test
    void whatOneOptimizerAloneHasIsGivenToItsFactory() {
        assertThat(EveryOptimizer.ownFactories().map(Method::getName))
                .containsExactlyInAnyOrderElementsOf(EveryOptimizer.OWN.keySet());
        assertThat(Optimizers.nadam(RATE, 0.004)).isEqualTo(Optimizers.nadam(RATE));
        assertThat(Optimizers.nadam(RATE, 0.01)).isNotEqualTo(Optimizers.nadam(RATE));
        assertThat(Optimizers.sgd(RATE, 0.9, 0)).isEqualTo(Optimizers.sgd(RATE).momentum(0.9));
        assertThat(Optimizers.adagrad(RATE, 0.1).epsilon(1e-3).settings())
                .containsEntry("initialAccumulatorValue", "0.1")
                .containsEntry("epsilon", "0.001");
        assertThat(Optimizers.rmsprop(RATE).alpha(0.9).centered(true).epsilon(1e-3).settings())
                .containsEntry("alpha", "0.9")
                .containsEntry("centered", "true");
    }

    /** The rules are hidden: users read what an optimizer does at its factory or its family. */
    @Test
    void everyOptimizerHasAFormula() throws IOException {
        Path folder = Path.of("src/main/java/propane/nn/optimizer");
        String factories = Files.readString(folder.resolve("Optimizers.java"));
        for (Map.Entry<String, Optimizer> each : EveryOptimizer.made(RATE).entrySet()) {
            String name = each.getKey();
            String family = each.getValue().getClass().getSimpleName();
            String comment = Files.readString(folder.resolve(family + ".java")).split("\\*/")[0];
            String before = factories.split(" " + name + "\\(double learningRate\\)")[0];
            String own = before.substring(before.lastIndexOf("/**"));
            assertThat(
                            own.contains("←")
                                    || comment.toLowerCase(Locale.ROOT)
                                            .contains(name.toLowerCase(Locale.ROOT)))
                    .as("a formula of %s, in the comment of its factory or of %s", name, family)
                    .isTrue();
        }
    }

    @Test
    void anOptimizerTellsItsSettings() {
        assertThat(Optimizers.adamW(0.1))
                .hasToString(
                        "Adam[settings=learning rate 0.1, betas 0.9 and 0.999, epsilon 1.0E-8,"
                                + " decoupled weight decay 0.01, amsgrad=false]");
        assertThat(Optimizers.lion(0.1))
                .hasToString("Lion[settings=learning rate 0.1, betas 0.9 and 0.99]");
    }

    @Test
    void everyFactoryIsTestedOrMadeOfOthers() {
        Set<String> tested = new TreeSet<>(EveryOptimizer.made(RATE).keySet());
        tested.addAll(EveryOptimizer.OF_OTHERS);
        assertThat(Optimizers.class.getMethods())
                .filteredOn(method -> Modifier.isStatic(method.getModifiers()))
                .extracting(Method::getName)
                .allMatch(tested::contains, "takes a learning rate");
    }

    /** Returns half the squared distance of a weight from 1 after some steps towards 1. */
    private static double distanceAfter(Optimizer optimizer, int steps, Shape shape) {
        var slots = new KeptSlots(shape, RATE);
        NDArray w = NDArray.full(TensorType.float32(shape), 0);
        for (int i = 0; i < steps; i++) {
            double[] gradient = w.doubles();
            for (int k = 0; k < gradient.length; k++) {
                gradient[k] = (gradient[k] - 1 - 0.1 * k) * (1 + k % 3);
            }
            w = slots.step(optimizer, w, NDArray.of(gradient, w.type()));
        }
        double distance = 0;
        for (int k = 0; k < w.size(); k++) {
            distance += Math.pow(w.at(k) - 1 - 0.1 * k, 2) / 2;
        }
        return distance;
    }

    @ParameterizedTest
    @MethodSource("decaying")
    void everyOptimizerGoesDownhill(Optimizer optimizer) {
        Shape shape = Shape.shape(2, 3);
        double before = distanceAfter(optimizer, 0, shape);
        double after = distanceAfter(optimizer, 10, shape);
        assertThat(after).isLessThan(before);
        assertThat(distanceAfter(optimizer, 40, shape)).isLessThan(after);
    }

    @ParameterizedTest
    @MethodSource("decaying")
    void decayConcernsTheSelectedWeightsOnly(Optimizer optimizer) {
        if (EveryOptimizer.takesVectors(optimizer)) {
            NDArray w = NDArray.full(TensorType.float32(Shape.shape(4)), 1);
            NDArray none = NDArray.full(w.type(), 0);
            assertThat(new KeptSlots(Shape.shape(4), RATE).step(optimizer, w, none)).isEqualTo(w);
        }
        Shape matrix = Shape.shape(2, 2);
        NDArray w = NDArray.full(TensorType.float32(matrix), 1);
        NDArray none = NDArray.full(w.type(), 0);
        assertThat(new KeptSlots(matrix, RATE).step(optimizer, w, none).at(0)).isLessThan(1);
    }

    @ParameterizedTest
    @MethodSource("decaying")
    void everyOptimizerTellsItsRateAndItsKind(Optimizer optimizer) {
        assertThat(optimizer.learningRate().at(17)).isEqualTo(RATE);
        assertThat(optimizer.kind()).matches("[a-z]+(_[a-z]+)*");
    }

    /** What is of a momentum would go unheard without one. */
    @Test
    void nesterovAndDampeningNeedAMomentum() {
        NDArray w = NDArray.full(TensorType.float32(Shape.shape(2)), 1);
        for (Optimizer each :
                List.of(
                        Optimizers.sgd(RATE).nesterov(true),
                        Optimizers.sgd(RATE, 0, 0.1),
                        Optimizers.rmsprop(RATE).nesterov(true))) {
            assertThatThrownBy(() -> new KeptSlots(w.shape(), RATE).step(each, w, w))
                    .isInstanceOf(PropaneException.class)
                    .hasMessageContaining("the setting is of a momentum, which is 0");
        }
        assertThat(Optimizers.sgd(RATE).nesterov(true).momentum(0.9))
                .isEqualTo(Optimizers.sgd(RATE).momentum(0.9).nesterov(true));
    }

    @Test
    void aChainScalesByTheLearningRateOnce() {
        var rate = GradientTransforms.scaleByLearningRate(0.1);
        assertThatThrownBy(() -> Optimizers.chain(GradientTransforms.sign()))
                .hasMessageContaining(
                        "chain: one part scales by the learning rate, got 0 in [sign]");
        assertThatThrownBy(() -> Optimizers.chain(rate, rate)).hasMessageContaining("got 2 in");
        assertThat(Optimizers.chain(rate).learningRate().at(3)).isEqualTo(0.1);
    }

    @Test
    void whatAPartReturnsIsOfTheWeightsType() {
        GradientTransform wide = (_, update, _) -> Tensor.concat(0, List.of(update, update));
        Optimizer chain = Optimizers.chain(wide, GradientTransforms.scaleByLearningRate(1));
        NDArray w = NDArray.full(TensorType.float32(Shape.shape(2)), 1);
        assertThatThrownBy(() -> new KeptSlots(w.shape(), RATE).step(chain, w, w))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("transform: returns what the weight is");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.9, 0.999, 0.999_999})
    void biasCorrectionsAreExactInFloat32(double beta) {
        // In float32 1 − 0.999999 alone would be off by a hundredth.
        for (int step : new int[] {1, 2, 10, 1_000, 1_000_000}) {
            double exact = -Math.expm1(step * Math.log(beta));
            Tensor t = Tensor.constant(NDArray.of(new float[] {step}));
            double found = stepwise(Moments.correction(beta, t));
            assertThat(found).isCloseTo(exact, within(5e-7 * exact));
        }
    }

    /** Computes with every intermediate result rounded to float32. */
    private static double stepwise(Tensor tensor) {
        var rounded =
                Graph.rewrite(
                        List.of(tensor),
                        operation ->
                                operation.results().stream()
                                        .map(Interpreter::run)
                                        .map(Tensor::constant)
                                        .toList());
        return Interpreter.run(rounded.getFirst()).at(0);
    }

    @Test
    void theFirstGroupThatIncludesAWeightUpdatesIt() {
        var head = Optimizers.sgd(1).paramGroup(under("head"));
        var all = Optimizers.adam(1);
        var groups = (OptimizerGroups) Optimizers.paramGroups(head, all);
        assertThat(groups.of(weight("head/weight"))).isSameAs(head);
        assertThat(groups.of(weight("trunk/weight"))).isSameAs(all);
        assertThatThrownBy(() ->
                        ((OptimizerGroups) Optimizers.paramGroups(head)).of(weight("trunk/weight")))
                .isInstanceOf(UnknownNameException.class)
                .hasMessageContaining("no group includes the trainable weight trunk/weight")
                .hasMessageContaining("did you mean it by under(\"head\")?")
                .hasMessageContaining("freeze it, or add a group");
    }

    private static Weight weight(String path) {
        Shape shape = Shape.shape(1);
        return new Weight(path, shape, DType.FLOAT32, Initializers.zeros(), Role.WEIGHT);
    }

    @Test
    void muonRefusesWhatIsNoMatrix() {
        NDArray vector = NDArray.of(new float[] {1, 2, 3});
        assertThatThrownBy(() ->
                        new KeptSlots(vector.shape(), RATE)
                                .step(Optimizers.muon(0.1), vector, vector))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("orthogonalize: updates weights of two axes, w is [3]")
                .hasMessageContaining("paramGroups(");
    }

    @Test
    void muonsUpdatesHaveSingularValuesNearOne() {
        NDArray none = NDArray.full(TensorType.float32(Shape.shape(3, 5)), 0);
        NDArray gradient = Run.normal(9, 3, 5);
        NDArray after =
                new KeptSlots(none.shape(), RATE)
                        .step(Optimizers.muon(RATE).weightDecay(0), none, gradient);
        Tensor update = Tensor.constant(after).mul(-1 / RATE);
        double[] gram = Interpreter.run(update.matmul(update.transpose(1, 0))).doubles();
        for (int i = 0; i < 9; i++) {
            assertThat(gram[i]).isCloseTo(i % 4 == 0 ? 1 : 0, within(0.45));
        }
    }
}
