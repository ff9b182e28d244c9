package propane.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import propane.engine.Engine;
import propane.engine.cpu.CpuEngine;
import propane.spi.Bindings;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.spi.autodiff.ReverseMode;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A training step of a small network with momentum, put together by hand. */
class CpuStepTest {
    private static final Program.Function STEP = step();

    private static Port port(String name, Role role, int... dims) {
        return new Port(name, role, TensorType.float32(Shape.shape(dims)));
    }

    private static Program.Function step() {
        Port x = port("x", Role.BATCH, 8, 20);
        Port y = port("y", Role.BATCH, 8, 5);
        var weights =
                List.of(
                        port("w1", Role.WEIGHT, 20, 24),
                        port("b1", Role.WEIGHT, 24),
                        port("w2", Role.WEIGHT, 24, 5),
                        port("b2", Role.WEIGHT, 5));
        List<Tensor> w = weights.stream().map(Port::tensor).toList();
        Tensor hidden = x.tensor().matmul(w.get(0)).add(w.get(1)).tanh();
        Tensor logs = hidden.matmul(w.get(2)).add(w.get(3)).logSoftmax(-1);
        Tensor loss = logs.mul(y.tensor()).sum(-1).mean().neg().reshape(1);
        var gradients = ReverseMode.gradients(loss, w);
        var outputs = new ArrayList<Program.Output>();
        outputs.add(Program.Output.result("loss", loss));
        for (int i = 0; i < w.size(); i++) {
            Port slot = new Port("m/" + i, Role.SLOT, weights.get(i).type());
            Tensor moved = slot.tensor().mul(0.9).add(gradients.get(i));
            outputs.add(Program.Output.replacing(slot, moved));
            outputs.add(Program.Output.replacing(weights.get(i), w.get(i).sub(moved.mul(0.1))));
        }
        return Program.Function.of("step", outputs);
    }

    private static Map<String, NDArray> inputs() {
        return RandomPrograms.inputs(STEP, new Random(5));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "onednn", "vector", "reference"})
    void aStepIsTheInterpretersStep(String provider) {
        Engine engine = provider.isEmpty() ? new CpuEngine() : CpuEngine.forcing(provider);
        var expected = Interpreter.run(STEP, inputs());
        var actual = CpuEngineTest.run(engine, STEP, inputs(), 1);
        expected.forEach((name, value) -> Near.assertNear(actual.get(name), value, 1e-5, name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "onednn", "vector", "reference"})
    void twoRunsAreTheSameBitForBit(String provider) {
        Engine engine = provider.isEmpty() ? new CpuEngine() : CpuEngine.forcing(provider);
        // The first ones are interpreted, the last ones compiled.
        var early = CpuEngineTest.run(engine, STEP, inputs(), 20);
        CpuEngineTest.run(engine, STEP, inputs(), 3_000);
        assertThat(CpuEngineTest.run(engine, STEP, inputs(), 20)).isEqualTo(early);
    }

    @Test
    void aRunAllocatesNothingOnceItIsCompiled() {
        var threads = ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
        var program = Program.of(STEP);
        Engine engine = new CpuEngine();
        try (Bindings bindings = engine.allocate(program);
                var compiled = engine.compile(program, bindings)) {
            inputs().forEach(bindings::write);
            int quiet = 0;
            for (int run = 0; run < 100_000 && quiet < 100; run++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                compiled.run("step");
                quiet = threads.getCurrentThreadAllocatedBytes() == before ? quiet + 1 : 0;
            }
            assertThat(quiet).isEqualTo(100);
        }
    }
}
