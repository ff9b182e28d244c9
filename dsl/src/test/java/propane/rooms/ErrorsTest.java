package propane.rooms;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Errors are made of their parts: no text holds what is a part of its own. */
final class ErrorsTest {
    private static final Pattern JOINT = Pattern.compile("\"\\s*\\+\\s*\"");
    private static final Pattern MARKED = Pattern.compile("\\\\n +(fix:|at )");
    private static final Pattern MADE = Pattern.compile("new (Shape|DType)Exception\\(");

    /** What begins an argument that has the operands of an op or of another error. */
    private static final List<String> WITH_OPERANDS = List.of("problem(op,", "parts)");

    private static Map<Path, String> sources() throws IOException {
        var sources = new TreeMap<Path, String>();
        for (String module : List.of("dsl", "cli", "resolver")) {
            try (Stream<Path> files = Files.walk(Path.of("..", module, "src/main/java"))) {
                for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList()) {
                    sources.put(file, JOINT.matcher(Files.readString(file)).replaceAll(""));
                }
            }
        }
        assertThat(sources).hasSizeGreaterThan(700);
        return sources;
    }

    @Test
    void noTextHoldsAPlaceOrAFix() throws IOException {
        assertThat(sources())
                .allSatisfy((file, source) ->
                        assertThat(MARKED.matcher(source).results()).as("%s", file).isEmpty());
    }

    @Test
    void everyErrorOfShapesAndTypesTellsWhatWasGiven() throws IOException {
        var without = new ArrayList<String>();
        int count = 0;
        for (Map.Entry<Path, String> each : sources().entrySet()) {
            String source = each.getValue();
            Matcher made = MADE.matcher(source);
            while (made.find()) {
                count++;
                String argument = source.substring(made.end(), end(source, made.end()));
                if (!argument.contains(".operand(")
                        && WITH_OPERANDS.stream().noneMatch(argument::startsWith)) {
                    without.add(each.getKey() + ": " + argument.strip());
                }
            }
        }
        assertThat(count).isGreaterThan(50);
        assertThat(without).as("errors that tell no operand, each with .operand(…)").isEmpty();
    }

    /** Returns where the parenthesis ends that begins before a place. */
    private static int end(String source, int from) {
        int depth = 1;
        int at = from;
        while (depth > 0) {
            char c = source.charAt(at);
            if (c == '"') {
                at = quoteEnd(source, at);
            } else if (c == '(') {
                depth++;
            } else if (c == ')') {
                depth--;
            }
            at++;
        }
        return at;
    }

    private static int quoteEnd(String source, int from) {
        int at = from + 1;
        while (source.charAt(at) != '"') {
            at += source.charAt(at) == '\\' ? 2 : 1;
        }
        return at;
    }
}
