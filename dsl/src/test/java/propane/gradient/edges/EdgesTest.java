package propane.gradient.edges;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import propane.engine.Engine;
import propane.samples.DifferentiatedOperands;
import propane.samples.OpSamples;
import propane.spi.Bindings;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.spi.autodiff.ReverseMode;
import propane.spi.op.Op;
import propane.spi.op.Port;
import propane.tensor.NDArray;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Gradients at edges: of every op through which gradients flow, at 0, at infinities, at ties, over
 * empty axes, against stated values. They are PyTorch's where PyTorch has a number, and the limit
 * where it has none but there is one. On an edge between two slopes ops agree with PyTorch, too:
 * rectifiers are flat at 0, ranges include their ends, ties share.
 */
class EdgesTest {
    static Stream<Edge> rows() {
        return Edges.all();
    }

    @Test
    void everyOpThroughWhichGradientsFlowHasARow() {
        Set<Class<? extends Op>> inTable =
                Edges.all()
                        .map(row -> row.make(row.ports()).op().getClass())
                        .collect(Collectors.toSet());
        Set<Class<?>> missing = new LinkedHashSet<>();
        OpSamples.made()
                .map(made -> made.operation())
                .filter(operation -> !DifferentiatedOperands.of(operation).isEmpty())
                .forEach(operation -> missing.add(operation.op().getClass()));
        missing.removeAll(inTable);
        assertThat(missing).as("ops that need a row in propane.gradient.edges").isEmpty();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void gradientsAreTheStatedOnes(Edge row) {
        List<Tensor> ports = row.ports();
        List<Tensor> gradients = gradients(row, ports);
        assertThat(row.gradients()).hasSameSizeAs(ports);
        Map<String, double[]> exact = new HashMap<>();
        for (int i = 0; i < ports.size(); i++) {
            exact.put("x" + i, row.operands().get(i).doubles());
        }
        List<double[]> plain = Interpreter.runExact(gradients, exact);
        List<double[]> onProcessor = onProcessor(gradients, row.operands());
        for (int i = 0; i < ports.size(); i++) {
            requireNear(plain.get(i), row.gradients().get(i), row + ", plain, operand " + i);
            requireNear(onProcessor.get(i), row.gradients().get(i), row + ", operand " + i);
        }
    }

    private static List<Tensor> gradients(Edge row, List<Tensor> ports) {
        var values = new ArrayList<Tensor>();
        var cotangents = new ArrayList<Tensor>();
        for (Tensor result : row.make(ports).results()) {
            if (result.dtype().isFloat()) {
                values.add(result);
                cotangents.add(Tensor.onesLike(result));
            }
        }
        for (double[] given : row.cotangents()) {
            cotangents.set(0, Tensor.constant(NDArray.of(given, values.getFirst().type())));
        }
        return ReverseMode.gradients(values, cotangents, ports);
    }

    private static List<double[]> onProcessor(List<Tensor> gradients, List<NDArray> operands) {
        var outputs = new ArrayList<Program.Output>();
        for (int i = 0; i < gradients.size(); i++) {
            outputs.add(Program.Output.result("g" + i, gradients.get(i)));
        }
        var program = Program.of(Program.Function.of("f", outputs));
        Engine engine = Engine.cpu();
        try (Bindings bindings = engine.allocate(program);
                var compiled = engine.compile(program, bindings)) {
            for (Port port : program.function("f").inputs()) {
                bindings.write(
                        port.name(), operands.get(Integer.parseInt(port.name().substring(1))));
            }
            compiled.run("f");
            return outputs.stream()
                    .map(each -> bindings.read(each.port().name()).doubles())
                    .toList();
        }
    }

    private static void requireNear(double[] found, double[] stated, String what) {
        assertThat(found).as(what).hasSameSizeAs(stated);
        for (int i = 0; i < found.length; i++) {
            boolean same =
                    Double.isFinite(stated[i])
                            ? Math.abs(found[i] - stated[i])
                                    <= 2e-6 * Math.max(1, Math.abs(stated[i]))
                            : Double.compare(found[i], stated[i]) == 0;
            assertThat(same)
                    .as("%s, element %d: %s, stated is %s", what, i, found[i], stated[i])
                    .isTrue();
        }
    }
}
