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

/**
 * The stages of .ci/run on what it must take for a Mac, with tools that only tell of their calls.
 */
@DisabledOnOs(OS.WINDOWS)
final class CiRunTest {
    private static final String SHIM = "echo 'Core ML shim    Core ML shim 1'";
    private static final String APPLE = "echo 'Core ML         apple'";

    @TempDir private Path folder;
    private LauncherTree tree;

    @BeforeEach
    void makeAMac() throws IOException {
        tree = LauncherTree.plant(folder);
        Files.createDirectories(tree.root().resolve(".ci"));
        Files.copy(Path.of("../.ci/run"), tree.root().resolve(".ci/run"));
        for (String script :
                List.of(
                        ".ci/interop",
                        ".ci/repeats",
                        ".ci/exports",
                        ".ci/differential",
                        ".ci/foreign",
                        ".ci/attack",
                        ".ci/examples",
                        ".ci/swift-files")) {
            tree.script(script, "echo '" + script + "' $*");
        }
        doctor(SHIM, APPLE);
        tree.actAsMac();
        tree.tool("sysctl", "echo ${VIRTUAL:-1}");
        tree.swift("6.1", "mkdir -p .build/release; touch .build/release/libPropaneShim.dylib");
        tree.tool("mvn", "echo \"mvn $*\"; mkdir -p dsl/target/packages/Digits.mlpackage");
    }

    private void doctor(String... says) throws IOException {
        String report = "{ " + String.join("; ", says) + "; } >\"$out/propane-doctor.txt\"";
        tree.script("bin/propane", "echo \"propane $*\"\nfor out in \"$@\"; do :; done\n" + report);
    }

    @Test
    void aVirtualMacBuildsTestsAndExaminesOnTheCpuAlone() throws Exception {
        Run run = tree.start(".ci/run");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .containsSubsequence(
                        "== swift build",
                        "== swift test",
                        "mvn -B verify",
                        ".ci/interop dsl/target/packages/Digits.mlpackage",
                        ".ci/repeats",
                        ".ci/exports",
                        ".ci/differential",
                        ".ci/foreign",
                        ".ci/attack",
                        ".ci/examples",
                        ".ci/swift-files xcrun --sdk macosx swiftc",
                        "propane -Dpropane.units=cpu doctor")
                .containsPattern("== doctor: \\d+\\.\\d min")
                .containsPattern("all of it: \\d+ min");
        assertThat(run.err()).contains("swift build -c release", "swift test");
    }

    @Test
    void aRealMacMayUseAllThereIs() throws Exception {
        Run run = tree.withVariable("VIRTUAL", "0").start(".ci/run");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("propane doctor");
    }

    @Test
    void aMacThatBuildsNoShimFails() throws Exception {
        tree.tool("xcode-select", "exit 2");
        Run run = tree.start(".ci/run");
        assertThat(run.code()).isNotZero();
        assertThat(run.err()).contains("Command Line Tools are missing");
    }

    @Test
    void aShimThatDoesNotReachJavaFails() throws Exception {
        doctor("echo 'Core ML shim    not there: it is not'", APPLE);
        Run run = tree.start(".ci/run");
        assertThat(run.code()).isNotZero();
        assertThat(run.err()).contains("the jar brings no shim that loads");
    }
}
