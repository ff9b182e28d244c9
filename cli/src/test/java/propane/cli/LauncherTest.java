package propane.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;

/**
 * The script bin/propane in a small tree of its own, with JDKs and a Maven that only tell of it.
 */
@DisabledOnOs(OS.WINDOWS)
final class LauncherTest {
    @TempDir private Path folder;
    private LauncherTree tree;

    @BeforeEach
    void plant() throws IOException {
        tree = LauncherTree.plant(folder);
        tree.tool("uname", "echo Linux");
    }

    @Test
    void onlyWhatIsOlderThanASourceIsBuilt() throws Exception {
        assertThat(tree.launch("run", "a b").err())
                .contains("building")
                .contains("maven " + folder.resolve("jdk"));
        assertThat(tree.launch("run").err()).isEmpty();

        Path source = tree.root().resolve("dsl/src/main/java/A.java");
        Files.writeString(source, "");
        assertThat(tree.launch("run").err()).contains("maven");
        assertThat(tree.launch("run").err()).isEmpty();

        Files.setLastModifiedTime(
                tree.root().resolve("cli/pom.xml"), FileTime.from(Instant.now().plusSeconds(1)));
        assertThat(tree.launch("run").err()).contains("maven");
    }

    @Test
    void aSourceThatWentAwayIsNoticed() throws Exception {
        Path source = tree.root().resolve("dsl/src/main/java/A.java");
        Files.writeString(source, "");
        tree.launch("run");
        Files.delete(source);
        assertThat(tree.launch("run").err()).contains("maven");
    }

    @Test
    void jarsThatWentAwayAreBuiltAgain() throws Exception {
        tree.launch("run");
        Files.delete(tree.root().resolve("target/launch/some.jar"));
        assertThat(tree.launch("run").err()).contains("maven");
    }

    @Test
    void javaIsStartedWithModulesNativesAndTheArgumentsAsGiven() throws Exception {
        tree.launch("run");
        List<String> lines = tree.launch("run", "a b", "--x", "").out().lines().toList();
        String modules = tree.root().resolve("target/launch/some.jar").toString();
        String natives = tree.root().resolve("target/launch/lib/dnnl-1.jar").toString();
        assertThat(lines).first().isEqualTo("java of 25.0.3");
        assertThat(lines)
                .containsSubsequence("--module-path", modules, "--class-path", natives)
                .contains("--enable-native-access=propane.ffm,propane")
                .contains("-Dpropane.resolver=" + tree.root().resolve("target/launch/resolver"));
        assertThat(lines.subList(lines.indexOf("-m"), lines.size()))
                .containsExactly("-m", "propane.cli/propane.cli.Main", "run", "a b", "--x", "");
    }

    @Test
    void jarsOfOthersAreOnTheClassPath() throws Exception {
        tree.launch("run");
        ProcessBuilder builder = tree.process("bin/propane", "run");
        builder.environment().put("PROPANE_CLASS_PATH", "a.jar:b.jar");
        String natives = tree.root().resolve("target/launch/lib/dnnl-1.jar").toString();
        assertThat(tree.finish(builder).out().lines())
                .containsSubsequence("--class-path", natives + ":a.jar:b.jar", "-m");
    }

    @Test
    void theScriptMayBeALink() throws Exception {
        Path link = tree.root().resolve("propane");
        Files.createSymbolicLink(link, Path.of("bin/propane"));
        assertThat(tree.start("propane").err()).contains("maven");
    }

    @Test
    void anOlderJavaOnThePathIsPassedOver() throws Exception {
        Path home = folder.resolve("home");
        Path old = tree.jdk("old", "17.0.1");
        Path other = tree.jdk("home/.sdkman/candidates/java/26-ea", "26");
        var builder = new ProcessBuilder("bash", tree.root().resolve("bin/propane").toString());
        builder.environment().remove("PROPANE_JDK_PATH");
        builder.environment().put("HOME", home.toString());
        builder.environment().put("JAVA_HOME", old.toString());
        builder.environment()
                .put("PATH", folder.resolve("tools") + ":" + old.resolve("bin") + ":/usr/bin:/bin");
        String out = tree.finish(builder).out();
        // A machine's own JDKs come before the one in the home folder.
        assertThat(out).doesNotContain("java of 17").isNotEmpty();
        assertThat(other.resolve("bin/java")).isExecutable();
    }

    @Test
    void withoutAJdkOneLineSaysWhatToInstall() throws Exception {
        Files.move(folder.resolve("jdk"), folder.resolve("elsewhere"));
        Run run = tree.launch("run");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.err()).contains("JDK 25").contains("install").contains("PROPANE_JDK_PATH");

        tree.jdk("jdk", "17.0.15");
        assertThat(tree.launch("run").code()).isEqualTo(1);
    }

    @Test
    void aBuildThatFailsEndsTheRun() throws Exception {
        tree.tool("mvn", "echo broken >&2; exit 3");
        Run run = tree.launch("run");
        assertThat(run.code()).isNotZero();
        assertThat(run.err()).contains("broken");
        assertThat(run.out()).isEmpty();
    }
}
