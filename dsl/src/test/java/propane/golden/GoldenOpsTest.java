package propane.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import propane.engine.Engine;
import propane.engine.cpu.CpuEngine;
import propane.kernel.Near;
import propane.spi.Bindings;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.spi.autodiff.ReverseMode;
import propane.tensor.NDArray;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Every op against PyTorch's, outputs and gradients, on every engine there is here. */
class GoldenOpsTest {
    /** Exactly −3.3e-10 at most; PyTorch's own float32 cancels some of it to 0. */
    private static final Set<String> CANCELLED = Set.of("ops/softmax__large_logits grad.x");

    private static Map<String, GoldenReader> readers() {
        var all = new TreeMap<String, GoldenReader>();
        all.putAll(ElementwiseReaders.all());
        all.putAll(ShapeReaders.all());
        all.putAll(WindowReaders.all());
        all.putAll(LayerReaders.all());
        all.putAll(LossReaders.all());
        return all;
    }

    /** Runs a function. */
    @FunctionalInterface
    private interface Runner {
        Map<String, NDArray> run(Program.Function function, Map<String, NDArray> inputs);
    }

    private static Map<String, Runner> runners() {
        var all = new LinkedHashMap<String, Runner>();
        all.put("interpreter", Interpreter::run);
        all.put("cpu", (function, inputs) -> run(Engine.cpu(), function, inputs));
        all.put("vector", (function, inputs) -> run(CpuEngine.forcing("vector"), function, inputs));
        return all;
    }

    private static Map<String, NDArray> run(
            Engine engine, Program.Function function, Map<String, NDArray> inputs) {
        var program = Program.of(function);
        try (Bindings bindings = engine.allocate(program);
                var compiled = engine.compile(program, bindings)) {
            function.inputs().forEach(port -> bindings.write(port.name(), inputs.get(port.name())));
            compiled.run(function.name());
            var results = new LinkedHashMap<String, NDArray>();
            for (Program.Output output : function.outputs()) {
                results.put(output.port().name(), bindings.read(output.port().name()));
            }
            return results;
        }
    }

    @TestFactory
    Stream<DynamicTest> ops() {
        var readers = readers();
        return runners().entrySet().stream()
                .flatMap(runner ->
                        GoldenCase.all("ops").stream()
                                .map(golden ->
                                        DynamicTest.dynamicTest(
                                                golden.name() + " on " + runner.getKey(),
                                                () -> check(golden, readers, runner.getValue()))));
    }

    private static void check(GoldenCase golden, Map<String, GoldenReader> readers, Runner runner) {
        if (!readers.containsKey(golden.op())) {
            // Of another folder; ours are all read.
            abort(golden + ": no reader for " + golden.op());
        }
        var in = new GoldenReader.Inputs(golden);
        var outputs = readers.get(golden.op()).outputs(in);
        // In the order of the file, which numbers come first in.
        var expected = List.copyOf(new TreeSet<>(golden.arrays("out.").keySet()));
        assertThat(outputs).as(golden + ": outputs").hasSameSizeAs(expected);
        var results = new ArrayList<Program.Output>();
        for (int i = 0; i < expected.size(); i++) {
            // Scalars have one axis in the files.
            int[] dims = golden.array("out." + expected.get(i)).shape().toArray();
            Tensor output = outputs.get(i);
            results.add(
                    Program.Output.result(
                            "out." + expected.get(i),
                            output.rank() == 0 ? output.reshape(dims) : output));
        }
        results.addAll(gradients(golden, in, results));
        var function = Program.Function.of("golden", results);
        runner.run(function, in.values())
                .forEach((name, value) -> {
                    if (CANCELLED.contains(golden + " " + name)) {
                        NDArray zeros = NDArray.full(value.type(), 0);
                        Near.assertNear(value, zeros, 1e-9, golden + " " + name);
                    } else {
                        golden.requireClose(name, value, GoldenCase.CLOSE);
                    }
                });
    }

    private static List<Program.Output> gradients(
            GoldenCase golden, GoldenReader.Inputs in, List<Program.Output> outputs) {
        var names = List.copyOf(golden.arrays("grad.").keySet());
        var values = new ArrayList<Tensor>();
        var cotangents = new ArrayList<Tensor>();
        golden.arrays("cotangent.")
                .forEach((name, weights) -> {
                    values.add(
                            outputs.stream()
                                    .filter(output -> output.port().name().equals("out." + name))
                                    .findFirst()
                                    .orElseThrow()
                                    .value());
                    cotangents.add(Tensor.constant(weights));
                });
        var found = ReverseMode.gradients(values, cotangents, names.stream().map(in::at).toList());
        var gradients = new ArrayList<Program.Output>();
        for (int i = 0; i < names.size(); i++) {
            gradients.add(Program.Output.result("grad." + names.get(i), found.get(i)));
        }
        return gradients;
    }

    @Test
    void everyCaseIsRead() {
        var readers = readers();
        for (GoldenCase golden : GoldenCase.all("ops")) {
            boolean ours = System.getProperty("propane.golden", "").isEmpty();
            if (ours) {
                assertThat(readers.containsKey(golden.op())).as(golden + " has a reader").isTrue();
            }
        }
    }
}
