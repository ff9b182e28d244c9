package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import org.junit.jupiter.api.Test;

import propane.spi.Bindings;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Problem;
import propane.tensor.Shape;
import propane.tensor.TensorType;
import propane.train.run.AnomalyDetection;

import java.util.List;

final class FirstBadTensorTest {
    @Test
    void aProductOfFloat16IsFoundWhereItIsBeyondWhatProductsReach() {
        var type = TensorType.float32(Shape.shape(1, 1)).with(DType.FLOAT16);
        var port = new Port("x", Role.BATCH, type);
        var product = port.tensor().matmul(port.tensor());
        var program =
                Program.of(Program.Function.of("f", List.of(Program.Output.result("y", product))));
        try (Bindings bindings = Bindings.allocate(program.ports())) {
            bindings.write("x", NDArray.of(new double[] {200}, type));
            var found = AnomalyDetection.find("step 1", program.function("f"), bindings);
            assertThat(found.reason())
                    .startsWith("step 1\n")
                    .contains("matmul", "element 0 is Infinity");
            assertThat(found.operands())
                    .extracting(Problem.Operand::name, Problem.Operand::type)
                    .containsExactly(
                            tuple("x", "fp16[1, 1], largest magnitude 200.0"),
                            tuple("y", "fp16[1, 1], largest magnitude 200.0"));
        }
    }
}
