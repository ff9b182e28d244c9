package propane.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import propane.engine.cpu.plan.FunctionPlan;
import propane.engine.cpu.plan.Memory;
import propane.engine.cpu.plan.Providers;
import propane.ffm.Availability;
import propane.ffm.dnnl.DnnlLibrary;
import propane.spi.Bindings;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.EngineException;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.List;

class ThreadsTest {
    private static Tensor product(int size) {
        var x = new Port("x" + size, Role.BATCH, TensorType.float32(Shape.shape(size, size)));
        var y = new Port("y" + size, Role.BATCH, TensorType.float32(Shape.shape(size, size)));
        return x.tensor().matmul(y.tensor());
    }

    @Test
    void onlyMuchWorkIsShared() {
        var threads = new Threads(4);
        assertThat(threads.of(product(32).operation())).isEqualTo(1);
        assertThat(threads.of(product(512).operation())).isEqualTo(4);
        assertThat(threads.of(product(512).tanh().operation())).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "65", "9999", "100000", "99999999999", "4.5", "two", " 4"})
    void aNumberThatIsNoneOrTooLargeGetsTheRule(String given) {
        assertThatThrownBy(() -> Threads.parse(given, 2))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("propane.threads")
                .hasMessageContaining("a whole number from 1 to 64")
                .hasMessageContaining("processors: " + given);
    }

    @Test
    void largeMachinesMayTakeMore() {
        assertThat(Threads.parse("64", 2).most()).isEqualTo(64);
        assertThat(Threads.parse("512", 128).most()).isEqualTo(512);
    }

    @Test
    void oneDnnIsToldHowManyThreadsToTake() {
        assumeTrue(DnnlLibrary.availability() instanceof Availability.Available);
        int before = DnnlLibrary.threads();
        try {
            assertThat(described(32, 3)).endsWith(", 1 thread");
            assertThat(DnnlLibrary.threads()).isEqualTo(3);
            assertThat(described(512, 3)).endsWith(", 3 threads");
            assertThat(described(512, 1)).endsWith(", 1 thread");
            assertThat(DnnlLibrary.threads()).isEqualTo(1);
        } finally {
            DnnlLibrary.threads(before);
        }
    }

    /** Makes the kernel of a product and returns what the provider says of itself. */
    private static String described(int size, int most) {
        var function = Program.Function.of("f", List.of(Program.Output.result("z", product(size))));
        try (Bindings bindings = Bindings.allocate(Program.of(function).ports());
                var memory = new Memory(bindings, 0);
                var provider = new DnnlProvider(new Threads(most))) {
            var plan = new FunctionPlan(function, new Providers(List.of(provider)));
            assertThat(plan.forResults(memory)).hasSize(1);
            return provider.describe();
        }
    }
}
