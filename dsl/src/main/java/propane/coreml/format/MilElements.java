package propane.coreml.format;

import propane.tensor.NDArray;
import propane.tensor.TensorType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The elements of arrays as bytes: little-endian, row-major, in pieces of at most 64 KiB, so that
 * only the array itself takes memory.
 */
public final class MilElements {
    private static final int PIECE = 1 << 16;

    private MilElements() {}

    /** Where bytes go. */
    @FunctionalInterface
    public interface Sink {
        /** Takes the first bytes of an array that is used again afterwards. */
        void take(byte[] bytes, int count) throws IOException;
    }

    /** Where bytes come from. */
    @FunctionalInterface
    public interface Supply {
        /** Fills an array from an index on with some bytes, or fails. */
        void fill(byte[] bytes, int from, int count) throws IOException;
    }

    /** Moves one element between a buffer and an array. */
    @FunctionalInterface
    private interface Move {
        void at(ByteBuffer buffer, int index);
    }

    /** Hands out the elements of an array, truth values as one byte each. */
    public static void write(NDArray array, Sink sink) throws IOException {
        Move move =
                switch (array.dtype()) {
                    case FLOAT32 -> {
                        float[] all = array.floats();
                        yield (buffer, i) -> buffer.putFloat(all[i]);
                    }
                    case FLOAT16 -> {
                        short[] all = array.halfBits();
                        yield (buffer, i) -> buffer.putShort(all[i]);
                    }
                    case INT32 -> {
                        int[] all = array.ints();
                        yield (buffer, i) -> buffer.putInt(all[i]);
                    }
                    case BOOL -> (buffer, i) -> buffer.put((byte) array.at(i));
                };
        byte[] piece = new byte[PIECE];
        var buffer = ByteBuffer.wrap(piece).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < array.size(); i++) {
            move.at(buffer, i);
            if (!buffer.hasRemaining()) {
                sink.take(piece, PIECE);
                buffer.clear();
            }
        }
        sink.take(piece, buffer.position());
    }

    /** Makes an array of elements in the order in which they come. */
    public static NDArray read(Supply supply, TensorType type) throws IOException {
        int size = type.shape().size();
        return switch (type.dtype()) {
            case FLOAT32 -> {
                float[] all = new float[size];
                fill(supply, type, (buffer, i) -> all[i] = buffer.getFloat());
                yield NDArray.of(all, type.shape());
            }
            case FLOAT16 -> {
                short[] all = new short[size];
                fill(supply, type, (buffer, i) -> all[i] = buffer.getShort());
                yield NDArray.ofHalfBits(all, type.shape());
            }
            case INT32 -> {
                int[] all = new int[size];
                fill(supply, type, (buffer, i) -> all[i] = buffer.getInt());
                yield NDArray.of(all, type.shape());
            }
            case BOOL -> {
                boolean[] all = new boolean[size];
                fill(supply, type, (buffer, i) -> all[i] = buffer.get() != 0);
                yield NDArray.of(all, type.shape());
            }
        };
    }

    private static void fill(Supply supply, TensorType type, Move move) throws IOException {
        byte[] piece = new byte[PIECE];
        var buffer = ByteBuffer.wrap(piece).order(ByteOrder.LITTLE_ENDIAN);
        int size = type.shape().size();
        int width = type.dtype().bytes();
        buffer.limit(0);
        for (int i = 0; i < size; i++) {
            if (!buffer.hasRemaining()) {
                int count = (int) Math.min(PIECE, (long) (size - i) * width);
                supply.fill(piece, 0, count);
                buffer.position(0).limit(count);
            }
            move.at(buffer, i);
        }
    }
}
