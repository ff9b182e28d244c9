package propane.spi.op;

import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;

/** The reduction to a product. */
public sealed interface ProductReduction extends Reduction {
    /**
     * The product.
     *
     * @param x the operand
     * @param axes the axes to reduce
     * @param keepDims whether reduced axes stay with length 1
     */
    record ReduceProd(Tensor x, List<Integer> axes, boolean keepDims)
            implements ProductReduction, Fold {
        @Override
        public double start() {
            return 1;
        }

        @Override
        public double next(double product, double element) {
            return Integers.product(x.dtype(), product, element);
        }

        @Override
        public void vjp(Adjoint a) {
            a.accumulate(x, () -> spread(a.gradient()).mul(others()));
        }

        /** Returns, for each element, the product of all others that are reduced with it. */
        private Tensor others() {
            var reduced = OpRule.axes(this, x.shape(), axes);
            var order = new ArrayList<Integer>();
            for (int axis = 0; axis < x.rank(); axis++) {
                if (!reduced.contains(axis)) {
                    order.add(axis);
                }
            }
            order.addAll(reduced);
            int[] perm = new int[x.rank()];
            int[] inverse = new int[x.rank()];
            for (int i = 0; i < perm.length; i++) {
                perm[i] = order.get(i);
                inverse[perm[i]] = i;
            }
            Tensor transposed = x.transpose(perm);
            int rows = kept().size();
            Tensor flat = transposed.reshape(rows, rows == 0 ? 0 : x.shape().size() / rows);
            return others(flat).reshape(transposed.shape().toArray()).transpose(inverse);
        }

        /** Halves the row until one is left; divides by nothing, so that zeros do no harm. */
        private static Tensor others(Tensor rows) {
            int count = rows.dim(0);
            int length = rows.dim(1);
            if (length < 2) {
                return Tensor.onesLike(rows);
            }
            Tensor even = rows;
            if (length % 2 == 1) {
                Tensor one = Tensor.ones(rows.type().with(Shape.shape(count, 1)));
                even = Tensor.concat(1, List.of(rows, one));
            }
            Tensor left = even.slice(1, 0, even.dim(1), 2);
            Tensor right = even.slice(1, 1, even.dim(1), 2);
            Tensor rest = others(left.mul(right));
            Tensor pairs = Tensor.stack(2, List.of(rest.mul(right), rest.mul(left)));
            return pairs.reshape(even.shape().toArray()).slice(1, 0, length);
        }
    }
}
