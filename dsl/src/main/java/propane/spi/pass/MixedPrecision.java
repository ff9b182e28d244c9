package propane.spi.pass;

import propane.spi.Program;
import propane.spi.op.Contraction;
import propane.spi.op.Convolution;
import propane.spi.op.Linear;
import propane.spi.op.Op;
import propane.spi.op.OpSchema;
import propane.spi.op.Operation;
import propane.tensor.DType;
import propane.tensor.Tensor;

import java.util.List;

/**
 * Rounds the operands and results of float32 products and convolutions to float16 and leaves all
 * else in float32.
 */
public record MixedPrecision() implements Pass {
    @Override
    public String name() {
        return "mixed precision";
    }

    @Override
    public Program.Function apply(Program.Function function) {
        // What decomposes into products becomes them first.
        return new Decompose(op -> op instanceof Contraction)
                .apply(function)
                .rewrite(MixedPrecision::halved);
    }

    private static List<Tensor> halved(Operation operation) {
        Op op = operation.op();
        boolean multiplies = op instanceof Linear.Matmul || op instanceof Convolution;
        if (!multiplies || operation.result(0).dtype() != DType.FLOAT32) {
            return operation.results();
        }
        var halves = operation.operands().stream().map(x -> x.cast(DType.FLOAT16)).toList();
        Op half = OpSchema.of(op).withOperands(op, halves);
        return List.of(Operation.of(half, operation.source()).result(0).cast(DType.FLOAT32));
    }
}
