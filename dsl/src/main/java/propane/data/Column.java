package propane.data;

import propane.spi.op.CounterRandom;
import propane.tensor.DataException;
import propane.tensor.Shape;
import propane.tensor.TensorType;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;

/** One input or target of all examples; copies rows without allocating anything. */
sealed interface Column {
    /** Returns the type of one example. */
    TensorType type();

    /**
     * Copies neighbouring rows.
     *
     * @param row the first row
     * @param count the number of rows
     * @param size the number of elements of a row, as its type has them
     * @param epoch the epoch, which random columns depend on
     * @param to where to write
     * @param offset the byte to begin at
     */
    void copy(int row, int count, int size, int epoch, MemorySegment to, long offset);

    /** Returns the same values with examples of another shape of the same size. */
    Column reshape(Shape example);

    /**
     * Returns the values with the elements of each example in another order.
     *
     * @param from for each element, which one it was
     * @param other the shape of one example then
     */
    Column rearranged(int[] from, Shape other);

    /**
     * Returns all values multiplied.
     *
     * @throws DataException if they are not float32, or the factor or a product not finite
     */
    default Column scale(double factor) {
        throw new DataException("data: scale needs stored float32, not " + type());
    }

    /**
     * Float32 values.
     *
     * @param values all rows, one after the other
     * @param example the shape of one example
     */
    record Floats(float[] values, Shape example) implements Column {
        @Override
        public TensorType type() {
            return TensorType.float32(example);
        }

        @Override
        public void copy(int row, int count, int size, int epoch, MemorySegment to, long offset) {
            MemorySegment.copy(
                    values, row * size, to, ValueLayout.JAVA_FLOAT, offset, count * size);
        }

        @Override
        public Column reshape(Shape other) {
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
        public Floats scale(double factor) {
            float[] scaled = new float[values.length];
            for (int i = 0; i < scaled.length; i++) {
                scaled[i] = (float) (values[i] * factor);
                if (!Float.isFinite(scaled[i])) {
                    throw new DataException(
                            "data: scale("
                                    + factor
                                    + ") of "
                                    + values[i]
                                    + " is no finite float32");
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
    record Bytes(byte[] codes, float[] values, Shape example) implements Column {
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
        public void copy(int row, int count, int size, int epoch, MemorySegment to, long offset) {
            int first = row * size;
            for (int i = 0; i < count * size; i++) {
                float value = values[Byte.toUnsignedInt(codes[first + i])];
                to.set(ValueLayout.JAVA_FLOAT, offset + (long) i * Float.BYTES, value);
            }
        }

        @Override
        public Column reshape(Shape other) {
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
    record Ints(int[] values, Shape example, int least, int largest) implements Column {
        Ints(int[] values, Shape example) {
            this(values, example, least(values), largest(values));
        }

        @Override
        public TensorType type() {
            return TensorType.int32(example);
        }

        @Override
        public void copy(int row, int count, int size, int epoch, MemorySegment to, long offset) {
            MemorySegment.copy(values, row * size, to, ValueLayout.JAVA_INT, offset, count * size);
        }

        @Override
        public Column reshape(Shape other) {
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

        /**
         * A number that is not what it may be.
         *
         * @param row where it is
         * @param value what it is
         */
        record Outside(int row, int value) {}

        /** Returns the first number of some rows that is none from 0 up to a limit. */
        Optional<Outside> outside(int[] rows, int limit, List<Integer> allowed) {
            if (least >= 0 && largest < limit) {
                return Optional.empty();
            }
            int size = example.size();
            for (int row : rows) {
                for (int i = row * size; i < (row + 1) * size; i++) {
                    if ((values[i] < 0 || values[i] >= limit) && !allowed.contains(values[i])) {
                        return Optional.of(new Outside(row, values[i]));
                    }
                }
            }
            return Optional.empty();
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

    /**
     * Standard normal values, each a function of seed, epoch, row and place.
     *
     * @param seed the seed
     * @param example the shape of one example
     */
    record Noise(long seed, Shape example) implements Column {
        @Override
        public TensorType type() {
            return TensorType.float32(example);
        }

        @Override
        public void copy(int row, int count, int size, int epoch, MemorySegment to, long offset) {
            for (int i = 0; i < count; i++) {
                long stream = CounterRandom.bits(seed, epoch, row + i);
                for (int j = 0; j < size; j++) {
                    long at = offset + ((long) i * size + j) * Float.BYTES;
                    to.set(
                            ValueLayout.JAVA_FLOAT,
                            at,
                            (float) CounterRandom.normal(seed, stream, j));
                }
            }
        }

        @Override
        public Column reshape(Shape other) {
            return new Noise(seed, other);
        }

        @Override
        public Column rearranged(int[] from, Shape other) {
            return reshape(other);
        }
    }
}
