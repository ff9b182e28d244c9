package propane.engine.coreml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import propane.coreml.ModelCard;
import propane.coreml.write.ProgramPackage;
import propane.ffm.NativeException;
import propane.ffm.shim.ShimArray;
import propane.ffm.shim.ShimJob;
import propane.ffm.shim.ShimModel;
import propane.ffm.shim.ShimSurface;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Predictions through Swift: on foreign threads, cancelled, strided, and refused. */
@OnTheSwiftShim
@Timeout(60)
class SwiftShimPredictionTest {
    private static final int ROWS = 3;
    private static final int IN = 5;
    private static final int OUT = 7;
    private static final long[] X = {ROWS, IN};
    private static final long[] Y = {ROWS, OUT};

    @TempDir private Path folder;
    private final Arena arena = Arena.ofAuto();

    /** One dense layer in float16; rows of 5 and 7 elements lie in padded ones anywhere else. */
    private static Program layer() {
        Tensor x = port("x", Role.BATCH, ROWS, IN).tensor();
        Tensor weight = port("weight", Role.WEIGHT, IN, OUT).tensor();
        return Program.of(
                Program.Function.of(
                        "layer", List.of(Program.Output.result("y", x.matmul(weight).relu()))));
    }

    private static Port port(String name, Role role, int... dims) {
        return new Port(name, role, new TensorType(DType.FLOAT16, Shape.shape(dims)));
    }

    private static final Map<String, NDArray> VALUES =
            Map.of("x", numbers(ROWS, IN), "weight", numbers(IN, OUT));
    private static final short[] EXPECTED =
            Interpreter.run(layer().function("layer"), VALUES).get("y").halfBits();

    private static NDArray numbers(int rows, int columns) {
        double[] numbers = new double[rows * columns];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (i * 7 % 11 - 4) / 8.0;
        }
        return NDArray.of(numbers, new TensorType(DType.FLOAT16, Shape.shape(rows, columns)));
    }

    private ShimModel load() {
        Path file = folder.resolve("Layer.mlpackage");
        ProgramPackage.write(layer(), file, ModelCard.BLANK);
        return load(file, "", Duration.ZERO);
    }

    private static ShimModel load(Path file, String function, Duration limit) {
        return ShimModel.load(file, function, ShimModel.Units.CPU_AND_NEURAL_ENGINE, limit);
    }

    private ShimArray input(String name) {
        MemorySegment data =
                arena.allocateFrom(ValueLayout.JAVA_SHORT, VALUES.get(name).halfBits());
        long[] dims = VALUES.get(name).shape().dims().stream().mapToLong(d -> d).toArray();
        return new ShimArray(name, data, ShimArray.Type.FLOAT16, dims);
    }

    private ShimArray output() {
        MemorySegment data = arena.allocate(ValueLayout.JAVA_SHORT, ROWS * OUT);
        return new ShimArray("y", data, ShimArray.Type.FLOAT16, Y);
    }

    private static short[] read(ShimArray array) {
        return array.data().toArray(ValueLayout.JAVA_SHORT);
    }

    private List<ShimArray> inputs() {
        return List.of(input("x"), input("weight"));
    }

    @AfterEach
    void letGo() {
        StandInCoreMl.release();
    }

    @Test
    void aPredictionIsMadeOnAnotherThread() throws InterruptedException {
        ShimArray y = output();
        try (ShimModel model = load()) {
            StandInCoreMl.hold();
            StandInCoreMl.threads();
            try (ShimJob job = model.prediction(inputs(), List.of(y)).begin()) {
                assertThat(job.hasEnded()).isFalse();
                assertThat(read(y)).containsOnly(0);
                StandInCoreMl.release();
                assertThat(job.await()).isEqualTo(ShimJob.Ending.DONE);
            }
            assertThat(read(y)).isEqualTo(EXPECTED);
            assertThat(StandInCoreMl.threads())
                    .singleElement()
                    .isNotEqualTo(Thread.currentThread());
        }
    }

    @Test
    void oneThatHasNotBegunCanBeCancelledAndOneThatHasIsCompleted() throws InterruptedException {
        ShimArray first = output();
        ShimArray second = output();
        try (ShimModel model = load()) {
            StandInCoreMl.hold();
            ShimJob begun = model.prediction(inputs(), List.of(first)).begin();
            ShimJob waiting = model.prediction(inputs(), List.of(second)).begin();
            waiting.cancel();
            StandInCoreMl.release();
            assertThat(waiting.await()).isEqualTo(ShimJob.Ending.CANCELLED);
            assertThat(begun.await()).isEqualTo(ShimJob.Ending.DONE);
            assertThat(read(first)).isEqualTo(EXPECTED);
            assertThat(read(second)).containsOnly(0);
            begun.close();
            waiting.close();
        }
    }

    @Test
    void manyAtOnceOverSeveralModelsAreAllMade() throws InterruptedException {
        try (ShimModel one = load();
                ShimModel other = load()) {
            var outputs = new ShimArray[64];
            var jobs = new ShimJob[outputs.length];
            for (int i = 0; i < jobs.length; i++) {
                outputs[i] = output();
                ShimModel model = i % 2 == 0 ? one : other;
                jobs[i] = model.prediction(inputs(), List.of(outputs[i])).begin();
            }
            for (int i = 0; i < jobs.length; i++) {
                assertThat(jobs[i].await()).isEqualTo(ShimJob.Ending.DONE);
                assertThat(read(outputs[i])).isEqualTo(EXPECTED);
                jobs[i].close();
            }
        }
    }

    @Test
    void anOutputInPaddedRowsElsewhereIsCopied() {
        ShimArray y = output();
        try (ShimModel model = load()) {
            var prediction = model.prediction(inputs(), List.of(y));
            prediction.run();
            assertThat(prediction.wasCopied(0)).isFalse();
            assertThat(read(y)).isEqualTo(EXPECTED);
        }
        StandInCoreMl.backed(false);
        try {
            ShimArray copy = output();
            // Of another name, for what was compiled is kept by its contents.
            Path file = folder.resolve("Elsewhere.mlpackage");
            ProgramPackage.write(layer(), file, ModelCard.BLANK.by("elsewhere"));
            try (ShimModel model = load(file, "", Duration.ZERO)) {
                var prediction = model.prediction(inputs(), List.of(copy));
                prediction.run();
                assertThat(prediction.wasCopied(0)).isTrue();
                assertThat(read(copy)).isEqualTo(EXPECTED);
            }
        } finally {
            StandInCoreMl.backed(true);
        }
    }

    @Test
    void surfacesOfPaddedRowsAreReadAndWrittenInPlace() {
        try (ShimModel model = load();
                ShimSurface in = ShimSurface.create(X);
                ShimSurface out = ShimSurface.create(Y)) {
            long row = in.memory().strides()[0];
            assertThat(row).isGreaterThan(IN);
            short[] bits = VALUES.get("x").halfBits();
            for (int i = 0; i < bits.length; i++) {
                long at = i / IN * row + i % IN;
                in.memory().data().setAtIndex(ValueLayout.JAVA_SHORT, at, bits[i]);
            }
            var prediction =
                    model.prediction(
                            List.of(in.array("x"), input("weight")), List.of(out.array("y")));
            prediction.run();
            assertThat(prediction.wasCopied(0)).isFalse();
            ShimSurface.Memory written = out.memory();
            for (int i = 0; i < EXPECTED.length; i++) {
                long at = i / OUT * written.strides()[0] + i % OUT;
                assertThat(written.data().getAtIndex(ValueLayout.JAVA_SHORT, at))
                        .isEqualTo(EXPECTED[i]);
            }
        }
    }

    @Test
    void coreMlsOwnErrorComesWithDomainCodeAndText() throws InterruptedException {
        try (ShimModel model = load()) {
            var prediction = model.prediction(inputs(), List.of(output()));
            StandInCoreMl.failNext();
            String text =
                    "Core ML shim: failed (com.apple.CoreML 0): stand-in: the predictor of main"
                            + " returned 9";
            assertThatThrownBy(prediction::run)
                    .isInstanceOf(NativeException.class)
                    .hasMessage(text);
            StandInCoreMl.failNext();
            try (ShimJob job = prediction.begin()) {
                assertThatThrownBy(job::await).isInstanceOf(NativeException.class).hasMessage(text);
            }
            prediction.run();
        }
    }

    @Test
    void theShimsOwnErrorsSayWhatDoesNotFit() throws IOException {
        assertThatThrownBy(() -> load(folder.resolve("no.mlpackage"), "", Duration.ZERO))
                .hasMessageContaining("Core ML shim: not found (propane.shim 0): there is nothing");
        Path broken = Files.createDirectory(folder.resolve("broken.mlpackage"));
        Files.writeString(broken.resolve("standin.json"), "{}");
        assertThatThrownBy(() -> load(broken, "", Duration.ZERO))
                .hasMessageContaining("Core ML shim: failed (com.apple.CoreML 3): stand-in:");
        try (ShimModel model = load()) {
            refused(model, List.of(input("x")), "input weight is missing");
            var wide = new ShimArray("y", output().data(), ShimArray.Type.FLOAT16, Y);
            refused(model, List.of(input("x"), input("weight"), wide), "there is no input y");
            var flat =
                    new ShimArray("x", input("x").data(), ShimArray.Type.FLOAT16, new long[] {15});
            refused(model, List.of(flat, input("weight")), "input x has shape");
            var whole =
                    new ShimArray("x", arena.allocate(60), ShimArray.Type.INT32, new long[] {3, 5});
            refused(model, List.of(whole, input("weight")), "input x has element type 65552");
        }
        assertThatThrownBy(() -> load(folder.resolve("Layer.mlpackage"), "another", Duration.ZERO))
                .hasMessageContaining("no function another");
    }

    private void refused(ShimModel model, List<ShimArray> inputs, String text) {
        assertThatThrownBy(() -> model.prediction(inputs, List.of(output())).run())
                .isInstanceOf(NativeException.class)
                .hasMessageStartingWith("Core ML shim: invalid argument (propane.shim 0): ")
                .hasMessageContaining(text);
    }

    @Test
    void aLoadThatTakesTooLongIsGivenUp() throws IOException {
        Path slow = Files.createDirectory(folder.resolve("slow.mlpackage"));
        Files.writeString(
                slow.resolve("standin.json"),
                "{\"functions\": {\"main\": {\"inputs\": [], \"outputs\": []}},"
                        + " \"loadMilliseconds\": 1000}");
        assertThatThrownBy(() -> load(slow, "", Duration.ofMillis(50)))
                .isInstanceOf(NativeException.class)
                .hasMessageStartingWith("Core ML shim: timed out (propane.shim 0): ");
    }
}
