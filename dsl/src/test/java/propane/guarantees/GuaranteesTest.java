package propane.guarantees;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Each sentence of the pages of guarantees and of semantics names tests that exist, and front pages
 * link them.
 */
class GuaranteesTest {
    private static final Path ROOT = Path.of("..");

    /** Tests stand in brackets at the end: {@code (`ATest`, `BTest.method`).} */
    private static final Pattern SENTENCE = Pattern.compile("- [^.]*[^ ] \\((`[^)]*`)\\)\\.");

    private static final Pattern TEST = Pattern.compile("`(\\w+)(?:\\.(\\w+))?`");

    private static Map<String, Path> tests() throws IOException {
        var tests = new HashMap<String, Path>();
        for (String module : List.of("dsl", "ffm-bindings", "cli", "examples")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module + "/src/test/java"))) {
                files.filter(file -> file.toString().endsWith(".java"))
                        .forEach(file ->
                                tests.put(
                                        file.getFileName().toString().replace(".java", ""), file));
            }
        }
        return tests;
    }

    @ParameterizedTest
    @ValueSource(strings = {"guarantees", "semantics"})
    void everySentenceNamesTestsThatExist(String page) throws IOException {
        Map<String, Path> tests = tests();
        var missing = new ArrayList<String>();
        int sentences = 0;
        for (String line : Files.readAllLines(ROOT.resolve("docs/" + page + ".md"))) {
            if (line.isBlank()
                    || line.startsWith("#")
                    || !line.startsWith("- ") && sentences == 0) {
                continue;
            }
            sentences++;
            Matcher sentence = SENTENCE.matcher(line.replace(".NAME.before", "NAME"));
            assertThat(sentence.matches()).as(line).isTrue();
            Matcher test = TEST.matcher(sentence.group(1));
            while (test.find()) {
                Path file = tests.get(test.group(1));
                boolean isThere =
                        file != null
                                && (test.group(2) == null
                                        || Files.readString(file)
                                                .contains("void " + test.group(2) + "("));
                if (!isThere) {
                    missing.add(test.group());
                }
            }
        }
        assertThat(missing).isEmpty();
        assertThat(sentences).isGreaterThan(20);
    }

    @Test
    void theReadmeLinksPageAndPolicy() throws IOException {
        assertThat(Files.readString(ROOT.resolve("README.md")))
                .contains("](docs/guarantees.md)", "](docs/semantics.md)", "](SECURITY.md)");
        assertThat(ROOT.resolve("SECURITY.md")).content().contains("](docs/guarantees.md)");
    }
}
