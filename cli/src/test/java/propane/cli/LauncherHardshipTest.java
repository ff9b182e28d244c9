package propane.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The script bin/propane where shells, locales, folders and other processes make it hard. JDK and
 * Maven are scripts that tell how they were called.
 */
@DisabledOnOs(OS.WINDOWS)
final class LauncherHardshipTest {
    @TempDir private Path folder;
    private LauncherTree tree;

    @BeforeEach
    void plant() throws IOException {
        tree = LauncherTree.plant(folder);
        tree.tool("uname", "echo Linux");
    }

    private Path lock() {
        return tree.root().resolve("target/launch/lock");
    }

    /** Makes Maven fail where another one is at work, and count its runs in a file. */
    private Path countBuilds() throws IOException {
        String maven = Files.readString(folder.resolve("tools/mvn")).replace("#!/bin/sh\n", "");
        Path count = folder.resolve("builds");
        tree.tool(
                "mvn",
                "mkdir at-work || exit 9\necho built >>'%s'\nsleep 1\n%s\nrmdir at-work\n"
                        .formatted(count, maven));
        return count;
    }

    @Test
    void startsAtOnceBuildOnce() throws Exception {
        Path count = countBuilds();
        for (int round = 1; round <= 2; round++) {
            List<Process> starts = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                starts.add(
                        tree.process("bin/propane", "run")
                                .redirectOutput(folder.resolve("out" + i).toFile())
                                .redirectError(folder.resolve("err" + i).toFile())
                                .start());
            }
            for (int i = 0; i < 4; i++) {
                assertThat(starts.get(i).waitFor())
                        .as(Files.readString(folder.resolve("err" + i)))
                        .isZero();
                assertThat(folder.resolve("out" + i)).content().startsWith("java of 25");
            }
            assertThat(Files.readAllLines(count)).hasSize(round);
            assertThat(Files.isSymbolicLink(lock())).isFalse();
            Files.writeString(tree.root().resolve("dsl/src/main/java/A" + round + ".java"), "");
        }
    }

    @Test
    void aLockWhoseOwnerIsGoneIsCleared() throws Exception {
        Files.createDirectories(lock().getParent());
        // No such process; one that took over the number of the process that was killed.
        for (String owner : List.of("999999999", "" + ProcessHandle.current().pid())) {
            Files.createSymbolicLink(lock(), Path.of(owner + " Linux no-such-propane"));
            Run run = tree.launch("run");
            assertThat(run.err()).contains("maven").doesNotContain("waiting");
            assertThat(run.out()).startsWith("java of 25");
            Files.delete(tree.root().resolve("target/launch/built"));
        }
    }

    @Test
    void aBuildThatFailsOrIsStoppedLeavesNoLock() throws Exception {
        tree.tool("mvn", "touch '" + folder + "/begun'; sleep 1; exit 3");
        assertThat(tree.launch("run").code()).isEqualTo(3);
        assertThat(Files.isSymbolicLink(lock())).isFalse();

        Files.delete(folder.resolve("begun"));
        Process stopped = tree.process("bin/propane", "run").start();
        while (!Files.exists(folder.resolve("begun"))) {
            Thread.onSpinWait();
        }
        assertThat(Files.isSymbolicLink(lock())).isTrue();
        stopped.destroy();
        assertThat(stopped.waitFor()).isNotZero();
        assertThat(Files.isSymbolicLink(lock())).isFalse();
    }

    @Test
    void foldersThatCdKnowsChangeNothing() throws Exception {
        var builder = tree.withVariable("CDPATH", "/:" + folder).process("bin/propane", "run");
        builder.command().set(1, "root with space/bin/propane");
        builder.directory(folder.toFile());
        Run run = tree.finish(builder);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).startsWith("java of 25");
    }

    @Test
    void aCloneThatWasMovedOrCopiedIsNotBuiltAgain() throws Exception {
        tree.launch("run");
        Path moved = folder.resolve("Ümläut");
        Files.move(tree.root(), moved);
        var builder = tree.process("bin/propane", "run");
        builder.command().set(1, moved.resolve("bin/propane").toString());
        Run run = tree.finish(builder);
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains(moved.resolve("target/launch/some.jar").toString());
        assertThat(run.out()).doesNotContain(tree.root().toString());
    }

    @Test
    void aFolderThatJavaCannotTakeIsNamed() throws Exception {
        Path moved = Files.move(tree.root(), folder.resolve("with:colon"));
        var builder = tree.process("bin/propane", "run");
        builder.command().set(1, moved.resolve("bin/propane").toString());
        Run run = tree.finish(builder);
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).hasLineCount(1).contains("colon", moved.toString());
    }

    @Test
    void whatMayNotBeWrittenIsTakenAsItIs() throws Exception {
        assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/setpriv")) || !mayWriteAll(),
                "another user than root");
        tree.launch("run");
        Files.writeString(tree.root().resolve("dsl/src/main/java/A.java"), "");
        allow("r-xr-xr-x");
        try {
            Run stale = tree.finish(asAnother());
            assertThat(stale.err()).hasLineCount(1).contains("may not build again");
            assertThat(stale.out()).startsWith("java of 25");
        } finally {
            allow("rwxr-xr-x");
        }
        Files.delete(tree.root().resolve("target/launch/some.jar"));
        allow("r-xr-xr-x");
        try {
            Run none = tree.finish(asAnother());
            assertThat(none.code()).isEqualTo(1);
            assertThat(none.err()).hasLineCount(1).contains("is not built", "may not build it");
        } finally {
            allow("rwxr-xr-x");
        }
    }

    private static boolean mayWriteAll() {
        return "root".equals(System.getProperty("user.name"));
    }

    /** Returns a start by a user who may read all, and write nothing. */
    private ProcessBuilder asAnother() {
        var builder = tree.process("bin/propane", "run");
        if (mayWriteAll()) {
            builder.command().addAll(0, List.of("setpriv", "--reuid=65534", "--clear-groups"));
        }
        return builder;
    }

    private void allow(String permissions) throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (Stream<Path> files = Files.walk(tree.root())) {
            for (Path file : files.filter(Files::isDirectory).toList()) {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
            }
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void underTheLocaleCNamesAreInUtf8() throws Exception {
        tree.tool(
                "locale",
                "case ${LC_ALL:-} in C.UTF-8) echo UTF-8 ;; *) echo ANSI_X3.4-1968 ;; esac");
        tree.jdk("jdk", "25");
        Files.writeString(folder.resolve("jdk/bin/java"), "#!/bin/sh\necho \"locale $LC_ALL\"\n");
        assertThat(tree.withVariable("LC_ALL", "C").launch("run").out())
                .isEqualTo("locale C.UTF-8\n");

        tree.tool("locale", "echo ISO-8859-15");
        assertThat(tree.withVariable("LC_ALL", "de_DE@euro").launch("run").out())
                .isEqualTo("locale de_DE@euro\n");
    }

    @Test
    void closedStreamsStayApartFromFiles() throws Exception {
        tree.launch("run");
        // What is opened first takes the lowest number that is free.
        Files.writeString(
                folder.resolve("jdk/bin/java"),
                """
                #!/bin/bash
                exec 9<"$0"
                [ ! /dev/fd/0 -ef "$0" ] && [ ! /dev/fd/1 -ef "$0" ] && [ ! /dev/fd/2 -ef "$0" ] || exit 8
                echo printed || exit 7
                """);
        String script = tree.root().resolve("bin/propane").toString();
        for (String closed : List.of("<&-", "2>&-", "<&- 2>&-")) {
            assertThat(shell("bash '" + script + "' run " + closed)).as(closed).isZero();
        }
        for (String closed : List.of(">&-", "<&- >&- 2>&-")) {
            assertThat(shell("bash '" + script + "' run " + closed)).as(closed).isEqualTo(7);
        }
    }

    private int shell(String command) throws Exception {
        var builder = tree.process("bin/propane");
        builder.command("bash", "-c", command);
        return tree.finish(builder).code();
    }

    @Test
    void standardInputIsLeftToTheProgram() throws Exception {
        String maven = Files.readString(folder.resolve("tools/mvn")).replace("#!/bin/sh\n", "");
        tree.tool("mvn", "cat >&2\n" + maven);
        Files.writeString(folder.resolve("jdk/bin/java"), "#!/bin/sh\ncat\n");
        var builder = tree.process("bin/propane", "run", "-");
        Path in = Files.writeString(folder.resolve("in.jsh"), "int a = 1\n");
        Run run = tree.finish(builder.redirectInput(in.toFile()));
        assertThat(run.err()).contains("maven").doesNotContain("int a");
        assertThat(run.out()).isEqualTo("int a = 1\n");
    }
}
