package propane.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import propane.coreml.write.ProgramPackage;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.tensor.NDArray;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

class SubjectsTest {
    /**
     * Of the attention's keys the bias has none: softmax takes no notice of what all scores share.
     */
    @Test
    void everyWeightOfAStepButOneHasASlope() {
        for (Program program :
                new Program[] {
                    ProbePrograms.perceptron(4, 6, 5, 3), ProbePrograms.block(2, 4, 8, 2)
                }) {
            Program.Function step = program.function("gradients");
            Map<String, NDArray> inputs = new HashMap<>();
            for (Port port : step.inputs()) {
                double[] numbers = new double[port.type().shape().size()];
                for (int i = 0; i < numbers.length; i++) {
                    numbers[i] = Math.sin(1 + i * 0.37 + port.name().length()) * 0.5;
                }
                inputs.put(port.name(), NDArray.of(numbers, port.type()));
            }
            var slopes = new HashMap<>(Interpreter.run(step, inputs));
            assertThat(slopes).hasSameSizeAs(step.outputs());
            slopes.remove("gradient/key_bias");
            slopes.forEach((name, slope) ->
                    assertThat(Arrays.stream(slope.doubles()).boxed())
                            .as(name)
                            .allMatch(Double::isFinite)
                            .anyMatch(number -> number != 0));
        }
    }

    @Test
    void theReferenceStepsAreAsLargeAsTheirAnchors() {
        var perceptron = ProgramPackage.lint(ProbePrograms.perceptron(256, 1024, 2048, 1024));
        // Forward, then both gradients but that of the first layer's input.
        assertThat(perceptron.functions().getFirst().work())
                .isBetween(5_300_000_000L, 5_500_000_000L);
        assertThat(perceptron.mayAllRun()).as(perceptron.text()).isTrue();
        var block = ProgramPackage.lint(ProbePrograms.block(32, 64, 512, 8));
        assertThat(block.functions().getFirst().work()).isBetween(38_000_000_000L, 41_000_000_000L);
        assertThat(block.mayAllRun()).as(block.text()).isTrue();
    }
}
