package propane.coreml.format;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Files that lie where a model should, known by how they begin. */
final class OtherFile {
    /** As many bytes tell all kinds apart. */
    static final int LONGEST_MARK = 64;

    private static final String POINTER = "version https://git-lfs.github.com/spec/";

    private OtherFile() {}

    /** Returns in words what a file is that begins with some bytes; empty if it may be a model. */
    static String text(byte[] first) {
        if (first.length == 0) {
            return "is empty";
        }
        if (begins(first, POINTER.getBytes(StandardCharsets.US_ASCII))) {
            return "is a pointer of Git LFS, not the file itself; git lfs pull fetches it";
        }
        if (begins(first, new byte[] {'P', 'K', 3, 4})) {
            return "is packed (zip); unpack it first";
        }
        if (begins(first, new byte[] {0x1F, (byte) 0x8B})) {
            return "is packed (gzip); unpack it first";
        }
        return "";
    }

    private static boolean begins(byte[] first, byte[] mark) {
        return Arrays.equals(Arrays.copyOf(first, mark.length), mark);
    }
}
