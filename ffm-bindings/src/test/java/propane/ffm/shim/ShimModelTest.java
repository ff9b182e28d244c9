package propane.ffm.shim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.ffm.Availability;
import propane.ffm.NativeException;
import propane.ffm.NativeTimeoutException;
import propane.ffm.raw.shim.propane_array;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The wrappers over the contract, driven end to end through the C fake. */
class ShimModelTest {
    private static final String JSON = "{\"inputs\": [], \"outputs\": []}";

    @TempDir private Path folder;

    private final Arena arena = Arena.ofAuto();

    @BeforeAll
    static void installTheFake() {
        assumeTrue(FakeShim.install(), "needs a C compiler");
    }

    @BeforeEach
    void writeThePackage() throws IOException {
        Files.writeString(folder.resolve("fake.json"), JSON);
    }

    private ShimModel load(String function) {
        return ShimModel.load(folder, function, ShimModel.Units.CPU_ONLY, Duration.ofSeconds(1));
    }

    private ShimArray floats(String name, float... values) {
        MemorySegment data = arena.allocateFrom(ValueLayout.JAVA_FLOAT, values);
        return new ShimArray(name, data, ShimArray.Type.FLOAT32, new long[] {values.length});
    }

    /** A model whose only output is its only input, doubled. */
    private static int twice(MemorySegment inputs, int in, MemorySegment outputs, int out) {
        MemorySegment x = propane_array.asSlice(inputs, 0);
        MemorySegment y = propane_array.asSlice(outputs, 0);
        MemorySegment from = propane_array.data(x).reinterpret(propane_array.bytes(x));
        MemorySegment to = propane_array.data(y).reinterpret(propane_array.bytes(y));
        for (long i = 0; i < from.byteSize() / Float.BYTES; i++) {
            to.setAtIndex(
                    ValueLayout.JAVA_FLOAT, i, 2 * from.getAtIndex(ValueLayout.JAVA_FLOAT, i));
        }
        return 0;
    }

    @Test
    void theLibraryIsTheOneThatWasNamed() {
        assertThat(Shim.availability()).isInstanceOf(Availability.Available.class);
        assertThat(Shim.devices()).contains("cpu");
    }

    @Test
    void aLoadThatTakesTooLongIsAnErrorOfItsOwnAndCounted() {
        FakeShim.tell("fake_slow_loads", 1);
        assertThatThrownBy(() -> load(""))
                .isInstanceOf(NativeTimeoutException.class)
                .hasMessageContaining("timed out (propane.fake 9): loading took too long");
        assertThat(Shim.lateCalls()).isEqualTo(1);
        FakeShim.tell("fake_end_late_calls");
        assertThat(Shim.lateCalls()).isZero();
        assertThat(FakeShim.number("fake_last_limit")).isEqualTo(1_000);
        load("").close();
    }

    @Test
    void aModelDescribesItselfAndPredicts() {
        FakeShim.onPredict(ShimModelTest::twice);
        ShimArray x = floats("x", 1, 2, 3);
        ShimArray y = floats("y", 0, 0, 0);
        try (ShimModel model = load("predict")) {
            assertThat(model.describe()).isEqualTo(JSON);
            model.prediction(List.of(x), List.of(y)).run();
        }
        assertThat(y.data().toArray(ValueLayout.JAVA_FLOAT)).containsExactly(2, 4, 6);
    }

    @Test
    void aMissingPackageIsAnErrorWithDomainCodeAndText() {
        Path nowhere = folder.resolve("nowhere");
        assertThatThrownBy(() -> ShimModel.load(nowhere, "", ShimModel.Units.ALL, Duration.ZERO))
                .isInstanceOf(NativeException.class)
                .hasMessage(
                        "Core ML shim: not found (propane.fake 2): there is no fake.json in the"
                                + " package");
    }

    @Test
    void anExceptionInAPredictionIsAnErrorAndNoCrash() {
        FakeShim.onPredict((_, _, _, _) -> {
            throw new IllegalStateException("no");
        });
        ShimArray x = floats("x", 1);
        try (ShimModel model = load("")) {
            var prediction = model.prediction(List.of(x), List.of(x));
            assertThatThrownBy(prediction::run)
                    .isInstanceOf(NativeException.class)
                    .hasMessageContaining("failed (propane.fake 7)");
        }
    }

    @Test
    void aClosedModelThrowsAndClosingTwiceDoesNothing() {
        int before = FakeShim.openModels();
        ShimModel model = load("");
        var prediction = model.prediction(List.of(), List.of());
        model.close();
        model.close();
        assertThat(FakeShim.openModels()).isEqualTo(before);
        assertThatThrownBy(prediction::run)
                .isInstanceOf(NativeException.class)
                .hasMessageContaining("the model is closed");
        assertThatThrownBy(model::describe).isInstanceOf(NativeException.class);
    }

    @Test
    void freedMemoryNeverReachesNativeCode() {
        FakeShim.onPredict(ShimModelTest::twice);
        try (ShimModel model = load("")) {
            ShimModel.Prediction prediction;
            try (Arena brief = Arena.ofConfined()) {
                var dims = new long[] {1};
                var x = new ShimArray("x", brief.allocate(4), ShimArray.Type.FLOAT32, dims);
                prediction = model.prediction(List.of(x), List.of(x));
            }
            assertThatThrownBy(prediction::run)
                    .isInstanceOf(NativeException.class)
                    .hasMessageContaining("its memory was freed");
        }
    }

    @Test
    void memoryThatIsTooSmallIsRefused() {
        assertThatThrownBy(() ->
                        new ShimArray(
                                "x", arena.allocate(7), ShimArray.Type.FLOAT16, new long[] {2, 2}))
                .isInstanceOf(NativeException.class)
                .hasMessageContaining("takes 8 bytes of native memory, got 7");
    }

    @Test
    void aListenerOfTheLogThatThrowsEndsThere() {
        var lines = new ArrayList<String>();
        Shim.logTo((level, text) -> {
            lines.add(level + " " + text);
            throw new IllegalStateException("no");
        });
        load("").close();
        Shim.logTo((_, _) -> {});
        assertThat(lines).containsExactly("1 loaded");
    }

    @Test
    void tenThousandPredictionsLeaveOneModel() {
        FakeShim.onPredict(ShimModelTest::twice);
        int before = FakeShim.openModels();
        ShimArray x = floats("x", 1);
        ShimArray y = floats("y", 0);
        try (ShimModel model = load("")) {
            var prediction = model.prediction(List.of(x), List.of(y));
            for (int i = 0; i < 10_000; i++) {
                prediction.run();
            }
            assertThat(FakeShim.openModels()).isEqualTo(before + 1);
        }
        assertThat(FakeShim.openModels()).isEqualTo(before);
    }

    @Test
    void aModelIsReleasedAfterThePredictionThatRuns() throws InterruptedException {
        int before = FakeShim.openModels();
        ShimModel model = load("");
        ShimArray x = floats("x", 1);
        var prediction = model.prediction(List.of(x), List.of(x));
        var closer = Thread.ofPlatform().name("closer").unstarted(model::close);
        FakeShim.onPredict((_, _, _, _) -> {
            closer.start();
            while (closer.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
            return FakeShim.openModels() == before + 1 ? 0 : 3;
        });
        prediction.run();
        closer.join();
        assertThat(FakeShim.openModels()).isEqualTo(before);
        assertThatThrownBy(prediction::run)
                .hasMessageContaining("the model is closed, by the thread closer");
    }

    @Test
    void aPredictionIsMadeByOneThreadAtATime() {
        ShimArray x = floats("x", 1);
        try (ShimModel model = load("")) {
            var prediction = model.prediction(List.of(x), List.of(x));
            var texts = new ArrayList<String>();
            FakeShim.onPredict((_, _, _, _) -> {
                try {
                    prediction.run();
                } catch (NativeException e) {
                    texts.add(e.getMessage());
                }
                return 0;
            });
            prediction.run();
            assertThat(texts).hasSize(1);
            assertThat(texts.getFirst())
                    .contains("the prediction is in use")
                    .contains("is in predict");
        }
    }
}
