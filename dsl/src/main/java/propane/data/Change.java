package propane.data;

import propane.tensor.DType;
import propane.tensor.DataException;
import propane.tensor.Problem;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.TensorType;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.IntFunction;

/**
 * What is done to each value of a column: at once where all lie in memory, else to those of a batch
 * after they were read. Both give the same to the last bit.
 */
sealed interface Change {
    /**
     * Returns the type of a changed value.
     *
     * @param name what the column is called
     * @throws DataException if no column of the type can be changed so
     * @throws ShapeException if the shape does not fit
     */
    TensorType type(String name, TensorType type);

    /** Returns all values changed. */
    Stored of(String name, Stored column);

    /**
     * Changes the values of a batch where they lie.
     *
     * @param name what the column is called
     * @param values the values, one after the other
     * @param count how many
     * @param size the number of elements of each
     * @param places says where each comes from
     */
    void apply(String name, MemorySegment values, int count, int size, IntFunction<String> places);

    /**
     * Another shape of the same size.
     *
     * @param shape the shape
     */
    record Reshape(Shape shape) implements Change {
        @Override
        public TensorType type(String name, TensorType type) {
            Shape old = type.shape();
            if (old.size() != shape.size()) {
                throw new ShapeException(
                        Problem.ofRule(
                                        "data: reshape to "
                                                + shape
                                                + " needs "
                                                + shape.size()
                                                + " elements; an example of "
                                                + name
                                                + " has shape "
                                                + old
                                                + ", which is "
                                                + old.size())
                                .operand(name, type)
                                .fix("choose lengths whose product is " + old.size()));
            }
            return type.with(shape);
        }

        @Override
        public Stored of(String name, Stored column) {
            return column.reshape(shape);
        }

        @Override
        public void apply(
                String name,
                MemorySegment values,
                int count,
                int size,
                IntFunction<String> places) {
            // Row-major elements stay where they are.
        }
    }

    /**
     * Another order of elements.
     *
     * @param from for each element, which one it was
     * @param shape the shape then
     */
    record Rearrangement(int[] from, Shape shape) implements Change {
        @Override
        public TensorType type(String name, TensorType type) {
            return type.with(shape);
        }

        @Override
        public Stored of(String name, Stored column) {
            return column.rearranged(from, shape);
        }

        @Override
        public void apply(
                String name,
                MemorySegment values,
                int count,
                int size,
                IntFunction<String> places) {
            int[] before = new int[size];
            for (int i = 0; i < count; i++) {
                long start = (long) i * size * Integer.BYTES;
                MemorySegment.copy(values, ValueLayout.JAVA_INT, start, before, 0, size);
                for (int j = 0; j < size; j++) {
                    long at = start + (long) j * Integer.BYTES;
                    values.set(ValueLayout.JAVA_INT, at, before[from[j]]);
                }
            }
        }
    }

    /**
     * Every element multiplied.
     *
     * @param factor by what
     */
    record Scale(double factor) implements Change {
        @Override
        public TensorType type(String name, TensorType type) {
            if (type.dtype() != DType.FLOAT32) {
                throw new DataException("data: scale needs stored float32, not " + type);
            }
            if (!Double.isFinite(factor)) {
                throw new DataException("data: scale(" + factor + ") is by no finite number");
            }
            return type;
        }

        @Override
        public Stored of(String name, Stored column) {
            return column.scale(factor);
        }

        @Override
        public void apply(
                String name,
                MemorySegment values,
                int count,
                int size,
                IntFunction<String> places) {
            for (int i = 0; i < count * size; i++) {
                float value = values.getAtIndex(ValueLayout.JAVA_FLOAT, i);
                float scaled = (float) (value * factor);
                if (!Float.isFinite(scaled)) {
                    throw Columns.notScaled(places.apply(i / size), factor, value);
                }
                values.setAtIndex(ValueLayout.JAVA_FLOAT, i, scaled);
            }
        }
    }

    /** Whole numbers as fractions. */
    record Fractions() implements Change {
        @Override
        public TensorType type(String name, TensorType type) {
            return type.with(DType.FLOAT32);
        }

        @Override
        public Stored of(String name, Stored column) {
            return column instanceof Stored.Ints ints ? Columns.floats(name, ints) : column;
        }

        @Override
        public void apply(
                String name,
                MemorySegment values,
                int count,
                int size,
                IntFunction<String> places) {
            for (int i = 0; i < count * size; i++) {
                int value = values.getAtIndex(ValueLayout.JAVA_INT, i);
                float fraction = value;
                if (Math.abs(fraction) > Columns.MOST_WHOLE) {
                    throw Columns.notWhole(places.apply(i / size), name, value);
                }
                values.setAtIndex(ValueLayout.JAVA_FLOAT, i, fraction);
            }
        }
    }
}
