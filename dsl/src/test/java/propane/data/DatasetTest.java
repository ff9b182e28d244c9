package propane.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import propane.tensor.DataException;
import propane.tensor.NDArray;
import propane.tensor.PropaneException;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.TensorType;
import propane.tensor.UnknownNameException;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

class DatasetTest {

    /** Returns examples whose input and label are their row. */
    static Dataset rows(int count) {
        float[][] x = new float[count][2];
        int[] labels = new int[count];
        for (int row = 0; row < count; row++) {
            x[row] = new float[] {row, -row};
            labels[row] = row;
        }
        return Dataset.of(x, labels);
    }

    private static ColumnRule classes(int count) {
        return new ColumnRule.Labels(count, List.of());
    }

    private static List<Integer> labels(Dataset data, int epoch) {
        return StreamSupport.stream(data.batches(4, epoch).spliterator(), false)
                .flatMapToInt(batch -> IntStream.of(batch.y().ints()))
                .boxed()
                .toList();
    }

    @Test
    void makesBatchesOfWhichTheLastMayBeShorter() {
        var batches = new ArrayList<Batch>();
        rows(10).batches(4).forEach(batches::add);
        assertThat(batches).extracting(Batch::size).containsExactly(4, 4, 2);
        assertThat(batches.get(2).x()).isEqualTo(NDArray.of(new float[] {8, -8, 9, -9}, 2, 2));
        assertThat(batches.get(2).at("target")).isEqualTo(NDArray.of(new int[] {8, 9}));
        assertThat(batches.get(2)).isEqualTo(rows(10).reader(4).read(7, 2));
    }

    @Test
    void shufflesEachEpochOtherwiseAndAlwaysTheSame() {
        var data = rows(100).shuffle(3);
        assertThat(labels(data, 0)).isEqualTo(labels(rows(100).shuffle(3), 0));
        assertThat(labels(data, 0)).isNotEqualTo(labels(data, 1));
        assertThat(labels(data, 0)).isNotEqualTo(labels(rows(100).shuffle(4), 0));
        for (int epoch = 0; epoch < 5; epoch++) {
            assertThat(labels(data, epoch))
                    .containsExactlyInAnyOrderElementsOf(labels(rows(100), 0));
        }
        assertThat(labels(rows(100), 5)).isSorted();
    }

    @Test
    void shufflesEvenly() {
        // 10 values over 10 places in 2,000 epochs: 200 each, standard deviation about 13.4.
        int[][] seen = new int[10][10];
        var data = rows(10).shuffle(11);
        for (int epoch = 0; epoch < 2_000; epoch++) {
            var labels = labels(data, epoch);
            for (int place = 0; place < 10; place++) {
                seen[labels.get(place)][place]++;
            }
        }
        for (int[] row : seen) {
            assertThat(row)
                    .satisfies(counts ->
                            IntStream.of(counts).forEach(n -> assertThat(n).isBetween(130, 270)));
        }
    }

    @Test
    void splitsIntoPartsThatTogetherAreAll() {
        var split = rows(50).split(0.8, 1);
        assertThat(split.train().size()).isEqualTo(40);
        var all = new HashSet<>(labels(split.train(), 0));
        assertThat(labels(split.train(), 0)).isSorted().isNotEqualTo(labels(rows(40), 0));
        all.addAll(labels(split.test(), 0));
        assertThat(all).hasSize(50);
        assertThat(labels(rows(50).split(0.8, 1).test(), 0)).isEqualTo(labels(split.test(), 0));
        assertThat(labels(rows(50).split(0.8, 2).test(), 0)).isNotEqualTo(labels(split.test(), 0));
        assertThat(split.test().classes()).isEqualTo(50);

        var at = rows(50).splitAt(30);
        assertThat(labels(at.train(), 0)).isEqualTo(labels(rows(30), 0));
        assertThat(labels(at.test(), 0).getFirst()).isEqualTo(30);
        assertThat(labels(rows(50).take(3), 0)).containsExactly(0, 1, 2);
        assertThat(rows(5).take(9).size()).isEqualTo(5);
        assertThatThrownBy(() -> rows(50).splitAt(50))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith(
                        "data: splitAt(50) of 50 examples would leave a part empty");
        assertThatThrownBy(() -> rows(3).split(0.01, 1)).isInstanceOf(DataException.class);
    }

    @Test
    void addsNoiseThatEpochsAndRowsDoNotShare() {
        var data = rows(400).named("image").withNoise("noise", 3, 2);
        assertThat(data.inputs())
                .isEqualTo(
                        Map.of(
                                "image",
                                TensorType.float32(Shape.shape(2)),
                                "noise",
                                TensorType.float32(Shape.shape(3, 2))));
        var noise = data.all().at("noise");
        assertThat(noise.shape()).isEqualTo(Shape.shape(400, 3, 2));
        double sum = 0;
        double squares = 0;
        var distinct = new HashSet<Double>();
        for (double value : noise.doubles()) {
            sum += value;
            squares += value * value;
            distinct.add(value);
        }
        // Of 2,400 standard normal values the mean is within 0.08, the variance within 0.12.
        assertThat(sum / 2_400).isBetween(-0.08, 0.08);
        assertThat(squares / 2_400).isBetween(0.88, 1.12);
        assertThat(distinct).hasSizeGreaterThan(2_390);
        assertThat(data.all()).isEqualTo(data.all());
        assertThat(data.reader(400).read(1, 0).at("noise")).isNotEqualTo(noise);
        assertThat(rows(400).withNoise(5, "noise", 3, 2).all().at("noise")).isNotEqualTo(noise);
        // The noise belongs to the row, wherever the order puts it.
        var shuffled = data.shuffle(9).all();
        int row = (int) shuffled.y().at(0);
        assertThat(shuffled.at("noise").slice(0, 1)).isEqualTo(noise.slice(row, row + 1));
    }

    @Test
    void scalesReshapesAndNamesTheOnlyInput() {
        var data = rows(3).scale(0.5).reshape(2, 1).named("pixels", "digit");
        assertThat(data.all().at("pixels"))
                .isEqualTo(NDArray.of(new float[] {0, 0, 0.5f, -0.5f, 1, -1}, 3, 2, 1));
        assertThat(data.targets()).containsOnlyKeys("digit");
        assertThat(data).hasToString("3 examples: {pixels=fp32[2, 1]} → {digit=int32[]}");
        assertThatThrownBy(() -> rows(3).reshape(3))
                .isInstanceOf(ShapeException.class)
                .hasMessageStartingWith(
                        "data: reshape to [3] needs 3 elements; an example of input has shape [2],"
                                + " which is 2");
        assertThatThrownBy(() -> rows(3).scale(Double.NaN)).isInstanceOf(DataException.class);
        assertThatThrownBy(() -> rows(3).withNoise("noise", 1).reshape(2))
                .isInstanceOf(UnknownNameException.class)
                .hasMessageContaining("there are [input, noise]");
        assertThatThrownBy(() -> rows(3).named("target")).isInstanceOf(UnknownNameException.class);
        assertThatThrownBy(() -> rows(3).withNoise("input", 1))
                .isInstanceOf(UnknownNameException.class);
    }

    @Test
    void takesSeveralNamedInputsAndTargets() {
        var inputs = new LinkedHashMap<String, NDArray>();
        inputs.put("source", NDArray.of(new int[] {1, 2, 3, 4}, 2, 2));
        inputs.put("weight", NDArray.of(new float[] {5, 6}));
        var data = Dataset.of(inputs, Map.of("next", NDArray.of(new float[] {7, 8}, 2, 1)));
        var last = data.reader(1).read(0, 1);
        assertThat(last.at("source")).isEqualTo(NDArray.of(new int[] {3, 4}, 1, 2));
        assertThat(last.at("weight")).isEqualTo(NDArray.of(new float[] {6}));
        assertThat(last.y()).isEqualTo(NDArray.of(new float[] {8}, 1, 1));
        assertThatThrownBy(last::x).isInstanceOf(UnknownNameException.class);
        assertThatThrownBy(() -> last.at("sauce")).hasMessageContaining("source");
        assertThat(Dataset.of(NDArray.of(new float[] {1, 2})).all().targets()).isEmpty();
    }

    @Test
    void refusesArraysThatDoNotFit() {
        assertThatThrownBy(() ->
                        Dataset.of(NDArray.of(new float[] {1, 2, 3}), NDArray.of(new int[] {1, 2})))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("input has shape [3], target has [2]");
        assertThatThrownBy(() -> Dataset.of(NDArray.scalar(1))).isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> Dataset.of(new float[][] {{1}, {Float.NaN}}, new int[] {0, 0}))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith(
                        "data: input holds NaN in example 1, element 0; every value must be"
                                + " finite");
        assertThatThrownBy(() -> Dataset.of(new float[][] {{1}, {2, 3}}, new int[] {0, 1}))
                .isInstanceOf(ShapeException.class);
        assertThatThrownBy(() -> rows(3).batches(0)).isInstanceOf(PropaneException.class);
    }

    @Test
    void namesTheExampleOfALabelTheModelDoesNotKnow() {
        rows(10).require("target", classes(10));
        assertThatThrownBy(() -> rows(10).require("target", classes(7)))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("example 7: the target is 7; the model tells 7 classes");
        rows(10).splitAt(7).train().require("target", classes(7));
        assertThatThrownBy(() -> rows(2).require("tarket", classes(7)))
                .isInstanceOf(UnknownNameException.class);
        var ignoring = Dataset.of(NDArray.of(new float[] {1, 2}), NDArray.of(new int[] {3, -100}));
        assertThatThrownBy(() -> ignoring.require("target", classes(7)))
                .hasMessageStartingWith("example 1: the target is -100");
        ignoring.require("target", new ColumnRule.Labels(7, List.of(-100)));
        assertThatThrownBy(
                        () -> ignoring.require("target", new ColumnRule.Labels(2, List.of(-100))))
                .hasMessageStartingWith("example 0: the target is 3");
    }

    @Test
    void namesTheExampleOfATokenWithoutAVector() {
        var tokens = NDArray.of(new int[] {1, 2, 4, -1}, 2, 2);
        var data = Dataset.of(tokens, NDArray.of(new int[2]));
        assertThatThrownBy(() -> data.require("input", new ColumnRule.Tokens(5)))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith(
                        "example 1: the input holds the token number -1; the embed");
        data.take(1).require("input", new ColumnRule.Tokens(5));
        assertThatThrownBy(() -> data.take(1).require("input", new ColumnRule.Tokens(2)))
                .hasMessageContaining("vectors for 0 to 1");
        rows(3).require("input", new ColumnRule.Tokens(0));
    }
}
