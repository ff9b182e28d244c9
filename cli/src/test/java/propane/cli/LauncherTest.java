package propane.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;

/**
 * The script bin/propane in a small tree of its own, with JDKs and a Maven that only tell of it.
 */
@DisabledOnOs(OS.WINDOWS)
final class LauncherTest {
    private static final Path SCRIPT = Path.of("../bin/propane");

    @TempDir private Path folder;
    private Path root;
    private Path jdk;

    @BeforeEach
    void plant() throws IOException {
        root = folder.resolve("root with space");
        Files.createDirectories(root.resolve("bin"));
        Files.copy(SCRIPT, root.resolve("bin/propane"));
        for (String module : List.of("ffm-bindings", "dsl", "cli")) {
            Files.createDirectories(root.resolve(module).resolve("src/main/java"));
            Files.writeString(root.resolve(module).resolve("pom.xml"), "");
        }
        Files.writeString(root.resolve("pom.xml"), "");
        jdk = jdk("jdk", "25.0.3");
        script(
                folder.resolve("tools/mvn"),
                """
                echo "maven $JAVA25_HOME" >&2
                mkdir -p target/launch
                touch target/launch/some.jar target/launch/built
                echo "$PWD/target/launch/some.jar" >target/launch/module-path
                echo natives.jar >target/launch/class-path
                """);
    }

    @Test
    void onlyWhatIsOlderThanASourceIsBuilt() throws Exception {
        assertThat(launch("run", "a b").err()).contains("building").contains("maven " + jdk);
        assertThat(launch("run").err()).isEmpty();

        Path source = root.resolve("dsl/src/main/java/A.java");
        Files.writeString(source, "");
        assertThat(launch("run").err()).contains("maven");
        assertThat(launch("run").err()).isEmpty();

        Files.setLastModifiedTime(
                root.resolve("cli/pom.xml"), FileTime.from(Instant.now().plusSeconds(1)));
        assertThat(launch("run").err()).contains("maven");
    }

    @Test
    void aSourceThatWentAwayIsNoticed() throws Exception {
        Path source = root.resolve("dsl/src/main/java/A.java");
        Files.writeString(source, "");
        launch("run");
        Files.delete(source);
        assertThat(launch("run").err()).contains("maven");
    }

    @Test
    void jarsThatWentAwayAreBuiltAgain() throws Exception {
        launch("run");
        Files.delete(root.resolve("target/launch/some.jar"));
        assertThat(launch("run").err()).contains("maven");
    }

    @Test
    void javaIsStartedWithModulesNativesAndTheArgumentsAsGiven() throws Exception {
        launch("run");
        List<String> lines = launch("run", "a b", "--x", "").out().lines().toList();
        String modules = root.resolve("target/launch/some.jar").toString();
        assertThat(lines).first().isEqualTo("java of 25.0.3");
        assertThat(lines)
                .containsSubsequence("--module-path", modules, "--class-path", "natives.jar")
                .contains("--enable-native-access=propane.ffm,propane");
        assertThat(lines.subList(lines.indexOf("-m"), lines.size()))
                .containsExactly("-m", "propane.cli/propane.cli.Main", "run", "a b", "--x", "");
    }

    @Test
    void theScriptMayBeALink() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("propane"), SCRIPT.getFileName());
        Files.delete(link);
        Files.createSymbolicLink(link, root.resolve("bin/propane"));
        assertThat(start(link, List.of()).err()).contains("maven");
    }

    @Test
    void anOlderJavaOnThePathIsPassedOver() throws Exception {
        Path home = folder.resolve("home");
        Path old = jdk("old", "17.0.1");
        Path other = jdk("home/.sdkman/candidates/java/26-ea", "26");
        var builder = new ProcessBuilder("bash", root.resolve("bin/propane").toString());
        builder.environment().remove("PROPANE_JDK_PATH");
        builder.environment().put("HOME", home.toString());
        builder.environment().put("JAVA_HOME", old.toString());
        builder.environment()
                .put("PATH", folder.resolve("tools") + ":" + old.resolve("bin") + ":/usr/bin:/bin");
        String out = finish(builder).out();
        // A machine's own JDKs come before the one in the home folder.
        assertThat(out).doesNotContain("java of 17").isNotEmpty();
        assertThat(other.resolve("bin/java")).isExecutable();
    }

    @Test
    void withoutAJdkOneLineSaysWhatToInstall() throws Exception {
        jdk = folder.resolve("none");
        Run run = launch("run");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.err()).contains("JDK 25").contains("install").contains("PROPANE_JDK_PATH");

        jdk = jdk("seventeen", "17.0.15");
        assertThat(launch("run").code()).isEqualTo(1);
    }

    @Test
    void aBuildThatFailsEndsTheRun() throws Exception {
        script(folder.resolve("tools/mvn"), "echo broken >&2; exit 3\n");
        Run run = launch("run");
        assertThat(run.code()).isNotZero();
        assertThat(run.err()).contains("broken");
        assertThat(run.out()).isEmpty();
    }

    private Run launch(String... arguments) throws Exception {
        return start(root.resolve("bin/propane"), List.of(arguments));
    }

    private Run start(Path script, List<String> arguments) throws Exception {
        var builder = new ProcessBuilder("bash", script.toString());
        builder.command().addAll(arguments);
        builder.environment().put("PROPANE_JDK_PATH", jdk.toString());
        builder.environment().put("PATH", folder.resolve("tools") + ":/usr/bin:/bin");
        return finish(builder);
    }

    private Run finish(ProcessBuilder builder) throws Exception {
        Path out = folder.resolve("out.txt");
        Path err = folder.resolve("err.txt");
        int code =
                builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start().waitFor();
        Thread.sleep(50);
        return new Run(code, Files.readString(out), Files.readString(err));
    }

    private Path jdk(String name, String version) throws IOException {
        Path home = folder.resolve(name);
        String tell = "echo java of " + version + "\nprintf '%s\\n' \"$@\"\n";
        script(home.resolve("bin/java"), tell);
        script(home.resolve("bin/javac"), tell);
        Files.writeString(
                home.resolve("release"),
                "IMPLEMENTOR=\"Nobody\"\nJAVA_VERSION=\"" + version + "\"\n",
                StandardCharsets.UTF_8);
        return home;
    }

    private static void script(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
