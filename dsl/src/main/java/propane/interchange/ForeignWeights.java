package propane.interchange;

import propane.reading.Border;
import propane.safetensors.Safetensors;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.Problem;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Files of weights that other programs write, told apart by what they hold, not by their names. */
public final class ForeignWeights {
    private static final List<String> IN_FOLDERS =
            List.of(
                    "model.safetensors",
                    "model.safetensors" + ShardedFile.ENDING,
                    "pytorch_model.bin",
                    "pytorch_model.bin" + ShardedFile.ENDING);

    private ForeignWeights() {}

    /** Returns whether a path is one that is read here; all others are taken for safetensors. */
    public static boolean isOne(Path path) {
        return Files.isDirectory(path)
                || path.toString().endsWith(ShardedFile.ENDING)
                || Files.isRegularFile(path) && isMarked(first(path));
    }

    /** A header of safetensors, too, may have a length whose bytes are those of a mark. */
    private static boolean isMarked(byte[] first) {
        boolean isSafetensors = first.length > 8 && first[8] == '{';
        return !isSafetensors
                && (ZippedFile.isOne(first) || NpyHeader.isOne(first) || isPickle(first));
    }

    private static boolean isPickle(byte[] first) {
        return first.length > 1 && first[0] == (byte) 0x80 && first[1] >= 2 && first[1] <= 5;
    }

    /**
     * Reads a file of PyTorch or NumPy, an index of shards and all of them, or the one of these or
     * of safetensors in a folder that has the name Hugging Face's libraries give it.
     *
     * @param entry for PyTorch: the path of the dictionary inside others; empty for the only one
     * @throws FormatException if it cannot be read or is none of these; names the file and the
     *     reason
     */
    public static Map<String, NDArray> read(Path path, String entry) {
        return Border.read(
                path.toString(),
                () -> {
                    try {
                        return opened(path, entry);
                    } catch (NoSuchFileException e) {
                        throw new FormatException(path + ": there is no such file", e);
                    } catch (IOException e) {
                        throw new FormatException(path + ": cannot be read: " + e.getMessage(), e);
                    }
                });
    }

    private static Map<String, NDArray> opened(Path path, String entry) throws IOException {
        Border.requireNoPipe(path);
        if (Files.isDirectory(path)) {
            return opened(inFolder(path), entry);
        }
        if (path.toString().endsWith(ShardedFile.ENDING)) {
            requireNone(entry, path);
            return ShardedFile.read(path);
        }
        byte[] first = first(path);
        if (!isMarked(first)) {
            requireNone(entry, path);
            return Safetensors.read(path).arrays();
        }
        if (ZippedFile.isOne(first)) {
            return zipped(path, entry);
        }
        if (NpyHeader.isOne(first)) {
            throw new FormatException(
                    Problem.ofFile(path, "is one array without a name")
                            .fix("give it one in Python, numpy.savez(path, name=array)"));
        }
        throw new FormatException(
                Problem.ofFile(path, "is a pickle by itself, as PyTorch wrote before 1.6")
                        .fix("write it anew in Python, torch.save(torch.load(path), path)"));
    }

    private static Map<String, NDArray> zipped(Path path, String entry) throws IOException {
        try (ZippedFile zip = ZippedFile.open(path)) {
            if (TorchFile.isOne(zip)) {
                return TorchFile.read(path, zip, entry);
            }
            if (NumpyFile.isOne(zip)) {
                requireNone(entry, path);
                return NumpyFile.read(path, zip);
            }
            throw new FormatException(
                    path + ": is a zip with neither PyTorch's nor NumPy's arrays in it");
        }
    }

    private static void requireNone(String entry, Path path) {
        if (!entry.isEmpty()) {
            throw new FormatException(path, "is no file of PyTorch, which alone has entries");
        }
    }

    private static Path inFolder(Path folder) {
        List<Path> found =
                IN_FOLDERS.stream().map(folder::resolve).filter(Files::isRegularFile).toList();
        if (found.isEmpty()) {
            throw new FormatException(folder + ": is a folder without any of " + IN_FOLDERS);
        }
        return found.getFirst();
    }

    private static byte[] first(Path path) {
        try (InputStream in = Files.newInputStream(path)) {
            return in.readNBytes(9);
        } catch (IOException e) {
            throw new FormatException(path + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
