package propane.docs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import propane.nn.layer.Layers;
import propane.nn.loss.Losses;
import propane.nn.metric.Metrics;
import propane.nn.optimizer.GradientTransforms;
import propane.nn.optimizer.Optimizers;
import propane.nn.schedule.Schedules;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

final class VocabularyPageTest {
    private static final Path PAGE = Path.of("../docs/layers.md");

    @Test
    void thePageIsWhatTheCommentsSay() throws IOException {
        String text = new VocabularyPage().text();
        if (Boolean.getBoolean("propane.update")) {
            Files.writeString(PAGE, text);
        }
        assertThat(PAGE)
                .as(
                        "docs/layers.md is out of date; to write it again:\n    mvn -B verify -pl"
                                + " dsl -am -Dtest=VocabularyPageTest"
                                + " -Dsurefire.failIfNoSpecifiedTests=false"
                                + " -Dpropane.update=true\n")
                .content()
                .isEqualTo(text);
    }

    @Test
    void everyWordHasItsRowAndItsSentence() throws IOException {
        var page = new VocabularyPage();
        List<String> names =
                page.calls().stream().map(call -> call.replaceAll("\\(.*", "")).toList();
        Stream.of(
                        Layers.class,
                        Losses.class,
                        Optimizers.class,
                        GradientTransforms.class,
                        Schedules.class,
                        Metrics.class)
                .flatMap(each -> Stream.of(each.getMethods()))
                .filter(method -> Modifier.isStatic(method.getModifiers()))
                .forEach(method -> assertThat(names).contains(method.getName()));
        assertThat(page.text().lines().filter(line -> line.startsWith("| [")))
                .hasSizeGreaterThan(100)
                .allSatisfy(line -> assertThat(line).endsWith(". |"));
        assertThat(page.text()).doesNotContain("null").doesNotContain("{@");
    }
}
