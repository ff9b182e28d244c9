package propane.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.gru;
import static propane.nn.layer.Layers.lstm;
import static propane.nn.layer.Layers.named;
import static propane.nn.layer.Layers.rnn;
import static propane.nn.layer.Layers.sequential;
import static propane.nn.loss.Losses.softmaxCrossEntropy;
import static propane.nn.optimizer.Optimizers.adam;

import com.sun.management.ThreadMXBean;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import propane.data.Batch;
import propane.engine.Engine;
import propane.nn.Input;
import propane.nn.Layer;
import propane.nn.Model;
import propane.nn.WeightFilters;
import propane.spi.Bindings;
import propane.spi.DeviceReport;
import propane.spi.Program;
import propane.spi.autodiff.ReverseMode;
import propane.spi.op.LstmRecurrence;
import propane.spi.op.Port;
import propane.spi.op.Recurrent.Nonlinearity;
import propane.spi.op.Role;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;
import propane.train.Training;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Whole steps of recurrent networks on the CPU engine: how many ops they are, and whose. */
class RecurrentStepTest {
    private static final int BATCH = 4;

    private static List<DeviceReport.Placement> step(Model model, int length) {
        var training =
                Training.training(model)
                        .loss(softmaxCrossEntropy())
                        .optimizer(adam(1e-3))
                        .batch(BATCH);
        try (var trainer = training.compile(Engine.cpu())) {
            var x = TensorType.float32(Shape.shape(BATCH, length, 3));
            trainer.step(Batch.of(NDArray.full(x, 0.5), NDArray.of(new int[BATCH])));
            return trainer.report().placements().stream()
                    .filter(placement -> placement.function().equals("train"))
                    .toList();
        }
    }

    private static Layer layer(String cell) {
        return switch (cell) {
            case "lstm" -> lstm(5).numLayers(2).returnSequences();
            case "gru" -> gru(5).bidirectional().returnSequences();
            case "rnn" -> rnn(5).returnSequences();
            default -> throw new IllegalArgumentException(cell);
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"lstm", "gru", "rnn"})
    void aLongSequenceIsAsManyOpsAsAShortOne(String cell) {
        var names = new ArrayList<List<String>>();
        for (int length : new int[] {4, 64}) {
            Layer layers = sequential(layer(cell), rnn(3), dense(10));
            var placements = step(Model.model(Input.input(length, 3), layers), length);
            assertThat(placements)
                    .filteredOn(placement -> placement.op().contains("_sequence"))
                    .hasSizeGreaterThanOrEqualTo(4)
                    .allMatch(placement -> placement.provider().equals("vector"));
            names.add(placements.stream().map(DeviceReport.Placement::op).toList());
        }
        assertThat(names.getLast()).containsExactlyInAnyOrderElementsOf(names.getFirst());
    }

    @Test
    void whatStandsStillIsComputedOnceAlthoughGradientsGoThroughIt() {
        Layer still = named("still", lstm(5));
        var model = Model.model(Input.input(6, 3), sequential(dense(3), still, dense(10)));
        var ops = step(model.freeze(WeightFilters.under("still")), 6);
        assertThat(ops)
                .extracting(DeviceReport.Placement::op)
                .containsOnlyOnce("lstm_sequence", "lstm_sequence_gradient");
    }

    @Test
    void aRunAllocatesNothingOnceItIsCompiled() {
        var threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
        var ports = new ArrayList<Port>();
        int[][] shapes = {{3, 2, 20}, {2, 5}, {2, 5}, {20, 5}};
        for (int[] shape : shapes) {
            var type = TensorType.float32(Shape.shape(shape));
            ports.add(new Port("x" + ports.size(), Role.BATCH, type));
        }
        var x = ports.stream().map(Port::tensor).toList();
        Tensor y =
                Tensor.of(
                        new LstmRecurrence.LstmSequence(
                                x.get(0),
                                x.get(1),
                                x.get(2),
                                x.get(3),
                                false,
                                Nonlinearity.SIGMOID,
                                Nonlinearity.TANH,
                                Nonlinearity.TANH));
        var outputs = new ArrayList<Program.Output>();
        for (Tensor gradient : ReverseMode.gradients(y.sum(0, 1, 2), x)) {
            outputs.add(Program.Output.result("g" + outputs.size(), gradient));
        }
        var program = Program.of(Program.Function.of("step", outputs));
        Engine engine = Engine.cpu();
        try (Bindings bindings = engine.allocate(program);
                var compiled = engine.compile(program, bindings)) {
            ports.forEach(port -> bindings.write(port.name(), NDArray.full(port.type(), 0.1)));
            int quiet = 0;
            // On a busy machine the compiler comes late to it.
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (quiet < 100 && System.nanoTime() < until) {
                long before = threads.getCurrentThreadAllocatedBytes();
                compiled.run("step");
                quiet = threads.getCurrentThreadAllocatedBytes() == before ? quiet + 1 : 0;
            }
            assertThat(quiet).isEqualTo(100);
        }
    }
}
