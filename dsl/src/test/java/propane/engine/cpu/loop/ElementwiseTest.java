package propane.engine.cpu.loop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import propane.engine.cpu.plan.Fused;
import propane.engine.cpu.plan.FusionCost;
import propane.samples.OpSample;
import propane.samples.OpSamples;
import propane.spi.op.Activation;
import propane.spi.op.ElementwiseBinary;
import propane.spi.op.ElementwiseUnary;
import propane.spi.op.Op;
import propane.spi.op.Operation;
import propane.tensor.DType;

import java.util.Set;
import java.util.TreeSet;

/** Which elementwise ops have a loop; a new one has, or says here that it is left to others. */
final class ElementwiseTest {
    /** Decomposed, or left to the reference; softmax has a kernel of its own. */
    private static final Set<String> WITHOUT_LOOP =
            Set.of(
                    "Acos",
                    "Asin",
                    "Atan",
                    "Atanh",
                    "Ceil",
                    "Cos",
                    "Cosh",
                    "Floor",
                    "LogSoftmax",
                    "Mish",
                    "Prelu",
                    "Round",
                    "Sin",
                    "Sinh",
                    "Softmax",
                    "SoftplusParametric",
                    "Tan");

    private static boolean isElementwise(Operation operation) {
        Op op = operation.op();
        return (op instanceof ElementwiseUnary
                        || op instanceof ElementwiseBinary
                        || op instanceof Activation)
                && operation.operands().stream().allMatch(x -> x.dtype() != DType.INT32);
    }

    @Test
    void everyElementwiseOpHasALoop() {
        Set<String> without = new TreeSet<>();
        OpSamples.made()
                .map(OpSample.Made::operation)
                .filter(ElementwiseTest::isElementwise)
                .filter(operation -> LoopPlan.of(Fused.of(operation)).isEmpty())
                .forEach(operation -> without.add(operation.op().getClass().getSimpleName()));
        assertThat(without).isEqualTo(WITHOUT_LOOP);
    }

    @Test
    void whatHasNoVectorFormIsFusedOnlyWhereItIsSmall() {
        OpSamples.made()
                .map(OpSample.Made::operation)
                .filter(operation -> operation.op() instanceof ElementwiseBinary.Pow)
                .filter(operation -> operation.result(0).dtype() == DType.FLOAT32)
                .forEach(operation -> {
                    FusionCost cost = Elementwise.fusionCost(operation);
                    assertThat(cost.vector()).isFalse();
                    assertThat(cost.fuses()).isEqualTo(operation.result(0).shape().size() <= 16);
                });
    }
}
