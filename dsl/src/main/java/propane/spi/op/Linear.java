package propane.spi.op;

import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

/** Products of matrices and vectors. */
public sealed interface Linear extends Op permits Linear.Matmul, ConstantWeight, Contraction {
    /**
     * The matrix product over the last two axes; the axes before them broadcast. Either side may be
     * read transposed.
     *
     * @param x left factor, [..., M, K], or [..., K, M] when transposed
     * @param y right factor, [..., K, N], or [..., N, K] when transposed
     * @param transposeX whether the last two axes of x change places
     * @param transposeY whether the last two axes of y change places
     */
    record Matmul(Tensor x, Tensor y, boolean transposeX, boolean transposeY) implements Linear {
        @Override
        public TensorType infer() {
            OpRule.requireSame(this, x, y);
            if (x.rank() < 2 || y.rank() < 2) {
                throw OpRule.shape(
                        this,
                        "needs at least two axes on each side, got "
                                + x.shape()
                                + " and "
                                + y.shape(),
                        "reshape a vector to a matrix of one row or column");
            }
            int inner = x.dim(transposeX ? -2 : -1);
            int other = y.dim(transposeY ? -1 : -2);
            if (inner != other) {
                throw OpRule.shape(
                        this,
                        "inner dimensions differ: " + inner + " and " + other,
                        "make the columns of x as many as the rows of y");
            }
            Shape batch = OpRule.broadcast(this, x.shape().before(-2), y.shape().before(-2));
            var dims = new java.util.ArrayList<>(batch.dims());
            dims.add(x.dim(transposeX ? -1 : -2));
            dims.add(y.dim(transposeY ? -2 : -1));
            return new TensorType(x.dtype(), new Shape(dims));
        }

        @Override
        public void vjp(Adjoint a) {
            Tensor g = a.gradient();
            a.accumulate(
                    x,
                    () ->
                            transposeX
                                    ? Tensor.of(new Matmul(y, g, transposeY, true))
                                    : Tensor.of(new Matmul(g, y, false, !transposeY)));
            a.accumulate(
                    y,
                    () ->
                            transposeY
                                    ? Tensor.of(new Matmul(g, x, true, transposeX))
                                    : Tensor.of(new Matmul(x, g, !transposeX, false)));
        }

        @Override
        public void evaluate(Evaluation e) {
            Shape shape = infer().shape();
            int rows = shape.dim(-2);
            int columns = shape.dim(-1);
            int inner = x.dim(transposeX ? -2 : -1);
            double[] a = e.of(x);
            double[] b = e.of(y);
            double[] out = e.result();
            var outer = new Shape(shape.dims().subList(0, shape.rank() - 2));
            var left = new Broadcast(x.shape().before(-2), outer);
            var right = new Broadcast(y.shape().before(-2), outer);
            for (int batch = 0; batch < outer.size(); batch++) {
                int aBase = left.index(batch) * rows * inner;
                int bBase = right.index(batch) * inner * columns;
                for (int i = 0; i < rows; i++) {
                    for (int j = 0; j < columns; j++) {
                        double sum = 0;
                        for (int k = 0; k < inner; k++) {
                            double u = a[aBase + (transposeX ? k * rows + i : i * inner + k)];
                            double v = b[bBase + (transposeY ? j * inner + k : k * columns + j)];
                            sum += u * v;
                        }
                        out[(batch * rows + i) * columns + j] = sum;
                    }
                }
            }
        }
    }
}
