package propane.spi.op;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import demo.BrokenRules;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import propane.tensor.DTypeException;
import propane.tensor.ShapeException;

import java.util.Arrays;
import java.util.List;

/** What a broken type rule tells its user. */
class InferTest {
    static List<BrokenRules.Mistake> shapes() {
        return BrokenRules.ofShapes();
    }

    static List<BrokenRules.Mistake> types() {
        return BrokenRules.ofTypes();
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void aWrongShapeIsExplained(BrokenRules.Mistake mistake) {
        Throwable error = catchThrowable(mistake.make()::get);
        assertThat(error).isExactlyInstanceOf(ShapeException.class);
        requireExplained(error, mistake);
    }

    @ParameterizedTest
    @MethodSource("types")
    void aWrongElementTypeIsExplained(BrokenRules.Mistake mistake) {
        Throwable error = catchThrowable(mistake.make()::get);
        assertThat(error).isExactlyInstanceOf(DTypeException.class);
        requireExplained(error, mistake);
    }

    /** The rule, the user's line, an operand with type and origin, the fix; each in its line. */
    private static void requireExplained(Throwable error, BrokenRules.Mistake mistake) {
        var lines = error.getMessage().lines().toList();
        int line =
                Arrays.stream(error.getStackTrace())
                        .filter(frame -> frame.getClassName().startsWith("demo."))
                        .findFirst()
                        .orElseThrow()
                        .getLineNumber();
        assertThat(lines.getFirst()).contains(mistake.rule());
        assertThat(lines.get(1)).isEqualTo("    at BrokenRules.java:" + line);
        assertThat(lines.subList(2, lines.size() - 1))
                .isNotEmpty()
                .allSatisfy(operand ->
                        assertThat(operand)
                                .matches(
                                        "    \\w+(\\[\\d\\])? +(fp32|int32|bool)\\[[\\d, ]*\\] +"
                                                + "made by (port \\w+|\\w+ at"
                                                + " BrokenRules.java:\\d+)"));
        assertThat(lines.getLast()).startsWith("    fix: ").contains(mistake.fix());
    }

    @Test
    void operandsAreNamedWithTheirOrigin() {
        var mistake = BrokenRules.ofShapes().get(3);
        Throwable error = catchThrowable(mistake.make()::get);
        assertThat(error.getMessage())
                .containsPattern("x +fp32\\[2, 3\\] +made by relu at BrokenRules.java:\\d+")
                .containsPattern("y +fp32\\[4, 5\\] +made by port y");
    }
}
