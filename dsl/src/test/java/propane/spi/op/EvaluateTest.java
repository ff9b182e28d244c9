package propane.spi.op;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import propane.samples.OpSample;
import propane.samples.OpSamples;
import propane.spi.Interpreter;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** What every op's record must keep to, shown on its samples. */
class EvaluateTest {
    @Test
    void everyOpHasASample() {
        var bare = new ArrayList<Class<?>>(OpSamples.kinds());
        OpSamples.made().forEach(made -> bare.remove(made.operation().op().getClass()));
        assertThat(bare).as("ops without a sample among those of their family").isEmpty();
    }

    static Stream<OpSample.Made> operations() {
        return OpSamples.made();
    }

    @ParameterizedTest
    @MethodSource("operations")
    void everyElementOfTheResultsIsWritten(OpSample.Made made) {
        assertThat(evaluate(made, Double.NaN)).isEqualTo(evaluate(made, 1234.5));
    }

    /** Evaluates into arrays of the inferred lengths that held something before. */
    private static List<List<Double>> evaluate(OpSample.Made made, double before) {
        Operation operation = made.operation();
        double[][] results = new double[operation.results().size()][];
        for (int i = 0; i < results.length; i++) {
            results[i] = new double[operation.result(i).shape().size()];
            Arrays.fill(results[i], before);
        }
        var operands = Interpreter.runExact(operation.operands(), made.values());
        var copies = new ArrayList<double[]>();
        operands.forEach(operand -> copies.add(operand.clone()));
        operation
                .op()
                .evaluate(
                        new Evaluation() {
                            @Override
                            public double[] of(Tensor operand) {
                                return operands.get(operation.operands().indexOf(operand));
                            }

                            @Override
                            public double[] result(int index) {
                                return results[index];
                            }
                        });
        for (int i = 0; i < copies.size(); i++) {
            assertThat(operands.get(i)).as("%s changed an operand", made).isEqualTo(copies.get(i));
        }
        // As lists, in which a NaN equals a NaN: the mean over an axis without elements.
        return Arrays.stream(results).map(each -> Arrays.stream(each).boxed().toList()).toList();
    }

    @ParameterizedTest
    @MethodSource("operations")
    void theRecordSaysAllThereIsToSay(OpSample.Made made) {
        Op op = made.operation().op();
        var schema = OpSchema.of(op);
        Object[] parts = schema.parts().stream().map(part -> part.value(op)).toArray();
        Op again = schema.make(parts);
        assertThat(again).isEqualTo(op);
        assertThat(again.inferAll()).isEqualTo(op.inferAll());
        assertThat(schema.withOperands(op, made.operation().operands())).isEqualTo(op);
        assertThat(again.inferAll()).isEqualTo(made.results().stream().map(Tensor::type).toList());
    }

    static Stream<OpSample.Made> composite() {
        return OpSamples.made().filter(made -> made.operation().op() instanceof Decomposable);
    }

    @ParameterizedTest
    @MethodSource("composite")
    void anExpansionComputesWhatItsOpDoes(OpSample.Made made) {
        List<Tensor> expanded = ((Decomposable) made.operation().op()).decompose();
        assertThat(expanded.stream().map(Tensor::type))
                .isEqualTo(made.results().stream().map(Tensor::type).toList());
        var expected = Interpreter.runExact(made.results(), made.values());
        var actual = Interpreter.runExact(expanded, made.values());
        for (int i = 0; i < expected.size(); i++) {
            double[] a = actual.get(i);
            double[] b = expected.get(i);
            double scale = Arrays.stream(b).map(Math::abs).max().orElse(0);
            for (int k = 0; k < b.length; k++) {
                // Constants in an expansion are float32, all else is computed in doubles.
                assertThat(Math.abs(a[k] - b[k]))
                        .as("%s: element %d is %s, expanded %s", made, k, b[k], a[k])
                        .isLessThanOrEqualTo(2e-7 * scale);
            }
        }
    }
}
