package propane.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import propane.engine.Engine;
import propane.engine.cpu.CpuEngine;
import propane.samples.OpSample;
import propane.samples.OpSamples;
import propane.spi.Bindings;
import propane.spi.DeviceReport;
import propane.spi.Graph;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.tensor.NDArray;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every op's sample, run by every provider, against the op's own evaluation. */
class OpKernelTest {
    @ParameterizedTest
    @ValueSource(strings = {"onednn", "vector", "reference"})
    void everyOpIsComputedAsItEvaluates(String provider) {
        Engine engine = CpuEngine.forcing(provider);
        OpSamples.made().forEach(made -> check(engine, made));
    }

    private static void check(Engine engine, OpSample.Made made) {
        var outputs = new ArrayList<Program.Output>();
        for (int i = 0; i < made.results().size(); i++) {
            outputs.add(Program.Output.result("y" + i, made.results().get(i)));
        }
        var program = Program.of(Program.Function.of("f", outputs));
        var inputs = new LinkedHashMap<String, NDArray>();
        for (Port port : Graph.inputs(made.results())) {
            inputs.put(port.name(), NDArray.of(made.values().get(port.name()), port.type()));
        }
        Map<String, NDArray> expected = Interpreter.run(program.function("f"), inputs);
        try (Bindings bindings = engine.allocate(program);
                var compiled = engine.compile(program, bindings)) {
            inputs.forEach(bindings::write);
            // The second run meets the work memory that the first one left.
            for (int run = 0; run < 2; run++) {
                compiled.run("f");
                expected.forEach((name, value) ->
                        Near.assertNear(
                                bindings.read(name),
                                value,
                                value.dtype() == propane.tensor.DType.FLOAT16 ? 2e-3 : 1e-5,
                                made.name()));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"vector", "reference"})
    void aForcedProviderComputesWhatItCan(String provider) {
        var made = OpSamples.made().toList();
        var used = new ArrayList<String>();
        for (OpSample.Made one : made) {
            var program =
                    Program.of(
                            Program.Function.of(
                                    "f",
                                    List.of(Program.Output.result("y", one.results().getFirst()))));
            try (Bindings bindings = Bindings.allocate(program.ports());
                    var compiled = CpuEngine.forcing(provider).compile(program, bindings)) {
                for (DeviceReport.Placement placement : compiled.report().placements()) {
                    used.add(placement.provider());
                    boolean fell = !placement.provider().equals(provider);
                    assertThat(placement.reason().isEmpty()).isEqualTo(!fell);
                }
            }
        }
        assertThat(used).contains(provider).isSubsetOf(provider, "reference");
    }
}
