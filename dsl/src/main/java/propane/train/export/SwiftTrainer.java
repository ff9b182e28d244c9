package propane.train.export;

import propane.tensor.Problem;
import propane.tensor.PropaneException;
import propane.writing.AtomicFile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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
    private static final String AUTHOR = "Written by Propane";
    private static final int LONGEST_HEAD = 1_024;
    private static final Pattern MARK = Pattern.compile("PACKAGE|NAME");

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
     * Requires that the file may be written: nothing stands in its place but one of this kind.
     *
     * @throws PropaneException if something else does
     */
    static void requirePlace(Path mlpackage) {
        Path file = of(mlpackage);
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !isOurs(file)) {
            throw new PropaneException(
                    Problem.ofRule(
                                    file
                                            + ": what stands there was not written by Propane and"
                                            + " is not replaced; nothing was written")
                            .fix("make room there, or give the package another name"));
        }
    }

    private static boolean isOurs(Path file) {
        if (!Files.isRegularFile(file)) {
            return false;
        }
        try (var in = Files.newInputStream(file)) {
            return new String(in.readNBytes(LONGEST_HEAD), StandardCharsets.UTF_8).contains(AUTHOR);
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Writes the file.
     *
     * @throws PropaneException if it cannot be written
     */
    static void write(Path mlpackage) {
        var text = new StringBuilder();
        PARTS.forEach(part -> text.append(part(part)));
        String name = mlpackage.getFileName().toString().replaceAll("\\p{Cntrl}", "_");
        // Both at once: the name of the package may hold the other's mark.
        String swift =
                MARK.matcher(text)
                        .replaceAll(mark ->
                                Matcher.quoteReplacement(
                                        mark.group().equals("NAME") ? typeName(mlpackage) : name));
        AtomicFile.write(of(mlpackage), swift);
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
