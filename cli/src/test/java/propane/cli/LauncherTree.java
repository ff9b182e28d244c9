package propane.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The script bin/propane in a small tree of its own, with a JDK and a Maven that only tell of it.
 *
 * @param folder holds the tree, and tools that come before those of the machine
 * @param variables what the script's environment has besides
 */
record LauncherTree(Path folder, Map<String, String> variables) {
    private static final Path CHECKOUT = Path.of("..");

    LauncherTree {
        variables = Map.copyOf(variables);
    }

    /** Makes a tree in an empty folder. */
    static LauncherTree plant(Path folder) throws IOException {
        var tree = new LauncherTree(folder, Map.of());
        Path root = tree.root();
        for (String script : List.of("bin/propane", "swift-shim/build")) {
            Files.createDirectories(root.resolve(script).getParent());
            Files.copy(CHECKOUT.resolve(script), root.resolve(script));
        }
        for (String module : List.of("ffm-bindings", "dsl", "resolver", "cli")) {
            Files.createDirectories(root.resolve(module).resolve("src/main/java"));
            Files.writeString(root.resolve(module).resolve("pom.xml"), "");
        }
        Files.writeString(root.resolve("pom.xml"), "");
        Files.createDirectories(root.resolve("swift-shim/Sources"));
        Files.writeString(root.resolve("swift-shim/Package.swift"), "");
        tree.jdk("jdk", "25.0.3");
        tree.tool(
                "mvn",
                """
                echo "maven $JAVA25_HOME $*" >&2
                mkdir -p target/launch/lib
                touch target/launch/some.jar target/launch/lib/dnnl-1.jar target/launch/built
                echo target/launch/some.jar:target/launch/lib/dnnl-1.jar >target/launch/paths
                """);
        return tree;
    }

    /** Returns the root of the tree, whose name is an awkward one. */
    Path root() {
        return folder.resolve("root with space");
    }

    /** Returns the same tree with one more variable. */
    LauncherTree withVariable(String name, String value) {
        var more = new HashMap<>(variables);
        more.put(name, value);
        return new LauncherTree(folder, more);
    }

    /** Makes a JDK that tells how it was started. */
    Path jdk(String name, String version) throws IOException {
        Path home = folder.resolve(name);
        String tell = "echo java of " + version + "\nprintf '%s\\n' \"$@\"\n";
        script(home.resolve("bin/java"), tell);
        script(home.resolve("bin/javac"), tell);
        Files.writeString(
                home.resolve("release"),
                "IMPLEMENTOR=\"Nobody\"\nJAVA_VERSION=\"" + version + "\"\n");
        return home;
    }

    /** Says for which processor the JDK is. */
    void setProcessor(String processor) throws IOException {
        Path release = folder.resolve("jdk/release");
        Files.writeString(release, Files.readString(release) + "OS_ARCH=\"" + processor + "\"\n");
    }

    /** Makes a script of the tree, in place of the checkout's. */
    void script(String name, String text) throws IOException {
        script(root().resolve(name), text);
    }

    /** Makes a tool that is found before the machine's own. */
    void tool(String name, String text) throws IOException {
        script(folder.resolve("tools").resolve(name), text);
    }

    /**
     * Makes the tools by which scripts know a Mac with Apple silicon, macOS 15 and the Command Line
     * Tools. The variables {@code MACHINE} and {@code SILICON} make it another.
     */
    void actAsMac() throws IOException {
        tool("uname", "case $1 in -s) echo Darwin ;; -m) echo ${MACHINE:-arm64} ;; esac");
        tool("sysctl", "[ \"$2\" = hw.optional.arm64 ] && echo ${SILICON:-1}");
        tool("sw_vers", "echo 15.1.1");
        tool("xcode-select", "echo " + folder);
    }

    /** Makes a Swift of some version that tells of its calls, and what it does to build. */
    void swift(String version, String builds) throws IOException {
        tool(
                "swift",
                """
                if [ "$1" = --version ]; then
                    echo "swift-driver version: 1.115 Apple Swift version %s (swiftlang-6.0.3.1.10)"
                    exit
                fi
                echo "swift $*" >&2
                %s
                """
                        .formatted(version, builds));
    }

    /** Runs bin/propane with the JDK named {@code jdk}. */
    Run launch(String... arguments) throws IOException, InterruptedException {
        return start("bin/propane", arguments);
    }

    /** Runs a script of the tree. */
    Run start(String script, String... arguments) throws IOException, InterruptedException {
        return finish(process(script, arguments));
    }

    /** Returns what runs a script of the tree. */
    ProcessBuilder process(String script, String... arguments) {
        List<String> command = new ArrayList<>(List.of("bash", root().resolve(script).toString()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command);
        builder.environment().put("PROPANE_JDK_PATH", folder.resolve("jdk").toString());
        builder.environment().put("PATH", folder.resolve("tools") + ":/usr/bin:/bin");
        builder.environment().putAll(variables);
        return builder;
    }

    /** Runs a process to its end. */
    Run finish(ProcessBuilder builder) throws IOException, InterruptedException {
        Path out = folder.resolve("out.txt");
        Path err = folder.resolve("err.txt");
        int code =
                builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start().waitFor();
        Thread.sleep(50);
        return new Run(code, Files.readString(out), Files.readString(err));
    }

    private static void script(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + text + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
