package propane.spi.op;

import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.Arrays;
import java.util.List;

/** Products of tensors that are decomposed into products of matrices. */
public sealed interface Contraction extends Linear, Decomposable
        permits Contraction.Einsum, AttentionProduct {
    /**
     * Einstein's sum: the result's elements are sums of products over all axes that the result does
     * not name, {@code bij,bjk->bik} for a batch of products of matrices. One or two operands, a
     * letter for each axis, none twice in one operand. Packages hold its decomposition: Core ML
     * takes few equations.
     *
     * @param values one operand or two
     * @param equation the letters of the operands' axes and of the result's
     */
    record Einsum(List<Tensor> values, String equation) implements Contraction, DecomposedForMil {
        private EinsumEquation read() {
            return EinsumEquation.of(this, equation, values);
        }

        @Override
        public TensorType infer() {
            EinsumEquation read = read();
            for (Tensor value : values) {
                OpRule.requireFloat(this, value);
            }
            OpRule.requireSame(this, values.getFirst(), values.getLast());
            return values.getFirst().type().with(read.shape(read.result()));
        }

        @Override
        public void vjp(Adjoint a) {
            a.pullback(this);
        }

        @Override
        public void evaluate(Evaluation e) {
            EinsumEquation read = read();
            int[] lengths = read.lengths().values().stream().mapToInt(each -> each).toArray();
            int[] x = read.strides(read.operands().getFirst());
            int[] y = read.strides(read.operands().getLast());
            int[] z = read.strides(read.result());
            double[] left = e.of(values.getFirst());
            double[] right = e.of(values.getLast());
            double[] out = e.result();
            Arrays.fill(out, 0);
            int count = 1;
            for (int length : lengths) {
                count *= length;
            }
            for (int i = 0; i < count; i++) {
                int rest = i;
                int a = 0;
                int b = 0;
                int to = 0;
                for (int letter = lengths.length - 1; letter >= 0; letter--) {
                    int at = rest % lengths[letter];
                    rest /= lengths[letter];
                    a += at * x[letter];
                    b += at * y[letter];
                    to += at * z[letter];
                }
                out[to] += values.size() == 1 ? left[a] : left[a] * right[b];
            }
        }

        @Override
        public List<Tensor> decompose() {
            return List.of(read().decomposed(values));
        }
    }
}
