package propane.coreml.format;

import com.google.protobuf.InvalidProtocolBufferException;

import propane.coreml.proto.Model;
import propane.reading.Border;
import propane.tensor.FormatException;
import propane.writing.AtomicFolder;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * A package on the disk: a folder with {@code Manifest.json} and, under {@code Data}, the model's
 * file and perhaps a folder of weights. A model's file by itself is one too, without weights.
 *
 * @param path the package
 * @param model the model's file in it
 * @param data the folder that nothing in the package may point out of
 */
public record MlPackage(Path path, Path model, Path data) {
    /** The table of contents. */
    public static final String MANIFEST = "Manifest.json";

    /** The folder of contents. */
    public static final String DATA = "Data";

    private static final long LONGEST_MANIFEST = 1 << 20;
    private static final long LARGEST_MODEL = 256L << 20;

    /** How a program names the folder that its model's file lies in. */
    private static final String MODEL_PATH = "@model_path/";

    /**
     * Opens a package and checks its manifest.
     *
     * @throws FormatException if it is not there, or an entry is missing or broken
     */
    public static MlPackage open(Path path) {
        if (Files.isRegularFile(path)) {
            return new MlPackage(path, path, path);
        }
        if (!Files.isDirectory(path)) {
            throw new FormatException(path, "there is no such package" + former(path));
        }
        Path file = path.resolve(MANIFEST);
        if (!Files.isRegularFile(file)) {
            boolean isCompiled = path.toString().endsWith(".mlmodelc");
            throw new FormatException(
                    path,
                    isCompiled
                            ? "is compiled for a device, and its model cannot be read back; the"
                                    + " .mlpackage or .mlmodel that it was made of is needed"
                            : "lacks " + MANIFEST + ": no package, or cut short");
        }
        Manifest manifest = Manifest.parse(text(file), file.toString());
        Path data = path.resolve(DATA);
        for (Manifest.Item item : manifest.items()) {
            Path place = within(data, data, item.path(), file + ": item " + item.identifier());
            if (!Files.exists(place)) {
                throw new FormatException(
                        file, "field path of item " + item.identifier() + ": no " + place);
            }
        }
        return new MlPackage(path, data.resolve(manifest.model().path()), data);
    }

    /**
     * Opens a package and reads something of it.
     *
     * @throws FormatException if it is not there or broken, whatever the reader stumbles over
     */
    public static <T> T reading(Path path, Function<MlPackage, T> read) {
        return Border.read(path.toString(), () -> read.apply(open(path)));
    }

    private static String former(Path path) {
        Path before = AtomicFolder.former(path.toAbsolutePath());
        return Files.isDirectory(before)
                ? "; writing it was broken off, the former one is whole at " + before
                : "";
    }

    private static String text(Path file) {
        try {
            if (Files.size(file) > LONGEST_MANIFEST) {
                throw new FormatException(
                        file, "has " + Files.size(file) + " bytes; a manifest has at most 2^20");
            }
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new FormatException(file, "is not UTF-8 text", e);
        } catch (IOException e) {
            throw new FormatException(file, "cannot be read: " + e.getMessage(), e);
        }
    }

    /** Returns a place in a folder, which must not lie outside another one. */
    private static Path within(Path data, Path folder, String relative, String where) {
        try {
            Path place = folder.resolve(relative).normalize();
            if (place.startsWith(data.normalize()) && !place.equals(data.normalize())) {
                return place;
            }
        } catch (InvalidPathException _) {
            // No path at all: the same fault as one that leads elsewhere.
        }
        throw new FormatException(where, "the path " + relative + " leads out of the package");
    }

    /**
     * Reads the model's file.
     *
     * @throws FormatException if it is cut short, too large or no model
     */
    public Model read() {
        Border.requireNoPipe(model);
        try (var in = Files.newInputStream(model)) {
            long bytes = Files.size(model);
            if (bytes > LARGEST_MODEL) {
                throw new FormatException(
                        model, "has " + bytes + " bytes; at most " + LARGEST_MODEL + " are read");
            }
            byte[] all = in.readNBytes((int) bytes);
            String other = OtherFile.text(all);
            if (!other.isEmpty()) {
                throw new FormatException(model + ": " + other);
            }
            return Model.parseFrom(all);
        } catch (InvalidProtocolBufferException e) {
            throw new FormatException(
                    model, "is no Core ML model, or cut short: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new FormatException(model, "cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Opens the file of weights that a program names.
     *
     * @param fileName its name there, for example {@code @model_path/weights/weight.bin}
     * @throws FormatException if there is none, or it is broken
     */
    public WeightFile weights(String fileName) {
        if (model.equals(path)) {
            throw new FormatException(
                    path, "field fileName: " + fileName + " can only lie in a package");
        }
        if (!fileName.startsWith(MODEL_PATH)) {
            throw new FormatException(
                    model, "field fileName must start with " + MODEL_PATH + ", is " + fileName);
        }
        String relative = fileName.substring(MODEL_PATH.length());
        Path place = within(data, model.getParent(), relative, model + ": field fileName");
        if (!Files.isRegularFile(place)) {
            throw new FormatException(model, "field fileName: there is no file " + place);
        }
        return WeightFile.open(place);
    }
}
