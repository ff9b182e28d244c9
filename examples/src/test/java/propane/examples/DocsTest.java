package propane.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The programs in README, guide and the page of extensions, run as they stand there. */
@DisabledOnOs(OS.WINDOWS)
final class DocsTest {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final Pattern BLOCK =
            Pattern.compile("^```(\\w*)\\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);

    @TempDir private Path folder;

    private record Block(String language, String text) {}

    private static List<Block> blocks(String file) throws IOException {
        var blocks = new ArrayList<Block>();
        var matcher = BLOCK.matcher(Files.readString(ROOT.resolve(file)));
        while (matcher.find()) {
            blocks.add(new Block(matcher.group(1), matcher.group(2)));
        }
        return blocks;
    }

    private Launched run(String script) throws IOException, InterruptedException {
        Path data = folder.resolve("data").resolve("digits.csv");
        if (!Files.exists(data)) {
            Files.createDirectories(data.getParent());
            Files.copy(ROOT.resolve("examples/data/digits.csv"), data);
        }
        Path file = Files.writeString(folder.resolve("snippet.jsh"), script);
        return Launched.example(folder, file.toString());
    }

    @Test
    void theReadmesProgramPrintsWhatItSays() throws Exception {
        var blocks = blocks("README.md");
        int program = 0;
        while (!blocks.get(program).language().equals("java")) {
            program++;
        }
        Launched launched = run(blocks.get(program).text());
        assertThat(launched.code()).as(launched.err()).isZero();
        assertThat(launched.out().strip()).isEqualTo(blocks.get(program + 1).text().strip());
        assertThat(folder.resolve("Digits.mlpackage")).isNotEmptyDirectory();
        assertThat(folder.resolve("DigitsTraining.mlpackage")).isNotEmptyDirectory();
        assertThat(Files.readString(ROOT.resolve("examples/ten-lines.jsh")).strip())
                .isEqualTo(blocks.get(program).text().strip().replaceAll("\n\n", "\n"));
    }

    /**
     * All of it but its name is in a project of {@code src/it}, which Maven builds outside of ours.
     */
    @Test
    void theReadmesPomIsOneThatAProjectOutsideIsBuiltWith() throws IOException {
        String shown =
                blocks("README.md").stream()
                        .filter(block -> block.language().equals("xml"))
                        .findFirst()
                        .orElseThrow()
                        .text();
        String built =
                plain(Files.readString(ROOT.resolve("examples/src/it/class-path/pom.xml")))
                        .replace("@project.version@", "0.1.0-SNAPSHOT");
        var parts =
                Pattern.compile("<(properties|dependency|plugin)>.*?</\\1>").matcher(plain(shown));
        assertThat(parts.results().map(MatchResult::group))
                .hasSize(4)
                .allSatisfy(part -> assertThat(built).contains(part));
    }

    private static String plain(String pom) {
        return pom.replaceAll("(?s)<!--.*?-->", "").replaceAll("\\s+", "");
    }

    @TestFactory
    List<DynamicTest> theGuidesProgramsRun() throws IOException {
        var tests = programs("docs/guide.md");
        assertThat(tests).hasSizeGreaterThan(5);
        return tests;
    }

    @TestFactory
    List<DynamicTest> whatExtendsPropaneRuns() throws IOException {
        var tests = programs("docs/extending.md");
        assertThat(tests).isNotEmpty();
        return tests;
    }

    private List<DynamicTest> programs(String file) throws IOException {
        var tests = new ArrayList<DynamicTest>();
        for (Block block : blocks(file)) {
            if (!block.language().equals("java")) {
                continue; // what a command prints, or another language
            }
            if (block.text().contains("\npublic ") || block.text().startsWith("/**")) {
                continue; // classes by themselves, which another test compiles and uses
            }
            String first = block.text().lines().findFirst().orElse("");
            tests.add(
                    DynamicTest.dynamicTest(
                            first,
                            () -> {
                                Launched launched = run(block.text());
                                assertThat(launched.code()).as(launched.err()).isZero();
                            }));
        }
        return tests;
    }

    @Test
    void theGuidesCommandsRun() throws Exception {
        var commands =
                blocks("docs/guide.md").stream()
                        .filter(block -> block.language().equals("sh"))
                        .toList();
        assertThat(commands).isNotEmpty();
        for (Block block : commands) {
            var builder = new ProcessBuilder("bash", "-euo", "pipefail", "-c", block.text());
            builder.environment().put("PROPANE_JDK_PATH", System.getProperty("java.home"));
            int code =
                    builder.directory(ROOT.toFile())
                            .redirectOutput(folder.resolve("out.txt").toFile())
                            .redirectError(folder.resolve("err.txt").toFile())
                            .start()
                            .waitFor();
            assertThat(code).as(Launched.read(folder, "err.txt")).isZero();
            assertThat(Launched.read(folder, "out.txt"))
                    .contains("trainable 650 of 650 weights", "ten-lines.jsh:", ": estimated");
        }
    }
}
