package propane.train.option;

import propane.data.Dataset;
import propane.spi.Preconditions;
import propane.tensor.NDArray;

import java.util.Map;

/** A choice for one call of {@link propane.train.Trainer#export}. */
public sealed interface ExportOption
        permits Option.UseEma, ExportOption.Float32, ExportOption.CompareOn {
    /** Returns that the model is written in float32, which runs on CPU and GPU alone. */
    static ExportOption float32() {
        return new Float32();
    }

    /**
     * Returns which examples float16 is compared with float32 on: the first 32 of a dataset, whose
     * inputs are named as the model's are; where there is one of each any name will do.
     */
    static ExportOption compareOn(Dataset data) {
        Preconditions.given("compareOn: data", data);
        return new CompareOn(data.take(CompareOn.MOST).all().inputs());
    }

    /**
     * Returns which examples float16 is compared with float32 on: the first 32.
     *
     * @param x [n, …] with the shape of the model's only input
     */
    static ExportOption compareOn(NDArray x) {
        Preconditions.given("compareOn: x", x);
        return compareOn(Dataset.of(x));
    }

    /** See {@link #float32}. */
    record Float32() implements ExportOption {}

    /**
     * See {@link #compareOn}.
     *
     * @param inputs the examples by input, each [n, …]
     */
    record CompareOn(Map<String, NDArray> inputs) implements ExportOption {
        /** The most examples that are compared. */
        public static final int MOST = 32;

        /**
         * Takes the first of them.
         *
         * @throws propane.tensor.ShapeException if inputs differ in the number of examples
         * @throws propane.tensor.DataException if there are none, or a value is not finite
         */
        public CompareOn {
            inputs = Dataset.of(inputs, Map.of()).take(MOST).all().inputs();
        }

        /** Returns how many examples there are. */
        @Override
        public String toString() {
            int examples = inputs.values().iterator().next().shape().dim(0);
            return "compared on " + examples + " examples of " + inputs.keySet();
        }
    }
}
