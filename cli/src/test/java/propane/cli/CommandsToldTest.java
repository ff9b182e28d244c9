package propane.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import picocli.CommandLine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** A command that nobody lists, nobody runs; one that the README does not name, nobody finds. */
final class CommandsToldTest {
    private static final List<Class<?>> LISTED =
            Arrays.asList(Main.class.getAnnotation(CommandLine.Command.class).subcommands());

    private static boolean isCommand(Path source) {
        try {
            return Files.isRegularFile(source)
                    && !source.endsWith("Main.java")
                    && Files.readString(source).contains("\n@Command(");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void everyCommandIsListed() throws IOException {
        try (var sources = Files.list(Path.of("src/main/java/propane/cli"))) {
            assertThat(sources.filter(CommandsToldTest::isCommand))
                    .extracting(source -> source.getFileName().toString().replace(".java", ""))
                    .containsExactlyInAnyOrderElementsOf(
                            LISTED.stream().map(Class::getSimpleName).toList());
        }
    }

    @Test
    void theReadmeNamesEveryCommand() throws IOException {
        String readme = Files.readString(Path.of("../README.md"));
        for (Class<?> command : LISTED) {
            String name = command.getAnnotation(CommandLine.Command.class).name();
            assertThat(readme).contains("bin/propane " + name);
        }
    }
}
