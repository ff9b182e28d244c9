package propane.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The script that checks the Swift of apps asks the compiler for both language modes. */
@DisabledOnOs(OS.WINDOWS)
final class SwiftFilesTest {
    @TempDir private Path folder;

    private Run check(String compiler) throws Exception {
        var tree = LauncherTree.plant(folder);
        tree.script("swiftc", compiler);
        for (String file : List.of(".ci/swift-files", "README.md", "docs/guide.md")) {
            copy(file, tree.root().resolve(file));
        }
        Path exported = tree.root().resolve("dsl/target/packages/SumsTrainer.swift");
        Files.createDirectories(exported.getParent());
        Files.writeString(exported, "actor SumsTrainer {}\n");
        return tree.start(".ci/swift-files", tree.root().resolve("swiftc").toString(), "-I", "x y");
    }

    private static void copy(String file, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        Files.copy(Path.of("..", file), to);
    }

    @Test
    void whatAppsGetIsCheckedInBothModes() throws Exception {
        Run run = check("printf '%s|' \"$@\"; echo");
        assertThat(run.code()).as(run.err()).isZero();
        String options =
                "-I|x y|-swift-version|%d|-warnings-as-errors|-parse-as-library|-typecheck|";
        for (int mode : new int[] {6, 5}) {
            assertThat(run.out().lines())
                    .filteredOn(line -> line.startsWith(options.formatted(mode)))
                    .hasSize(3);
        }
    }

    @Test
    void oneModeThatFailsIsAFailure() throws Exception {
        assertThat(check("case \"$*\" in *'-swift-version 5'*) exit 4 ;; esac").code())
                .isEqualTo(4);
    }
}
