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
import java.util.List;

/** The script bin/propane on what it must take for a Mac. */
@DisabledOnOs(OS.WINDOWS)
final class MacLauncherTest {
    private static final String GOES_ON = "so the CPU engine computes";

    @TempDir private Path folder;
    private LauncherTree tree;

    @BeforeEach
    void makeAMac() throws IOException {
        tree = LauncherTree.plant(folder);
        tree.actAsMac();
        tree.swift(
                "6.0.3",
                "mkdir -p .build/release\necho built >.build/release/libPropaneShim.dylib");
    }

    @Test
    void theShimIsBuiltBeforeTheJarsAndOnlyWhereASwiftFileIsNewer() throws Exception {
        Run first = tree.launch("run");
        assertThat(first.err())
                .containsSubsequence("swift build -c release", "maven")
                .contains("-Dshim.build=--copy", "-DwarningsFail=false");
        assertThat(first.out()).startsWith("java of 25");
        assertThat(tree.launch("run").err()).isEmpty();

        Files.writeString(tree.root().resolve("swift-shim/Sources/New.swift"), "");
        assertThat(tree.launch("run").err()).contains("swift build", "maven");
        assertThat(tree.launch("run").err()).isEmpty();
    }

    @Test
    void aCloneThatWasMovedBuildsTheShimFromItsBeginning() throws Exception {
        tree.launch("run");
        Path moved = Files.move(tree.root(), folder.resolve("moved"));
        Path old = Files.writeString(moved.resolve("swift-shim/.build/names-the-old-folder"), "");
        var builder = tree.process("bin/propane", "run");
        builder.command().set(1, moved.resolve("bin/propane").toString());
        assertThat(tree.finish(builder).err()).isEmpty();
        assertThat(old).exists();

        Files.writeString(moved.resolve("swift-shim/Sources/New.swift"), "");
        assertThat(tree.finish(builder).err()).contains("swift build", "maven");
        assertThat(old).doesNotExist();
    }

    @Test
    void theCommandLineToolsAreAskedFor() throws Exception {
        tree.tool("xcode-select", "exit 2");
        missing("xcode-select --install");
        // Once they are there, the same command builds.
        tree.tool("xcode-select", "echo " + folder);
        assertThat(tree.launch("run").err()).contains("swift build", "maven");
    }

    @Test
    void anOlderSwiftIsNamed() throws Exception {
        tree.swift("5.10", "exit 9");
        missing("needs Swift 6", "this is Swift 5");
    }

    @Test
    void anOlderSystemIsNamed() throws Exception {
        tree.tool("sw_vers", "echo 14.7");
        missing("needs macOS 15 or newer; this is macOS 14.7");
    }

    /** One line says what is missing, and Java is started all the same. */
    private void missing(String... words) throws Exception {
        tree.launch("run");
        Run run = tree.launch("run");
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.err()).contains(words).contains(GOES_ON);
        assertThat(run.code()).isZero();
        assertThat(run.out()).startsWith("java of 25");
    }

    @Test
    void aShimThatDoesNotCompileIsTriedOnceAndStopsNothing() throws Exception {
        Path library = tree.root().resolve("swift-shim/.build/release/libPropaneShim.dylib");
        Files.createDirectories(library.getParent());
        Files.writeString(library, "of older sources");
        tree.swift("6.1", "echo error: no such thing >&2; exit 1");
        Run run = tree.launch("run");
        assertThat(run.err()).contains("no such thing", "could not be built", "maven");
        assertThat(run.out()).startsWith("java of 25");
        assertThat(library).doesNotExist();
        assertThat(tree.launch("run").err()).isEmpty();
    }

    @Test
    void anIntelJavaIsToldWhatItIs() throws Exception {
        tree.setProcessor("x86_64");
        for (String machine : List.of("arm64", "x86_64")) {
            Run run = tree.withVariable("MACHINE", machine).launch("run");
            assertThat(run.err())
                    .contains("this Java is for Intel processors", "brew install temurin@25")
                    .doesNotContain("swift");
            assertThat(run.out()).startsWith("java of 25");
        }
    }

    @Test
    void anAppleSiliconJavaIsPreferred() throws Exception {
        tree.setProcessor("x86_64");
        Path home = folder.resolve("home");
        tree.jdk("home/.sdkman/candidates/java/25", "25");
        var builder = tree.process("bin/propane", "run");
        builder.environment().remove("PROPANE_JDK_PATH");
        builder.environment().put("JAVA_HOME", folder.resolve("jdk").toString());
        builder.environment().put("HOME", home.toString());
        assertThat(tree.finish(builder).err()).contains("swift build").doesNotContain("Intel");
    }

    @Test
    void aShellUnderRosettaBuildsForAppleSilicon() throws Exception {
        tree.tool("arch", "echo arch $1 >&2\nshift\nexec \"$@\"");
        Run run = tree.withVariable("MACHINE", "x86_64").launch("run");
        assertThat(run.err()).contains("arch -arm64", "swift build -c release");
    }

    @Test
    void anIntelMacIsLeftAlone() throws Exception {
        tree.setProcessor("x86_64");
        var intel = tree.withVariable("MACHINE", "x86_64").withVariable("SILICON", "0");
        assertThat(intel.launch("run").err()).contains("maven").doesNotContain("Intel", "swift");
    }

    @Test
    void theLibraryGoesIntoAFolder() throws Exception {
        tree.launch("run");
        Path into = folder.resolve("a jar/native");
        assertThat(tree.start("swift-shim/build", "--copy", into.toString()).code()).isZero();
        Path library = into.resolve("libPropaneShim.dylib");
        assertThat(library).hasContent("built");

        Files.delete(tree.root().resolve("swift-shim/.build/release/libPropaneShim.dylib"));
        assertThat(tree.start("swift-shim/build", "--copy", into.toString()).code()).isZero();
        assertThat(library).doesNotExist();
        assertThat(tree.start("swift-shim/build", into.toString()).err()).contains("swift build");
        assertThat(library).hasContent("built");
    }
}
