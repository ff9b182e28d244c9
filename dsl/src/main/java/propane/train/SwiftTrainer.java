package propane.train;

import propane.tensor.PropaneException;
import propane.writing.AtomicFile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** The Swift file beside a training package, which trains it in an app. */
final class SwiftTrainer {
    /** The parts of the file, one after the other; each a resource. */
    private static final List<String> PARTS =
            List.of(
                    "Trainer",
                    "Fit",
                    "Predict",
                    "Tensor",
                    "Package",
                    "Calls",
                    "Ladder",
                    "Schedules",
                    "Random",
                    "StateFile",
                    "Deployed");

    private static final String ENDING = "Training";

    private SwiftTrainer() {}

    /** Returns where the Swift file of a package lies. */
    static Path of(Path mlpackage) {
        return mlpackage.toAbsolutePath().resolveSibling(typeName(mlpackage) + ".swift");
    }

    /** Xcode makes a class of the package's own name; this one is called otherwise. */
    private static String typeName(Path mlpackage) {
        String name =
                mlpackage
                        .getFileName()
                        .toString()
                        .replaceFirst("\\.mlpackage$", "")
                        .replaceAll("[^A-Za-z0-9_]", "_");
        String bare =
                name.endsWith(ENDING) ? name.substring(0, name.length() - ENDING.length()) : name;
        String plain = Character.isDigit((bare + "_").charAt(0)) ? "_" + bare : bare;
        return plain + "Trainer";
    }

    /**
     * Writes the file.
     *
     * @throws PropaneException if it cannot be written
     */
    static void write(Path mlpackage) {
        var text = new StringBuilder();
        PARTS.forEach(part -> text.append(part(part)));
        Path file = of(mlpackage);
        AtomicFile.write(
                file,
                text.toString()
                        .replace("PACKAGE", mlpackage.getFileName().toString())
                        .replace("NAME", typeName(mlpackage)));
    }

    private static String part(String name) {
        try (var in = SwiftTrainer.class.getResourceAsStream("swift/" + name + ".swift")) {
            if (in == null) {
                throw new AssertionError("the part " + name + " of the Swift file is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
