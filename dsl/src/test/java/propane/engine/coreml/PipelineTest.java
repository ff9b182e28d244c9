package propane.engine.coreml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.dropout;
import static propane.nn.layer.Layers.relu;
import static propane.nn.layer.Layers.sequential;
import static propane.train.option.Option.epochs;
import static propane.train.option.Option.inOrder;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import propane.checkpoint.Weights;
import propane.data.Batch;
import propane.data.DataSource;
import propane.data.Dataset;
import propane.engine.Engine;
import propane.engine.Waves;
import propane.nn.Input;
import propane.nn.Model;
import propane.nn.loss.Losses;
import propane.nn.optimizer.Optimizers;
import propane.spi.Bindings;
import propane.spi.CompiledProgram;
import propane.spi.DeviceReport;
import propane.spi.Program;
import propane.spi.Verdict;
import propane.tensor.DataException;
import propane.tensor.Shape;
import propane.tensor.TensorType;
import propane.train.Trainer;
import propane.train.Training;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** Updates beside uploads: whatever comes first, the weights are those of one after the other. */
class PipelineTest {
    private static final int EXAMPLES = 44;

    @AfterEach
    void takeTheFakeAway() {
        InterpretedShim.remove();
    }

    private static Training training(int accumulate) {
        Model model =
                Model.model(Input.input(5), sequential(dense(8), relu(), dropout(0.3), dense(3)));
        return Training.training(model)
                .loss(Losses.softmaxCrossEntropy())
                .optimizer(Optimizers.adam(1e-2))
                .gradientAccumulation(accumulate)
                .batch(12)
                .seed(5);
    }

    private static Dataset data() {
        return Waves.of(EXAMPLES).shuffle(3);
    }

    private static Weights fitted(Engine engine, int accumulate) {
        try (Trainer trainer = training(accumulate).compile(engine)) {
            trainer.fit(data(), epochs(3));
            return trainer.weights();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void whatComesFirstMakesNoDifference(int accumulate) {
        var uploadsFirst = new Ordered(true);
        Weights expected = fitted(new Ordered(false), accumulate);
        assertThat(fitted(uploadsFirst, accumulate).arrays()).isEqualTo(expected.arrays());
        // Three epochs of four batches, the last of an epoch with nothing after it.
        assertThat(uploadsFirst.ahead[0]).isEqualTo(12);
    }

    /** Examples that end in a row that cannot be read. */
    private record Broken(Batch batch, int bad) implements DataSource {
        @Override
        public long size() {
            return batch.size();
        }

        @Override
        public List<Column> columns() {
            return List.of(
                    Column.input("input", TensorType.float32(Shape.shape(5))),
                    Column.target("target", TensorType.int32(Shape.shape())));
        }

        @Override
        public void read(long row, MemorySegment... to) throws IOException {
            if (row == bad) {
                throw new IOException("no such disk");
            }
            var x = MemorySegment.ofArray(batch.x().floats());
            to[0].copyFrom(x.asSlice(row * 20, 20));
            to[1].set(ValueLayout.JAVA_INT, 0, batch.y().ints()[(int) row]);
        }
    }

    /** A batch that is brought while the step before still updates is no reason to leave that. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aRowThatCannotBeReadLeavesTheStepBeforeIt(boolean uploadsFirst) {
        Dataset all = Waves.of(EXAMPLES);
        Dataset broken = Dataset.from(new Broken(all.all(), 25));
        Weights expected;
        try (Trainer trainer = training(1).compile(new Ordered(uploadsFirst))) {
            trainer.fit(all.take(24), epochs(1), inOrder());
            expected = trainer.weights();
        }
        try (Trainer trainer = training(1).compile(new Ordered(uploadsFirst))) {
            assertThatThrownBy(() -> trainer.fit(broken, epochs(1), inOrder()))
                    .isInstanceOf(DataException.class)
                    .hasMessageStartingWith("Broken: example 25: cannot be read: ");
            assertThat(trainer.steps()).isEqualTo(2);
            assertThat(trainer.weights().arrays()).isEqualTo(expected.arrays());
        }
    }

    @Test
    void throughTheShimToo() {
        InterpretedShim.install();
        int before = InterpretedShim.openSurfaces();
        for (int accumulate : new int[] {1, 3}) {
            Weights piped = fitted(new CoreMlEngine(), accumulate);
            Weights plain = fitted(new Unpiped(new CoreMlEngine()), accumulate);
            assertThat(piped.arrays()).isEqualTo(plain.arrays());
        }
        assertThat(InterpretedShim.openSurfaces()).isEqualTo(before);
    }

    @Test
    void gradientsLieInSurfaces() {
        InterpretedShim.install();
        int before = InterpretedShim.openSurfaces();
        try (Trainer trainer = training(1).compile(new CoreMlEngine())) {
            trainer.fit(data(), epochs(1));
            // Batches of 12 and of 8: each with its inputs, four gradients and a loss.
            assertThat(InterpretedShim.openSurfaces() - before).isGreaterThanOrEqualTo(20);
        }
        assertThat(InterpretedShim.openSurfaces()).isEqualTo(before);
    }

    /** The CPU, given steps by halves, which does first what may be done during an update. */
    private record Ordered(boolean uploadsFirst, int[] ahead) implements Engine {
        private Ordered(boolean uploadsFirst) {
            this(uploadsFirst, new int[1]);
        }

        @Override
        public boolean usesSplitStep() {
            return true;
        }

        @Override
        public String name() {
            return "ordered";
        }

        @Override
        public String describe() {
            return "halves on the CPU";
        }

        @Override
        public Verdict available() {
            return Verdict.yes();
        }

        @Override
        public Verdict supports(Program program) {
            return Verdict.yes();
        }

        @Override
        public CompiledProgram compile(Program program, Bindings bindings) {
            CompiledProgram compiled = Engine.cpu().compile(program, bindings);
            return new Wrapped(compiled) {
                @Override
                public boolean run(String function, Runnable meanwhile) {
                    ahead[0]++;
                    if (uploadsFirst) {
                        meanwhile.run();
                    }
                    return run(function);
                }
            };
        }
    }

    /** An engine whose steps end before anything else begins. */
    private record Unpiped(Engine engine) implements Engine.Forwarding {
        @Override
        public CompiledProgram compile(Program program, Bindings bindings) {
            return new Wrapped(engine.compile(program, bindings));
        }
    }

    private static class Wrapped implements CompiledProgram {
        private final CompiledProgram compiled;

        Wrapped(CompiledProgram compiled) {
            this.compiled = compiled;
        }

        @Override
        public boolean run(String function) {
            return compiled.run(function);
        }

        @Override
        public boolean run(String function, Runnable meanwhile) {
            return run(function);
        }

        @Override
        public DeviceReport report() {
            return compiled.report();
        }

        @Override
        public void close() {
            compiled.close();
        }
    }
}
