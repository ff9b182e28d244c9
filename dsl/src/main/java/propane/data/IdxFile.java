package propane.data;

import propane.reading.Border;
import propane.tensor.DataException;
import propane.tensor.FormatException;
import propane.tensor.Shape;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * The numbers of an IDX file, the format of MNIST (LeCun, Cortes, Burges: "The MNIST database of
 * handwritten digits"): two zeros, the element type, the number of axes, their lengths as
 * big-endian int32, the elements. Packed by gzip or not.
 *
 * @param file where it was read
 * @param dims the lengths of the axes
 * @param bytes the elements, from 0 to 255 each
 */
record IdxFile(Path file, List<Integer> dims, byte[] bytes) {
    private static final int UNSIGNED_BYTES = 8;
    private static final int MOST_AXES = 8;
    private static final int CHUNK = 1 << 16;

    /** Packed images are two to ten times smaller; deflate makes zeros a thousand times smaller. */
    private static final int MOST_UNPACKED_OF_A_BYTE = 100;

    private static final int FREELY_UNPACKED = 1 << 20;

    /**
     * Reads a file.
     *
     * @throws FormatException if it is none, is cut short or is longer than it says
     */
    static IdxFile read(Path file) {
        return Border.read(file.toString(), () -> opened(file));
    }

    private static IdxFile opened(Path file) {
        Border.requireNoPipe(file);
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(file), CHUNK)) {
            boolean isPacked = isPacked(raw);
            long most = isPacked ? unpackedBytes(file) : Files.size(file);
            try (var in = new DataInputStream(isPacked ? new GZIPInputStream(raw, CHUNK) : raw)) {
                return read(file, in, most);
            }
        } catch (EOFException e) {
            throw new FormatException(file, "is cut short", e);
        } catch (IOException e) {
            throw new FormatException(file, "cannot be read: " + e.getMessage(), e);
        }
    }

    private static boolean isPacked(InputStream raw) throws IOException {
        raw.mark(2);
        boolean isPacked = raw.read() == 0x1f && raw.read() == 0x8b;
        raw.reset();
        return isPacked;
    }

    private static long unpackedBytes(Path file) throws IOException {
        return Math.max(FREELY_UNPACKED, MOST_UNPACKED_OF_A_BYTE * Files.size(file));
    }

    private static IdxFile read(Path file, DataInputStream in, long most) throws IOException {
        if (in.readUnsignedShort() != 0) {
            throw new FormatException(file, "is no IDX file: it does not begin with two zeros");
        }
        int type = in.readUnsignedByte();
        if (type != UNSIGNED_BYTES) {
            throw new FormatException(
                    file, "holds elements of type " + type + "; only unsigned bytes, 8, are read");
        }
        int rank = in.readUnsignedByte();
        if (rank < 1 || rank > MOST_AXES) {
            throw new FormatException(file, "has " + rank + " axes; 1 to 8 are read");
        }
        var dims = new ArrayList<Integer>();
        long size = 1;
        for (int i = 0; i < rank; i++) {
            int dim = in.readInt();
            if (dim < 1 || size * dim > Integer.MAX_VALUE - 8) {
                throw new FormatException(
                        file, "the length of axis " + i + " is " + Integer.toUnsignedLong(dim));
            }
            dims.add(dim);
            size *= dim;
        }
        // No memory is taken for what the file cannot hold.
        if (size > most) {
            throw new FormatException(
                    file,
                    "is cut short, or no such file: its "
                            + Files.size(file)
                            + " bytes cannot be the "
                            + size
                            + " elements of "
                            + dims);
        }
        byte[] bytes = new byte[(int) size];
        int read = in.readNBytes(bytes, 0, bytes.length);
        if (read < size) {
            throw new FormatException(
                    file, "is cut short: " + read + " of " + size + " elements of " + dims);
        }
        if (in.read() >= 0) {
            throw new FormatException(file, "goes on after the " + size + " elements of " + dims);
        }
        return new IdxFile(file, List.copyOf(dims), bytes);
    }

    /**
     * Reads images and their class numbers.
     *
     * @throws DataException if there are not as many of one as of the other
     */
    static ArraySource source(Path images, Path labels) {
        var pixels = read(images);
        var classes = read(labels);
        if (classes.classes().length != pixels.size()) {
            throw new DataException(
                    classes.file
                            + ": has "
                            + classes.size()
                            + " labels for the "
                            + pixels.size()
                            + " examples of "
                            + pixels.file);
        }
        var input = new Stored.Bytes(pixels.bytes, new Shape(pixels.dims).tail());
        var target = new Stored.Ints(classes.classes(), Shape.shape());
        return ArraySource.of(
                input, target, pixels.size(), row -> pixels.file + ": example " + row);
    }

    /** Returns how many examples there are: the length of the first axis. */
    int size() {
        return dims.getFirst();
    }

    /**
     * Returns the elements as class numbers.
     *
     * @throws DataException if there is not one number an example
     */
    int[] classes() {
        if (dims.size() != 1) {
            throw new DataException(file + ": labels have one axis; there are " + dims);
        }
        int[] classes = new int[bytes.length];
        for (int i = 0; i < classes.length; i++) {
            classes[i] = Byte.toUnsignedInt(bytes[i]);
        }
        return classes;
    }
}
