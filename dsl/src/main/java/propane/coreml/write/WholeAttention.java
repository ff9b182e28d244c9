package propane.coreml.write;

import propane.spi.Program;
import propane.spi.op.AttentionProduct.ScaledDotProductAttention;
import propane.spi.op.AttentionProduct.ScaledDotProductAttentionGradient;
import propane.spi.op.Op;
import propane.spi.op.Operation;
import propane.spi.pass.Decompose;
import propane.spi.pass.Pass;

/**
 * Leaves attention one operation where Core ML has it so: over as many heads of keys as of queries,
 * each query seeing a key for sure, as what sees nothing gives no numbers there. Where there are
 * gradients of it, it is decomposed, since they are made of the same products and shares.
 */
record WholeAttention() implements Pass {
    @Override
    public String name() {
        return "attention that Core ML takes whole";
    }

    @Override
    public Program.Function apply(Program.Function function) {
        boolean isTrained =
                function.operations().stream()
                        .map(Operation::op)
                        .anyMatch(op -> op instanceof ScaledDotProductAttentionGradient);
        return new Decompose(op -> isDecomposed(op, isTrained)).apply(function);
    }

    private static boolean isDecomposed(Op op, boolean isTrained) {
        return op instanceof ScaledDotProductAttention attention
                && (isTrained || !isTaken(attention));
    }

    private static boolean isTaken(ScaledDotProductAttention op) {
        int columns = op.key().dim(-2);
        return op.query().rank() >= 3
                && op.query().shape().before(-2).equals(op.key().shape().before(-2))
                && op.kept().isEmpty()
                && op.isOpen()
                && op.attnMask().stream().allMatch(m -> m.rank() > 0 && m.dim(-1) == columns);
    }
}
