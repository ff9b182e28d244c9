package propane.data;

import propane.tensor.DataException;
import propane.tensor.Problem;
import propane.tensor.Shape;
import propane.tensor.TensorType;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** One column of all examples in memory; copies rows without allocating anything. */
sealed interface Stored {
    /** Returns the type of one example. */
    TensorType type();

    /**
     * Copies neighbouring rows.
     *
     * @param row the first row
     * @param count the number of rows
     * @param size the number of elements of a row, as its type has them
     * @param to where to write
     * @param offset the byte to begin at
     */
    void copy(int row, int count, int size, MemorySegment to, long offset);

    /** Returns the same values with examples of another shape of the same size. */
    Stored reshape(Shape example);

    /**
     * Returns the values with the elements of each example in another order.
     *
     * @param from for each element, which one it was
     * @param other the shape of one example then
     */
    Stored rearranged(int[] from, Shape other);

    /** Returns one of all numbers, from 0. */
    double number(int element);

    /**
     * Returns all values multiplied.
     *
     * @throws DataException if they are not float32, or the factor or a product not finite
     */
    default Stored scale(double factor) {
        throw new DataException(
                Problem.ofRule("data: scale needs stored float32, not " + type())
                        .operand("values", type()));
    }

    /**
     * Float32 values.
     *
     * @param values all rows, one after the other
     * @param example the shape of one example
     */
    record Floats(float[] values, Shape example) implements Stored {
        @Override
        public TensorType type() {
            return TensorType.float32(example);
        }

        @Override
        public void copy(int row, int count, int size, MemorySegment to, long offset) {
            MemorySegment.copy(
                    values, row * size, to, ValueLayout.JAVA_FLOAT, offset, count * size);
        }

        @Override
        public Stored reshape(Shape other) {
            return new Floats(values, other);
        }

        @Override
        public Floats rearranged(int[] from, Shape other) {
            float[] moved = new float[values.length];
            for (int i = 0; i < moved.length; i++) {
                moved[i] = values[i - i % from.length + from[i % from.length]];
            }
            return new Floats(moved, other);
        }

        @Override
        public double number(int element) {
            return values[element];
        }

        /** Returns whether one of them is missing, NaN. */
        boolean isMissingSome() {
            for (float value : values) {
                if (Float.isNaN(value)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public Floats scale(double factor) {
            float[] scaled = new float[values.length];
            for (int i = 0; i < scaled.length; i++) {
                scaled[i] = (float) (values[i] * factor);
                if (!Float.isFinite(scaled[i])) {
                    throw Columns.notScaled("data", factor, values[i]);
                }
            }
            return new Floats(scaled, example);
        }
    }

    /**
     * Float32 values of which there are at most 256 different ones, one byte each.
     *
     * @param codes all rows, one after the other
     * @param values the value of each code
     * @param example the shape of one example
     */
    record Bytes(byte[] codes, float[] values, Shape example) implements Stored {
        /** Returns the numbers from 0 to 255. */
        Bytes(byte[] codes, Shape example) {
            this(codes, numbers(), example);
        }

        private static float[] numbers() {
            float[] numbers = new float[1 << Byte.SIZE];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = i;
            }
            return numbers;
        }

        @Override
        public TensorType type() {
            return TensorType.float32(example);
        }

        @Override
        public void copy(int row, int count, int size, MemorySegment to, long offset) {
            int first = row * size;
            for (int i = 0; i < count * size; i++) {
                float value = values[Byte.toUnsignedInt(codes[first + i])];
                to.set(ValueLayout.JAVA_FLOAT, offset + (long) i * Float.BYTES, value);
            }
        }

        @Override
        public Stored reshape(Shape other) {
            return new Bytes(codes, values, other);
        }

        @Override
        public Bytes rearranged(int[] from, Shape other) {
            byte[] moved = new byte[codes.length];
            for (int i = 0; i < moved.length; i++) {
                moved[i] = codes[i - i % from.length + from[i % from.length]];
            }
            return new Bytes(moved, values, other);
        }

        @Override
        public double number(int element) {
            return values[Byte.toUnsignedInt(codes[element])];
        }

        @Override
        public Bytes scale(double factor) {
            return new Bytes(
                    codes, new Floats(values, Shape.shape()).scale(factor).values(), example);
        }
    }

    /**
     * Int32 values.
     *
     * @param values all rows, one after the other
     * @param example the shape of one example
     * @param least the smallest value
     * @param largest the largest value
     */
    record Ints(int[] values, Shape example, int least, int largest) implements Stored {
        Ints(int[] values, Shape example) {
            this(values, example, least(values), largest(values));
        }

        @Override
        public TensorType type() {
            return TensorType.int32(example);
        }

        @Override
        public void copy(int row, int count, int size, MemorySegment to, long offset) {
            MemorySegment.copy(values, row * size, to, ValueLayout.JAVA_INT, offset, count * size);
        }

        @Override
        public Stored reshape(Shape other) {
            return new Ints(values, other, least, largest);
        }

        @Override
        public Ints rearranged(int[] from, Shape other) {
            int[] moved = new int[values.length];
            for (int i = 0; i < moved.length; i++) {
                moved[i] = values[i - i % from.length + from[i % from.length]];
            }
            return new Ints(moved, other, least, largest);
        }

        /** Returns whether all are from 0 up to a limit. */
        boolean isWithin(int limit) {
            return least >= 0 && largest < limit;
        }

        @Override
        public double number(int element) {
            return values[element];
        }

        private static int least(int[] values) {
            int least = 0;
            for (int value : values) {
                least = Math.min(least, value);
            }
            return least;
        }

        private static int largest(int[] values) {
            int largest = -1;
            for (int value : values) {
                largest = Math.max(largest, value);
            }
            return largest;
        }
    }
}
