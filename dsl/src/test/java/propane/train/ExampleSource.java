package propane.train;

import static org.assertj.core.api.Assertions.assertThat;

import jdk.jshell.JShell;
import jdk.jshell.SnippetEvent;

import propane.docs.ImportedWords;
import propane.tensor.Tensor;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

import javax.tools.ToolProvider;

/**
 * An example, run in this process with one change: where it exports its training, the trainer is
 * handed over. It trains for one epoch and leaves its other files in a folder.
 *
 * @param file the example
 * @param folder where it leaves files
 */
record ExampleSource(Path file, Path folder) {
    static final Path EXAMPLES = Path.of("..", "examples");

    private static final String HOOK = "propane.example";

    /** Returns all examples. */
    static List<String> names() {
        try (Stream<Path> files = Files.list(EXAMPLES)) {
            return files.map(path -> path.getFileName().toString())
                    .filter(name -> name.endsWith(".java") || name.endsWith(".jsh"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Runs the example with arguments. */
    void run(Consumer<Trainer> exported, String... arguments) throws Exception {
        System.getProperties().put(HOOK, exported);
        try {
            if (file.toString().endsWith(".jsh")) {
                script();
            } else {
                program(arguments);
            }
        } finally {
            System.getProperties().remove(HOOK);
        }
    }

    private String text() throws IOException {
        String text = Files.readString(file);
        String changed =
                text.replaceAll(
                        "trainer\\.exportTraining\\(Path\\.of\\(\"\\w+\\.mlpackage\"\\)\\)",
                        "((java.util.function.Consumer<Object>) System.getProperties().get(\""
                                + HOOK
                                + "\")).accept(trainer)");
        assertThat(changed).as(file + " exports its training").isNotEqualTo(text);
        return changed.replaceAll("(?<=[ (])epochs\\(\\w+\\)", "epochs(1)")
                .replaceAll(
                        "Path\\.of\\(\"(\\w+\\.(?:png|mlpackage))\"\\)",
                        "Path.of(\"" + folder + "/$1\")");
    }

    private static List<String> options() {
        return Tensor.class.getModule().isNamed()
                ? List.of(
                        "--module-path",
                        System.getProperty("jdk.module.path"),
                        "--add-modules",
                        "propane")
                : List.of("-classpath", System.getProperty("java.class.path"));
    }

    private void program(String... arguments) throws Exception {
        Path source = folder.resolve(file.getFileName());
        Files.writeString(source, text());
        String[] given =
                Stream.concat(
                                options().stream(),
                                Stream.of("-nowarn", "-d", folder.toString(), source.toString()))
                        .toArray(String[]::new);
        int code = ToolProvider.getSystemJavaCompiler().run(null, null, null, given);
        assertThat(code).as(file.toString()).isZero();
        URL[] urls = {folder.toUri().toURL()};
        try (var loader = new URLClassLoader(urls, Tensor.class.getClassLoader())) {
            String name = file.getFileName().toString().replace(".java", "");
            Class<?> type = loader.loadClass(name);
            var constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            Method main = type.getDeclaredMethod("main", String[].class);
            main.setAccessible(true);
            main.invoke(constructor.newInstance(), (Object) arguments);
        }
    }

    private void script() throws IOException {
        try (JShell shell =
                JShell.builder()
                        .executionEngine("local")
                        .compilerOptions(options().toArray(String[]::new))
                        .build()) {
            evaluate(shell, "import module java.base;");
            evaluate(shell, "import module propane;");
            ImportedWords.CLASSES.forEach(
                    word -> evaluate(shell, "import static propane." + word + ".*;"));
            // Statements need no semicolon: a line that begins with a dot goes on with the last.
            String rest = "";
            for (String line : text().replaceAll("\\n\\s*\\.", ".").split("\n")) {
                rest += line + "\n";
                var part = shell.sourceCodeAnalysis().analyzeCompletion(rest);
                if (part.completeness().isComplete()) {
                    evaluate(shell, part.source());
                    rest = part.remaining();
                }
            }
            assertThat(rest).isBlank();
        }
    }

    private static void evaluate(JShell shell, String source) {
        for (SnippetEvent event : shell.eval(source)) {
            if (event.exception() != null) {
                throw new AssertionError(source, event.exception());
            }
            assertThat(shell.diagnostics(event.snippet()).map(d -> d.getMessage(null)).toList())
                    .as(source + Arrays.toString(new Object[] {event.status()}))
                    .noneMatch(text -> !text.contains("unchecked"));
        }
    }
}
