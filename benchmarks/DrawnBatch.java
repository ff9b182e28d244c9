import module propane;

import module java.base;

/** Drawn examples for any of the models. */
final class DrawnBatch {
    private DrawnBatch() {}

    /** Returns a batch of letters or of normal numbers, as the model takes them, with labels. */
    static Batch of(Model model, int batch) {
        var random = new Random(1);
        var type = model.inputs().getFirst().port(batch).type();
        boolean isWords = type.dtype() == DType.INT32;
        double[] x = new double[type.shape().size()];
        Arrays.setAll(x, _ -> isWords ? random.nextInt(77) : random.nextGaussian());
        int[] y = new int[isWords ? x.length : batch];
        Arrays.setAll(y, _ -> random.nextInt(10));
        var labels = isWords ? NDArray.of(y, batch, y.length / batch) : NDArray.of(y, batch);
        return Dataset.of(NDArray.of(x, type), labels).all();
    }
}
