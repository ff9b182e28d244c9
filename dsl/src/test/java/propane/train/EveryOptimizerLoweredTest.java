package propane.train;

import static org.assertj.core.api.Assertions.assertThat;

import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.sequential;
import static propane.nn.layer.Layers.tanh;
import static propane.nn.loss.Losses.softmaxCrossEntropy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import propane.coreml.lowering.HalvedGradients;
import propane.coreml.lowering.LoweredFunction;
import propane.coreml.lowering.NeuralEngineLowering;
import propane.coreml.lowering.PortLayout;
import propane.nn.Input;
import propane.nn.Model;
import propane.nn.optimizer.EveryOptimizer;
import propane.nn.optimizer.Optimizer;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.NDArray;
import propane.train.port.Slot;
import propane.train.trace.StepPrograms;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Steps of each optimizer: whole in the Neural Engine's form, and as they are run, with gradients
 * in float16 and the update in float32.
 */
class EveryOptimizerLoweredTest {
    private static final Map<String, Optimizer> ALL = EveryOptimizer.usual();

    static Set<String> names() {
        return ALL.keySet();
    }

    static Training training(String name) {
        Model model = Model.model(Input.input(6), sequential(dense(8), tanh(), dense(5)));
        return Training.training(model)
                .loss(softmaxCrossEntropy())
                .optimizer(ALL.get(name))
                .clipGradNorm(10)
                .batch(GivenStep.BATCH);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("names")
    void theRulesChangeNoNumbers(String name) {
        GivenStep given = GivenStep.whole(training(name));
        var expected = Interpreter.run(given.function(), given.values());
        var lowered = NeuralEngineLowering.float32(given.function(), Map.of());
        var found = Interpreter.run(lowered.function(), given.values(lowered));
        for (PortLayout output : lowered.outputs()) {
            String port = output.port().name();
            NDArray value = output.raise(found.get(output.lowered().name()));
            GivenStep.assertNear(value, expected.get(port), 1e-5, port);
        }
    }

    /** A second step after a first one, so that slots hold what they hold in a training. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("names")
    void halvesAreTheStep(String name) {
        Training training = training(name);
        var plain = new StepPrograms(training.spec(), GivenStep.BATCH, false);
        var scaled = new StepPrograms(training.spec(), GivenStep.BATCH, true);
        var given = GivenStep.whole(training);
        var state = new HashMap<String, NDArray>();
        var random = new Random(3);
        Program both = Program.of(scaled.gradients(), scaled.update());
        for (Port port : both.ports()) {
            state.put(port.name(), given.values().getOrDefault(port.name(), first(port, random)));
        }
        scaled.slots().forEach(slot -> state.put(slot.port().name(), first(slot, training)));
        var expected = new HashMap<>(state);
        LoweredFunction half = NeuralEngineLowering.float16(scaled.gradients(), Map.of());
        var layouts = new HashMap<String, PortLayout>();
        half.outputs().forEach(layout -> layouts.put(layout.port().name(), layout));
        Program.Function update = new HalvedGradients(layouts).apply(scaled.update());
        for (int step = 0; step < 2; step++) {
            expected.putAll(Interpreter.run(plain.train(), expected));
            var lowered = new HashMap<>(state);
            for (PortLayout layout : half.inputs()) {
                lowered.put(layout.port().name(), layout.lower(state.get(layout.port().name())));
            }
            var slopes = new HashMap<>(state);
            slopes.putAll(Interpreter.run(half.function(), lowered));
            state.putAll(Interpreter.run(update, slopes));
        }
        for (Port port : plain.train().inputs()) {
            if (port.role() == Role.WEIGHT) {
                NDArray value = state.get(port.name());
                assertThat(value).as(port.name()).isNotEqualTo(given.values().get(port.name()));
                GivenStep.assertNear(value, expected.get(port.name()), 0.01, port.name());
            }
        }
    }

    private static NDArray first(Slot slot, Training training) {
        var shape = slot.port().type().shape();
        return NDArray.of(slot.initializer().values(shape, training.spec().seed(), "slot"), shape);
    }

    private static NDArray first(Port port, Random random) {
        double[] values = new double[port.type().shape().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = port.role() == Role.HYPER ? 1 : random.nextGaussian();
        }
        return NDArray.of(values, port.type());
    }
}
