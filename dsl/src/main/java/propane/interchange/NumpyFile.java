package propane.interchange;

import propane.tensor.FormatException;
import propane.tensor.NDArray;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** A file of {@code numpy.savez} or {@code numpy.savez_compressed}: a zip of arrays. */
final class NumpyFile {
    private static final String ENDING = ".npy";

    private NumpyFile() {}

    /** Returns whether a zip holds arrays of NumPy and nothing else. */
    static boolean isOne(ZippedFile zip) {
        return !zip.names().isEmpty()
                && zip.names().stream().allMatch(name -> name.endsWith(ENDING));
    }

    static Map<String, NDArray> read(Path path, ZippedFile zip) throws IOException {
        var arrays = new LinkedHashMap<String, NDArray>();
        for (String part : zip.names()) {
            String name = part.substring(0, part.length() - ENDING.length());
            arrays.put(name, array(zip.bytes(part), path + ": array " + name));
        }
        return arrays;
    }

    /** Reads one array in NumPy's format. */
    static NDArray array(byte[] bytes, String where) throws IOException {
        NpyHeader header = NpyHeader.read(bytes, where);
        long wanted = (long) header.shape().size() * header.type().bytes();
        if (bytes.length - header.begin() != wanted) {
            throw new FormatException(
                    where
                            + ": has "
                            + (bytes.length - header.begin())
                            + " bytes of elements; "
                            + header.type()
                            + " of shape "
                            + header.shape()
                            + " takes "
                            + wanted);
        }
        ByteBuffer elements =
                ByteBuffer.wrap(bytes, header.begin(), (int) wanted).slice().order(header.order());
        return Strided.read(header.type(), elements, 0, header.shape(), header.strides(), where);
    }
}
