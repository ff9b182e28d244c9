package propane.rooms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.tensor.Tensor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.AccessFlag;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** What {@code import module propane} brings to a program. */
final class ExportedNamesTest {
    /** The rooms a user may enter; all others stay inside the module. */
    private static final Set<String> OPEN =
            Set.of(
                    "tensor",
                    "nn",
                    "nn.layer",
                    "nn.loss",
                    "nn.metric",
                    "nn.optimizer",
                    "nn.schedule",
                    "data",
                    "train",
                    "train.option",
                    "train.result",
                    "train.step",
                    "engine",
                    "coreml",
                    "coreml.report",
                    "checkpoint");

    /** The rooms for whoever writes an engine, an exporter, an importer or a data source. */
    private static final Set<String> SPI =
            Set.of("spi", "spi.autodiff", "spi.cpu", "spi.op", "spi.pass");

    /**
     * So many types are the users'; what comes beside the training itself is a module of its own.
     */
    private static final int MOST = 110;

    private static final Path PUBLIC_TYPES = Path.of("src/test/resources/public-types.txt");

    private final Module module = Tensor.class.getModule();

    @Test
    void exactlyTheUsersRoomsAreExported() throws IOException {
        assumeTrue(module.isNamed(), "runs as a module, under Maven");
        Set<String> expected = new TreeSet<>();
        for (String room : all()) {
            if (!names(room).isEmpty()) {
                expected.add("propane." + room);
            }
        }
        assertThat(exported()).isEqualTo(expected);
    }

    @Test
    void noExportedNameIsAmbiguousInACompactSourceFile(@TempDir Path folder) throws IOException {
        assumeTrue(module.isNamed(), "runs as a module, under Maven");
        List<String> names = new ArrayList<>();
        for (String room : all()) {
            names.addAll(names(room));
        }
        assertThat(names).contains("Tensor", "Shape").doesNotHaveDuplicates();
        String program =
                names.stream()
                        .map(name -> name + ".class")
                        .collect(
                                Collectors.joining(
                                        ", ",
                                        "import module propane;\nvoid main() { Class<?>[] all = {",
                                        "}; }\n"));
        assertThat(errors(program, folder)).isEmpty();
    }

    /** A public type is one more that users see: none is added unseen. */
    @Test
    void thePublicTypesAreThoseThatWereApproved() throws IOException {
        var text = new StringBuilder();
        int users = list(OPEN, text);
        text.append("for users " + users + "\n\n");
        int others = list(SPI, text);
        text.append("for engines, exporters, importers and sources " + others + "\n");
        if (Boolean.getBoolean("propane.update")) {
            Files.writeString(PUBLIC_TYPES, text);
        }
        assertThat(users).as("public types for users").isLessThanOrEqualTo(MOST);
        System.out.println(users + " public types for users, " + others + " below propane.spi");
        assertThat(PUBLIC_TYPES)
                .as("the public types changed; if they should, run with -Dpropane.update=true")
                .content()
                .isEqualTo(text.toString());
    }

    private static int list(Set<String> rooms, StringBuilder text) throws IOException {
        int all = 0;
        for (String room : new TreeSet<>(rooms)) {
            List<String> names = names(room).stream().sorted().toList();
            all += names.size();
            text.append(room + " " + names.size() + ": " + String.join(" ", names) + "\n");
        }
        return all;
    }

    private static Set<String> all() {
        Set<String> all = new TreeSet<>(OPEN);
        all.addAll(SPI);
        return all;
    }

    private Set<String> exported() {
        return module.getDescriptor().exports().stream()
                .filter(export -> !export.isQualified())
                .map(ModuleDescriptor.Exports::source)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Returns the public top-level types of a room. */
    private static List<String> names(String room) throws IOException {
        Path folder =
                CompiledClasses.of(Tensor.class).resolve("propane").resolve(room.replace('.', '/'));
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".class"))
                    .filter(file -> !file.getFileName().toString().contains("$"))
                    .filter(ExportedNamesTest::isPublic)
                    .map(file -> file.getFileName().toString().replace(".class", ""))
                    .toList();
        }
    }

    private static boolean isPublic(Path file) {
        try {
            return ClassFile.of().parse(file).flags().has(AccessFlag.PUBLIC);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> errors(String program, Path folder) {
        var source =
                new SimpleJavaFileObject(
                        URI.create("string:///Names.java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return program;
                    }
                };
        var found = new DiagnosticCollector<JavaFileObject>();
        ToolProvider.getSystemJavaCompiler()
                .getTask(
                        null,
                        null,
                        found,
                        List.of(
                                "--module-path",
                                System.getProperty("jdk.module.path"),
                                "--add-modules",
                                "propane",
                                "-proc:none",
                                "-d",
                                folder.toString()),
                        null,
                        List.of(source))
                .call();
        return found.getDiagnostics().stream()
                .filter(each -> each.getKind() == Diagnostic.Kind.ERROR)
                .map(each -> each.getMessage(null))
                .toList();
    }
}
