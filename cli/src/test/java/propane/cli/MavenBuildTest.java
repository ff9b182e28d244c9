package propane.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Maven's part, by Maven itself in a copy of the bindings: on what it takes for a Mac the jar
 * brings the shim along, warnings fail the build under one release of the JDK only, and the
 * formatter runs on that JDK.
 */
@DisabledOnOs(OS.WINDOWS)
final class MavenBuildTest {
    private static final Path CHECKOUT = Path.of("..");
    private static final String LIBRARY = "META-INF/native/macos-aarch64/libPropaneShim.dylib";

    /** The linker must have made up its mind before the machine is called another one. */
    private static final String PROBE =
            """
            void main() {
                java.lang.foreign.Linker.nativeLinker();
                System.setProperty("os.name", "Mac OS X");
                System.setProperty("os.arch", "aarch64");
                System.setProperty("os.version", "15.1");
                System.out.println(propane.ffm.shim.Shim.availability());
            }
            """;

    @TempDir private Path folder;
    private LauncherTree tree;

    @BeforeEach
    void copyPoms() throws IOException {
        tree = LauncherTree.plant(folder);
        for (String pom :
                List.of(
                        "",
                        "bom",
                        "format",
                        "ffm-bindings",
                        "dsl",
                        "resolver",
                        "cli",
                        "examples")) {
            copy(Path.of(pom, "pom.xml"));
        }
        copy(Path.of(".mvn"));
    }

    private void copy(Path path) throws IOException {
        try (Stream<Path> files = Files.walk(CHECKOUT.resolve(path))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path to = tree.root().resolve(CHECKOUT.relativize(file));
                Files.createDirectories(to.getParent());
                Files.deleteIfExists(to);
                Files.copy(file, to);
            }
        }
    }

    private Run bindings(String phase, String... arguments) throws Exception {
        return maven("ffm-bindings", phase, arguments);
    }

    /** Runs Maven, which asks repositories only for plugins that no build here has fetched yet. */
    private Run maven(String module, String phase, String... arguments) throws Exception {
        Run run = maven(List.of("-o"), module, phase, arguments);
        return run.out().contains("in offline mode")
                ? maven(List.of(), module, phase, arguments)
                : run;
    }

    private Run maven(List<String> offline, String module, String phase, String... arguments)
            throws Exception {
        var command = new ArrayList<>(List.of(System.getProperty("test.maven", "mvn")));
        command.addAll(offline);
        command.addAll(List.of("-B", "-ntp", "-Dmaven.test.skip", "-pl", module));
        command.addAll(List.of("-am", phase));
        String repository = System.getProperty("test.repository", "");
        if (!repository.isEmpty()) {
            command.add("-Dmaven.repo.local=" + repository);
        }
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).directory(tree.root().toFile());
        String path = builder.environment().get("PATH");
        builder.environment().put("PATH", folder.resolve("tools") + ":" + path);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return tree.finish(builder);
    }

    @Test
    void theJarBringsTheShimAlong() throws Exception {
        copy(Path.of("ffm-bindings", "src"));
        copy(Path.of("swift-shim", "Sources", "CPropaneShim"));
        tree.actAsMac();
        // What stands for Swift compiles the fake of the contract, which this machine can load.
        tree.swift(
                "6.0.3",
                """
                mkdir -p .build/release
                cc -shared -fPIC -pthread -I Sources/CPropaneShim/include \
                    -o .build/release/libPropaneShim.dylib ../ffm-bindings/src/test/c/fake_shim.c
                """);
        assumeTrue(hasCompiler(), "needs a C compiler");

        Run run = bindings("package", "-Pshim");
        assertThat(run.code()).as(run.out()).isZero();
        Path jar;
        try (Stream<Path> jars = Files.list(tree.root().resolve("ffm-bindings/target"))) {
            jar = jars.filter(file -> file.toString().endsWith(".jar")).findFirst().orElseThrow();
        }
        try (var opened = new JarFile(jar.toFile())) {
            assertThat(opened.getEntry(LIBRARY)).isNotNull();
        }
        assertThat(availability("--class-path", jar.toString())).startsWith("Core ML shim");
        assertThat(availability("--module-path", jar.toString(), "--add-modules", "propane.ffm"))
                .startsWith("Core ML shim");
    }

    private boolean hasCompiler() throws Exception {
        try {
            return tree.finish(new ProcessBuilder("cc", "--version")).code() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Asks for the shim as a program does that knows of the jar alone, and thinks it is on a Mac.
     */
    private String availability(String... path) throws Exception {
        Path probe = Files.writeString(folder.resolve("Probe.java"), PROBE);
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Duser.home=" + folder);
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED"));
        command.addAll(List.of(path));
        command.add(probe.toString());
        Run run = tree.finish(new ProcessBuilder(command));
        assertThat(run.code()).as(run.err()).isZero();
        return run.out();
    }

    @Test
    void theBomNamesEachModuleThatIsPublished() throws IOException {
        var parent = Files.readString(tree.root().resolve("pom.xml"));
        var bom = Files.readString(tree.root().resolve("bom/pom.xml"));
        assertThat(first("version", bom)).isEqualTo(first("version", parent));
        for (String module : each("module", parent)) {
            String pom = Files.readString(tree.root().resolve(module).resolve("pom.xml"));
            String own = pom.replaceAll("(?s)<parent>.*</parent>", "");
            if (!module.equals("bom") && !pom.contains("<maven.deploy.skip>")) {
                assertThat(each("artifactId", bom)).contains(first("artifactId", own));
            }
        }
    }

    private static String first(String element, String pom) {
        return each(element, pom).getFirst();
    }

    private static List<String> each(String element, String pom) {
        return Pattern.compile("<" + element + ">(.*?)</")
                .matcher(pom)
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    @Test
    void theFormatterRunsOnTheJdkThatCompilesWhateverJavaIsOnThePath() throws Exception {
        tree.tool("java", "echo an old Java >&2; exit 1");
        Path source = tree.root().resolve("dsl/src/main/java/Plain.java");
        Files.writeString(source, "class   Plain { }\n");
        Run unformatted = maven("format", "verify");
        assertThat(unformatted.code()).isNotZero();
        assertThat(unformatted.out())
                .contains("These want google-java-format --aosp", "dsl/src/main/java/Plain.java")
                .doesNotContain("an old Java");

        assertThat(maven("format", "verify", "-Dformat=replace").code()).isZero();
        assertThat(source).hasContent("class Plain {}\n");
        assertThat(maven("format", "verify").code()).isZero();
    }

    @Test
    void warningsFailTheBuildUnderTheReleaseItIsCheckedWithOnly() throws Exception {
        Path source = tree.root().resolve("ffm-bindings/src/main/java/propane/ffm/Raw.java");
        Files.createDirectories(source.getParent());
        Files.writeString(
                source,
                "package propane.ffm;\n@SuppressWarnings(\"unused\")\nfinal class Raw {\n"
                        + "    private java.util.List list;\n}\n");
        int release = Runtime.version().feature();

        Run newer = bindings("compile", "-Dwarnings.release=" + (release - 1));
        assertThat(newer.code()).as(newer.out()).isZero();
        assertThat(newer.out()).contains("[rawtypes]");

        Files.writeString(source, Files.readString(source) + "\n");
        Run checked = bindings("compile", "-Dwarnings.release=" + release);
        assertThat(checked.code()).isNotZero();
        assertThat(checked.out()).contains("[rawtypes]", "warnings found and -Werror specified");

        Run ours = bindings("compile", "-Dwarnings.release=" + release, "-DwarningsFail=false");
        assertThat(ours.code()).as(ours.out()).isZero();
        assertThat(ours.out()).contains("[rawtypes]");
    }
}
