package propane.docs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import propane.nn.layer.Layers;
import propane.nn.loss.Losses;
import propane.nn.optimizer.Optimizers;
import propane.tensor.Tensor;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * Every program in a comment of ours compiles and runs, with the imports that scripts have, and
 * each layer, loss and optimizer has one. They read the digits that lie beside the examples.
 */
final class JavadocProgramsTest {
    private static final Path SOURCES = Path.of("src/main/java");
    private static final Pattern SNIPPET =
            Pattern.compile(
                    "\\{@snippet :\\n(.*?)\\n \\*\\s*}\\n \\*(?:\\n|/| *$)", Pattern.DOTALL);

    private static final List<String> PACKAGES =
            List.of(
                    "data",
                    "engine",
                    "nn",
                    "nn.layer",
                    "nn.loss",
                    "nn.metric",
                    "nn.optimizer",
                    "nn.schedule",
                    "tensor",
                    "train",
                    "train.option",
                    "train.result",
                    "train.step");

    @TempDir private static Path folder;

    private static List<Program> programs;

    @BeforeAll
    static void runAsAnExample() throws IOException {
        programs = read();
        System.setProperty("propane.script.dir", "../examples");
    }

    @AfterAll
    static void runAsATest() {
        System.clearProperty("propane.script.dir");
    }

    /** A program and where it stands. */
    private record Program(String place, String name, String body) {
        String source() {
            String imports =
                    Stream.concat(
                                    PACKAGES.stream().map(each -> "import propane." + each + ".*;"),
                                    ImportedWords.CLASSES.stream()
                                            .map(each -> "import static propane." + each + ".*;"))
                            .collect(Collectors.joining("\n"));
            return "import java.util.*;\nimport java.nio.file.*;\n"
                    + imports
                    + "\npublic class "
                    + name
                    + " {\n    public static void run() throws Exception {\n"
                    + body
                    + "\n    }\n}\n";
        }
    }

    private static List<Program> read() throws IOException {
        var found = new ArrayList<Program>();
        try (Stream<Path> files = Files.walk(SOURCES)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).sorted().toList()) {
                String text = Files.readString(file).replaceAll("(?m)^ +\\*", " *");
                int expected = text.split("\\{@snippet", -1).length - 1;
                var matcher = SNIPPET.matcher(text);
                int before = found.size();
                while (matcher.find()) {
                    long line = text.substring(0, matcher.start()).lines().count();
                    String body = matcher.group(1).replaceAll("(?m)^ \\* ?", "");
                    String place = SOURCES.relativize(file) + ":" + line;
                    found.add(new Program(place, "Program" + found.size(), body));
                }
                assertThat(found.size() - before).as(file + ": programs read").isEqualTo(expected);
            }
        }
        return found;
    }

    @TestFactory
    List<DynamicTest> programsInCommentsRun() {
        assertThat(programs).hasSizeGreaterThanOrEqualTo(5);
        assertThat(errors(programs)).isEmpty();
        var tests = new ArrayList<DynamicTest>();
        for (Program program : programs) {
            tests.add(DynamicTest.dynamicTest(program.place(), () -> run(program)));
        }
        return tests;
    }

    static Stream<Method> factories() {
        return Stream.of(Layers.class, Losses.class, Optimizers.class)
                .flatMap(each -> Arrays.stream(each.getMethods()))
                .filter(method -> Modifier.isStatic(method.getModifiers()))
                .sorted(Comparator.comparing(Method::toString));
    }

    @ParameterizedTest
    @MethodSource("factories")
    void eachLayerLossAndOptimizerHasAProgram(Method factory) {
        // One program shows a family: windows over one, two or three axes.
        String family = factory.getName().replaceAll("[123]d$", "");
        var call = Pattern.compile("\\b" + family + "([123]d)?\\(");
        var files =
                Stream.of(factory.getDeclaringClass(), factory.getReturnType())
                        .map(each -> each.getName().replace('.', '/') + ".java:")
                        .toList();
        assertThat(programs)
                .as("a program in a comment of " + files + " that uses " + factory.getName())
                .anyMatch(program ->
                        files.stream().anyMatch(program.place()::startsWith)
                                && call.matcher(program.body()).find());
    }

    private static void run(Program program) throws Exception {
        URL[] urls = {folder.toUri().toURL()};
        try (var loader = new URLClassLoader(urls, Tensor.class.getClassLoader())) {
            loader.loadClass(program.name()).getMethod("run").invoke(null);
        }
    }

    private static List<String> errors(List<Program> programs) {
        var found = new DiagnosticCollector<JavaFileObject>();
        var options = new ArrayList<>(List.of("-proc:none", "-d", folder.toString()));
        if (Tensor.class.getModule().isNamed()) {
            options.addAll(List.of("--module-path", System.getProperty("jdk.module.path")));
            options.addAll(List.of("--add-modules", "propane"));
        } else {
            options.addAll(List.of("-classpath", System.getProperty("java.class.path")));
        }
        var sources = programs.stream().map(JavadocProgramsTest::file).toList();
        ToolProvider.getSystemJavaCompiler()
                .getTask(null, null, found, options, null, sources)
                .call();
        return found.getDiagnostics().stream()
                .filter(each -> each.getKind() == javax.tools.Diagnostic.Kind.ERROR)
                .map(each -> place(each.getSource(), programs) + ": " + each.getMessage(null))
                .toList();
    }

    private static String place(JavaFileObject file, List<Program> programs) {
        return programs.stream()
                .filter(program ->
                        file != null && file.getName().endsWith(program.name() + ".java"))
                .map(Program::place)
                .findFirst()
                .orElse("");
    }

    private static JavaFileObject file(Program program) {
        URI uri = URI.create("string:///" + program.name() + ".java");
        return new SimpleJavaFileObject(uri, JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return program.source();
            }
        };
    }
}
