package propane.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import propane.tensor.DataException;
import propane.tensor.NDArray;
import propane.tensor.PropaneException;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** How data are split, and what is said where a part has not all classes. */
class SplitsTest {
    private static Dataset labelled(int... labels) {
        float[][] x = new float[labels.length][1];
        for (int i = 0; i < x.length; i++) {
            x[i][0] = i;
        }
        return Dataset.of(x, labels);
    }

    private static Map<Integer, Integer> counts(Dataset data) {
        var counts = new TreeMap<Integer, Integer>();
        IntStream.of(data.all().y().ints()).forEach(label -> counts.merge(label, 1, Integer::sum));
        return counts;
    }

    private static String errors(Supplier<Dataset.Split> body) {
        var text = new ByteArrayOutputStream();
        PrintStream before = System.err;
        System.setErr(new PrintStream(text, true, StandardCharsets.UTF_8));
        try {
            body.get();
        } finally {
            System.setErr(before);
        }
        return text.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aPartThatLacksAClassIsTold() {
        // As three folders are read one after the other.
        var sorted = labelled(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2);
        assertThat(errors(() -> sorted.splitAt(8)))
                .contains(
                        "data: splitAt(8) leaves the first part without an example of the target 2")
                .contains(
                        "data: splitAt(8) leaves the second part without an example of the target"
                                + " 0, 1, which the other has")
                .contains("to have all in both: split(fraction, seed)")
                .hasLineCount(2);
        assertThat(errors(() -> labelled(0, 1, 2, 2, 1, 0).splitAt(3))).isEmpty();
        // What a loss ignores is no class, nor are vectors.
        assertThat(errors(() -> labelled(0, -100, 0, 0).splitAt(2))).isEmpty();
        var vectors = Dataset.of(new float[][] {{1}, {2}}, new float[][] {{1}, {2}});
        assertThat(errors(() -> vectors.splitAt(1))).isEmpty();
        assertThat(errors(() -> labelled(IntStream.range(0, 20).toArray()).splitAt(10)))
                .contains("target 10, 11, 12, 13, 14 and 5 more");
        assertThat(errors(() -> labelled(0, 0, 0, 1).split(0.5, 1)))
                .contains("stratifiedSplit(0.5, 1)");
    }

    @Test
    void aStratifiedSplitHasEachClassInBothPartsByItsShare() {
        long seed = System.nanoTime();
        System.out.println("SplitsTest seed " + seed);
        var random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            int size = 10 + random.nextInt(200);
            int classes = 1 + random.nextInt(5);
            int[] labels = random.ints(size, 0, classes).map(a -> a * a).toArray();
            double share = 0.1 + 0.8 * random.nextDouble();
            Dataset all = labelled(labels);
            Dataset.Split split = all.stratifiedSplit(share, round);
            var whole = counts(all);
            var train = counts(split.train());
            var test = counts(split.test());
            assertThat(split.train().size() + split.test().size()).isEqualTo(size);
            assertThat(split.train().size())
                    .isCloseTo(
                            (int) Math.round(share * size),
                            org.assertj.core.data.Offset.offset(classes));
            whole.forEach((label, count) -> {
                int of = train.getOrDefault(label, 0);
                assertThat(of + test.getOrDefault(label, 0)).isEqualTo(count);
                assertThat((double) of)
                        .isCloseTo(share * count, org.assertj.core.data.Offset.offset(1.0));
                if (count > 1) {
                    assertThat(of).isBetween(1, count - 1);
                }
            });
            assertThat(split.train().all().x())
                    .isEqualTo(all.stratifiedSplit(share, round).train().all().x());
            assertThat(split.train().all().x().floats()).isSorted();
        }
    }

    @Test
    void whatHasNoClassesIsNotStratified() {
        var vectors = Dataset.of(new float[][] {{1}, {2}}, new float[][] {{1}, {2}});
        assertThatThrownBy(() -> vectors.stratifiedSplit(0.5, 1))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("needs one int32 target");
        assertThatThrownBy(() -> vectors.stratifiedSplit(0.5, 1, "target"))
                .hasMessageContaining("one class number an example; target is fp32[1]");
        assertThatThrownBy(() -> labelled(0, 1).stratifiedSplit(0.5, 1, "tarket"))
                .hasMessageContaining("did you mean target");
        assertThatThrownBy(() -> labelled(0, 1).stratifiedSplit(Double.NaN, 1))
                .isInstanceOf(PropaneException.class);
        assertThatThrownBy(() -> labelled(0, 1).stratifiedSplit(0.5, 1))
                .hasMessageContaining("would leave a part empty");
    }

    @Test
    void channelsComeFirstWhateverTheNumbersAre() {
        NDArray last = NDArray.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 1, 2, 2, 3);
        Dataset first = Dataset.of(last).channelsFirst();
        assertThat(first.all().x())
                .isEqualTo(
                        NDArray.of(
                                new float[] {1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12}, 1, 3, 2, 2));
        Dataset whole = Dataset.of(NDArray.of(new int[] {1, 2, 3, 4}, 1, 1, 2, 2)).channelsFirst();
        assertThat(whole.all().x()).isEqualTo(NDArray.of(new int[] {1, 3, 2, 4}, 1, 2, 1, 2));
        assertThatThrownBy(() -> Dataset.of(NDArray.of(new float[4], 1, 2, 2)).channelsFirst())
                .hasMessageContaining("reshape(1, 2, 2)");
    }
}
