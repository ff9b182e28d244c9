package propane.engine;

import propane.data.Dataset;
import propane.tensor.NDArray;

/** Examples of five numbers along a wave, of three classes in turn. */
public final class Waves {
    private Waves() {}

    /** Returns so many, in order. */
    public static Dataset of(int examples) {
        float[] x = new float[examples * 5];
        int[] y = new int[examples];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) Math.sin(i * 0.7);
        }
        for (int i = 0; i < y.length; i++) {
            y[i] = i % 3;
        }
        return Dataset.of(NDArray.of(x, examples, 5), NDArray.of(y));
    }
}
