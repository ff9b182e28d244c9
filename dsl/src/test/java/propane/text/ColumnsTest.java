package propane.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.List;

class ColumnsTest {
    @Test
    void textsAreFilledUpAndLongerOnesKept() {
        assertThat(Columns.left("ab", 4) + "|").isEqualTo("ab  |");
        assertThat(Columns.right("ab", 4)).isEqualTo("  ab");
        assertThat(Columns.right("abcde", 4)).isEqualTo("abcde");
    }

    @Test
    void columnsAreAsWideAsTheirLongestCells() {
        assertThat(Columns.right(List.of(List.of("1", "-20"), List.of("100"), List.of("7", "8"))))
                .containsExactly("  1 -20", "100", "  7   8");
    }
}
