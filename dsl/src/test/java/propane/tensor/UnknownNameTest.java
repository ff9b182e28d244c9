package propane.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.stream.IntStream;

class UnknownNameTest {
    private static String text(String name, String... known) {
        return UnknownNameException.among("freeze: nothing", name, List.of(known)).getMessage();
    }

    @Test
    void asksForTheNearestNameAndListsAll() {
        assertThat(text("haed", "body", "head", "foot"))
                .startsWith("freeze: nothing named haed\n")
                .endsWith("\n    fix: did you mean head? There are body, head, foot");
    }

    @Test
    void ofNamesEquallyNearTheOneWithTheNearestNumberIsMeant() {
        assertThat(text("dense_3", "dense_1", "dense_2")).contains("did you mean dense_2?");
        assertThat(text("dense_12", "dense_2", "dense_10")).contains("did you mean dense_10?");
        assertThat(text("x", "dense_99999999999")).contains("did you mean dense_99999999999?");
    }

    @Test
    void doesNotListManyNorWhatIsNotThere() {
        var many = IntStream.range(0, 40).mapToObj(i -> "dense_" + i).toArray(String[]::new);
        assertThat(text("dense_41", many)).contains("did you mean dense_").doesNotContain("There");
        assertThat(text("dense_41")).startsWith("freeze: nothing named dense_41; there is none");
    }
}
