package propane.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import propane.tensor.DType;
import propane.tensor.DataException;
import propane.tensor.NDArray;
import propane.tensor.PropaneException;
import propane.tensor.Shape;
import propane.tensor.TensorType;
import propane.tensor.UnknownNameException;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Examples that a source of a user's own gives, one by one. */
class DataSourceTest {
    private static final Shape IMAGE = Shape.shape(2, 3, 2);
    private static final int PIXELS = 12;

    /** Images with class numbers, each a function of its row; counts what is read. */
    private static final class Images implements DataSource {
        private final long size;
        private long reads;

        Images(long size) {
            this.size = size;
        }

        static float pixel(long row, int i) {
            return (float) Math.sin(row * PIXELS + i);
        }

        static int label(long row) {
            return (int) (row * row % 5);
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public List<Column> columns() {
            return List.of(
                    Column.target("digit", TensorType.int32(Shape.shape())),
                    Column.input("image", TensorType.float32(IMAGE)));
        }

        @Override
        public void read(long row, MemorySegment... to) {
            reads++;
            to[0].set(ValueLayout.JAVA_INT, 0, label(row));
            for (int i = 0; i < PIXELS; i++) {
                to[1].setAtIndex(ValueLayout.JAVA_FLOAT, i, pixel(row, i));
            }
        }

        /** Returns the same in arrays. */
        static Dataset inMemory(int size) {
            float[] pixels = new float[size * PIXELS];
            int[] labels = new int[size];
            for (int row = 0; row < size; row++) {
                labels[row] = label(row);
                for (int i = 0; i < PIXELS; i++) {
                    pixels[row * PIXELS + i] = pixel(row, i);
                }
            }
            return Dataset.of(
                    Map.of("image", NDArray.of(pixels, IMAGE.prepend(size))),
                    Map.of("digit", NDArray.of(labels)));
        }
    }

    /** One column of single numbers. */
    private record Numbers(Column column, long size, LongFunction<Number> numbers)
            implements DataSource {
        static Numbers inputs(long size, LongFunction<Number> numbers) {
            var type = TensorType.float32(Shape.shape(1));
            return new Numbers(Column.input("x", type), size, numbers);
        }

        static Numbers tokens(long size, LongFunction<Number> numbers) {
            var type = TensorType.int32(Shape.shape(1));
            return new Numbers(Column.input("x", type), size, numbers);
        }

        @Override
        public List<Column> columns() {
            return List.of(column);
        }

        @Override
        public void read(long row, MemorySegment... to) throws IOException {
            Number number = numbers.apply(row);
            switch (number) {
                case Integer i -> to[0].set(ValueLayout.JAVA_INT, 0, i);
                case Float f -> to[0].set(ValueLayout.JAVA_FLOAT, 0, f);
                default -> throw new IOException("the disk is gone");
            }
        }
    }

    /** A target of single numbers beside an input that is always 0. */
    private record Targets(TensorType type, List<? extends Number> numbers) implements DataSource {
        static Targets floats(Float... numbers) {
            return new Targets(TensorType.float32(Shape.shape()), List.of(numbers));
        }

        static Targets ints(Integer... numbers) {
            return new Targets(TensorType.int32(Shape.shape()), List.of(numbers));
        }

        @Override
        public long size() {
            return numbers.size();
        }

        @Override
        public List<Column> columns() {
            return List.of(
                    Column.input("x", TensorType.float32(Shape.shape(1))),
                    Column.target("y", type));
        }

        @Override
        public void read(long row, MemorySegment... to) {
            to[0].fill((byte) 0);
            switch (numbers.get((int) row)) {
                case Integer i -> to[1].set(ValueLayout.JAVA_INT, 0, i);
                case Number f -> to[1].set(ValueLayout.JAVA_FLOAT, 0, f.floatValue());
            }
        }
    }

    private static void assertSame(Dataset given, Dataset expected) {
        assertThat(given).hasToString(expected.toString());
        for (int epoch = 0; epoch < 2; epoch++) {
            var other = expected.batches(7, epoch).iterator();
            for (Batch batch : given.batches(7, epoch)) {
                assertThat(batch).isEqualTo(other.next());
            }
            assertThat(other).isExhausted();
        }
    }

    @Test
    void givesTheSameToTheLastBitAsArrays() {
        Dataset memory = Images.inMemory(53);
        Dataset lazy = Dataset.from(new Images(53));
        Stream.<UnaryOperator<Dataset>>of(
                        data -> data,
                        data -> data.take(20),
                        data -> data.shuffle(3),
                        data -> data.named("x"),
                        data -> data.named("x", "y").shuffle(4).take(11),
                        data -> data.reshape(12).scale(1 / 3.0),
                        data -> data.scale(0.7).channelsFirst().scale(255).shuffle(1),
                        data -> data.withNoise("noise", 2).shuffle(8),
                        data -> data.floatTarget("digit").channelsFirst().withNoise(9, "z", 1),
                        data -> data.splitAt(30).test().shuffle(2),
                        data -> data.split(0.7, 5).train(),
                        data -> data.split(0.7, 5).test().shuffle(6).splitAt(4).test(),
                        data -> data.stratifiedSplit(0.6, 2).train(),
                        data -> data.take(40).stratifiedSplit(0.6, 2, "digit").test(),
                        data -> data.require("digit", new ColumnRule.Labels(5, List.of())))
                .forEach(way -> assertSame(way.apply(lazy), way.apply(memory)));
        assertThat(lazy.take(7).classes()).isEqualTo(memory.take(7).classes()).isEqualTo(5);
        assertThat(lazy.all()).isEqualTo(memory.all());
    }

    @Test
    void readsNothingBeforeABatchWantsIt() {
        var images = new Images(10_000_000);
        var all = Dataset.from(images);
        var split = all.named("x", "y").channelsFirst().scale(2).splitAt(9_000_000);
        split.train().split(0.5, 1);
        split.train()
                .shuffle(1)
                .withNoise("noise", 1)
                .require("y", new ColumnRule.Labels(5, List.of()))
                .floatTarget("y")
                .reader(10);
        assertThat(images.reads).isZero();
        var reader = split.test().shuffle(7).reader(32);
        assertThat(reader.count()).isEqualTo(31_250);
        assertThat(images.reads).isZero();
        reader.read(3, 31_249);
        assertThat(images.reads).isEqualTo(32);
        assertThat(all.take(5).all().size()).isEqualTo(5);
        assertThat(images.reads).isEqualTo(37);
    }

    @Test
    void takesNoMemoryForRowsInTheirOrder() {
        long before = allocated();
        var part = Dataset.from(new Images(2_000_000_000)).splitAt(1_999_999_990).test().take(8);
        assertThat(part.all().size()).isEqualTo(8);
        Dataset.from(new Images(2_000_000_000)).reader(4).read(5, 499_999_999);
        assertThat(allocated() - before).isLessThan(5_000_000);
    }

    private static long allocated() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        return threads.getCurrentThreadAllocatedBytes();
    }

    /** A source that reads whole batches, and leaves nothing in the array it was given. */
    private record AtOnce(Images images) implements DataSource {
        @Override
        public long size() {
            return images.size();
        }

        @Override
        public List<Column> columns() {
            return images.columns();
        }

        @Override
        public void read(long row, MemorySegment... to) {
            throw new AssertionError("asked for one");
        }

        @Override
        public void read(long[] rows, int count, MemorySegment... to) {
            for (int i = 0; i < count; i++) {
                images.read(
                        rows[i],
                        to[0].asSlice(i * 4L, 4),
                        to[1].asSlice(i * 4L * PIXELS, 4L * PIXELS));
            }
            Arrays.fill(rows, -1);
        }
    }

    @Test
    void aBatchMayBeReadAtOnce() {
        assertSame(Dataset.from(new AtOnce(new Images(40))), Images.inMemory(40));
        assertSame(
                Dataset.from(new AtOnce(new Images(40))).withNoise("n", 2).split(0.5, 1).train(),
                Images.inMemory(40).withNoise("n", 2).split(0.5, 1).train());
    }

    @Test
    void whatASourceThrowsNamesSourceAndRow() {
        var broken = Dataset.from(Numbers.inputs(100, row -> row == 41 ? 1L : (Number) 1f));
        broken.take(41).all();
        assertThatThrownBy(broken::all)
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith(
                        "Numbers: example 41: cannot be read: java.io.IOException: the disk is")
                .hasCauseInstanceOf(IOException.class);
        var beyond = Dataset.from(Numbers.inputs(3, row -> List.<Number>of(1f).get((int) row)));
        assertThatThrownBy(() -> beyond.shuffle(1).all())
                .hasMessageContaining("Numbers: example ")
                .hasCauseInstanceOf(IndexOutOfBoundsException.class);
        var own =
                Dataset.from(
                        new DataSource() {
                            @Override
                            public long size() {
                                return 9;
                            }

                            @Override
                            public List<Column> columns() {
                                return Numbers.inputs(9, _ -> 1f).columns();
                            }

                            @Override
                            public void read(long row, MemorySegment... to) {}

                            @Override
                            public void read(long[] rows, int count, MemorySegment... to) {
                                throw new DataException("it rains\n    fix: wait");
                            }

                            @Override
                            public String place(long row) {
                                return "weather.bin, hour " + row;
                            }
                        });
        assertThatThrownBy(() -> own.splitAt(2).test().all())
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith(
                        "weather.bin, hour 2 or another of a batch of 7: cannot be read: it rains")
                .hasCauseInstanceOf(DataException.class);
        assertThatThrownBy(() -> own.take(1).all())
                .hasMessageStartingWith("weather.bin, hour 0: cannot be read: it rains");
        assertThat(own.place(3)).isEqualTo("weather.bin, hour 3");
    }

    @Test
    void valuesAreCheckedAsTheyAreRead() {
        var nan = Dataset.from(Numbers.inputs(9, row -> row == 6 ? Float.NaN : 1f)).named("z");
        nan.take(6).all();
        assertThatThrownBy(() -> nan.shuffle(1).all())
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith(
                        "Numbers: example 6: z holds NaN, element 0; every value must be finite");
        var large = Dataset.from(Numbers.inputs(9, row -> row == 6 ? 1e38f : 1f)).scale(10);
        assertThatThrownBy(() -> large.splitAt(5).test().all())
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("Numbers: example 6: scale(10.0) of 1.0E38 is no finite");
        var missing = Dataset.from(Targets.floats(0f, Float.NaN, Float.NEGATIVE_INFINITY));
        assertThat(missing.take(2).all().y().at(1)).isNaN();
        assertThatThrownBy(missing::all).hasMessageContaining("Targets: example 2: y holds -Inf");
        var whole = Dataset.from(Targets.ints(1, 2, 1 << 24, -(1 << 24) - 2)).floatTarget("y");
        assertThat(whole.take(3).all().y().at(2)).isEqualTo(1 << 24);
        assertThatThrownBy(whole::all)
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("Targets: example 3: the y holds -16777218, which float32");
        assertThatThrownBy(() -> Dataset.from(Targets.ints(1)).named("y", "z").scale(2).named("z"))
                .isInstanceOf(UnknownNameException.class);
    }

    @Test
    void rulesAreHeldToAsRowsAreRead() {
        var tokens =
                Dataset.from(Numbers.tokens(9, row -> (int) row))
                        .require("x", new ColumnRule.Tokens(7))
                        .named("words");
        tokens.take(7).all();
        assertThatThrownBy(tokens::all)
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("Numbers: example 7: the x holds the token number 7");
        var labels =
                Dataset.from(Targets.ints(0, -100, 3, 4))
                        .require("y", new ColumnRule.Labels(4, List.of(-100)));
        labels.take(3).all();
        assertThatThrownBy(labels::all).hasMessageStartingWith("Targets: example 3: the y is 4");
        var signs =
                Dataset.from(Targets.floats(1f, -1f, 1f, 0f))
                        .require(
                                "y",
                                new ColumnRule.Numbers(ColumnRule.Range.SIGNS, false, List.of()));
        // Each is fine by itself, and so is each batch of two.
        var reader = signs.reader(2);
        reader.read(0, 0);
        assertThatThrownBy(() -> reader.read(0, 1))
                .hasMessageStartingWith(
                        "Targets: example 3: the y is 0; the training takes either");
        signs.reader(2).read(0, 1);
        var gaps =
                Dataset.from(Targets.floats(1f, Float.NaN))
                        .require(
                                "y",
                                new ColumnRule.Numbers(ColumnRule.Range.ANY, false, List.of()));
        assertThatThrownBy(gaps::all)
                .hasMessageStartingWith("Targets: example 1: the y is missing, NaN in element 0");
        assertThatThrownBy(() -> gaps.require("y", new ColumnRule.Labels(2, List.of())))
                .hasMessageStartingWith("data: labels are int32; y is fp32[]");
        assertThatThrownBy(() -> gaps.require("z", new ColumnRule.Tokens(2)))
                .isInstanceOf(UnknownNameException.class);
    }

    private static void refused(DataSource source, String text) {
        assertThatThrownBy(() -> Dataset.from(source))
                .isInstanceOf(PropaneException.class)
                .hasMessageContaining(text)
                .hasMessageContaining("\n    fix: ");
    }

    @Test
    void whatIsNoSourceIsRefused() {
        refused(Numbers.inputs(-1, _ -> 1f), "Numbers has -1 examples; a data set takes 0 to");
        refused(Numbers.inputs(1L << 31, _ -> 1f), "has 2147483648 examples");
        var half = new TensorType(DType.FLOAT16, Shape.shape());
        refused(
                new Numbers(DataSource.Column.input("x", half), 1, _ -> 1f),
                "the column x of fp16[]; columns are float32 or int32");
        var target = DataSource.Column.target("x", TensorType.float32(Shape.shape()));
        refused(new Numbers(target, 1, _ -> 1f), "has no input");
        assertThatThrownBy(() -> DataSource.Column.input(null, half))
                .isInstanceOf(PropaneException.class);
        assertThatThrownBy(() -> Dataset.from(null)).isInstanceOf(PropaneException.class);
        assertThat(Dataset.from(Numbers.inputs(0, _ -> 1f)).size()).isZero();
    }
}
