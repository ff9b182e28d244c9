package propane.ffm.shim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import propane.ffm.NativeException;
import propane.ffm.raw.shim.propane_array;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Jobs that end on threads of the C fake. */
@Timeout(60)
class ShimJobTest {
    @TempDir private Path folder;

    private final Arena arena = Arena.ofAuto();
    private volatile String predictedOn = "";

    @BeforeAll
    static void installTheFake() {
        assumeTrue(FakeShim.install(), "needs a C compiler");
    }

    @BeforeEach
    void writeThePackage() throws IOException {
        Files.writeString(folder.resolve("fake.json"), "{}");
        FakeShim.onPredict(this::oneMore);
    }

    @AfterEach
    void nothingIsLeft() throws InterruptedException {
        FakeShim.hold(false);
        // The thread lets go of its job a moment after it has told the end.
        while (FakeShim.openJobs() > 0) {
            Thread.sleep(1);
        }
    }

    private int oneMore(MemorySegment inputs, int in, MemorySegment outputs, int out) {
        predictedOn = Thread.currentThread().getName();
        MemorySegment from = propane_array.data(propane_array.asSlice(inputs, 0)).reinterpret(4);
        MemorySegment to = propane_array.data(propane_array.asSlice(outputs, 0)).reinterpret(4);
        to.set(ValueLayout.JAVA_FLOAT, 0, from.get(ValueLayout.JAVA_FLOAT, 0) + 1);
        return 0;
    }

    private ShimModel load() {
        return ShimModel.load(folder, "", ShimModel.Units.CPU_ONLY, Duration.ofSeconds(1));
    }

    private ShimArray number(String name, float value) {
        MemorySegment data = arena.allocateFrom(ValueLayout.JAVA_FLOAT, value);
        return new ShimArray(name, data, ShimArray.Type.FLOAT32, new long[] {1});
    }

    private static float value(ShimArray array) {
        return array.data().get(ValueLayout.JAVA_FLOAT, 0);
    }

    @Test
    void aJobEndsOnAThreadOfItsOwn() throws InterruptedException {
        ShimArray x = number("x", 1);
        ShimArray y = number("y", 0);
        try (ShimModel model = load()) {
            FakeShim.hold(true);
            try (ShimJob job = model.prediction(List.of(x), List.of(y)).begin()) {
                assertThat(job.hasEnded()).isFalse();
                assertThat(value(y)).isZero();
                FakeShim.hold(false);
                assertThat(job.await()).isEqualTo(ShimJob.Ending.DONE);
                assertThat(job.hasEnded()).isTrue();
                assertThat(value(y)).isEqualTo(2);
                assertThat(predictedOn).isNotEqualTo(Thread.currentThread().getName());
            }
        }
    }

    @Test
    void aJobThatIsCancelledEndsWithoutADeed() throws InterruptedException {
        ShimArray x = number("x", 1);
        ShimArray y = number("y", 0);
        try (ShimModel model = load()) {
            FakeShim.hold(true);
            ShimJob job = model.prediction(List.of(x), List.of(y)).begin();
            job.cancel();
            assertThat(job.await()).isEqualTo(ShimJob.Ending.CANCELLED);
            assertThat(value(y)).isZero();
            job.close();
            job.close();
            job.cancel();
        }
    }

    @Test
    void closingCancelsAndWaits() {
        ShimArray y = number("y", 0);
        try (ShimModel model = load()) {
            FakeShim.hold(true);
            ShimJob job = model.prediction(List.of(number("x", 1)), List.of(y)).begin();
            job.close();
            assertThat(job.hasEnded()).isTrue();
        }
    }

    @Test
    void aFailureIsToldByTheOneWhoWaits() {
        FakeShim.onPredict((_, _, _, _) -> {
            throw new IllegalStateException("no");
        });
        try (ShimModel model = load();
                ShimJob job =
                        model.prediction(List.of(number("x", 1)), List.of(number("y", 0)))
                                .begin()) {
            assertThatThrownBy(job::await)
                    .isInstanceOf(NativeException.class)
                    .hasMessage("Core ML shim: failed (propane.fake 7): the job failed");
        }
    }

    @Test
    void aPredictionIsNotMadeTwiceAtOnce() throws InterruptedException {
        ShimArray y = number("y", 0);
        try (ShimModel model = load()) {
            var prediction = model.prediction(List.of(number("x", 1)), List.of(y));
            FakeShim.hold(true);
            try (ShimJob job = prediction.begin()) {
                assertThatThrownBy(prediction::begin).hasMessageContaining("await its job first");
                assertThatThrownBy(prediction::run).hasMessageContaining("await its job first");
                FakeShim.hold(false);
                job.await();
            }
            prediction.run();
            assertThat(value(y)).isEqualTo(2);
        }
    }

    @Test
    void aModelMayBeClosedWhileAJobUsesIt() throws InterruptedException {
        ShimArray y = number("y", 0);
        FakeShim.hold(true);
        ShimJob job;
        try (ShimModel model = load()) {
            job = model.prediction(List.of(number("x", 4)), List.of(y)).begin();
        }
        FakeShim.hold(false);
        assertThat(job.await()).isEqualTo(ShimJob.Ending.DONE);
        assertThat(value(y)).isEqualTo(5);
        job.close();
    }

    @Test
    void aThousandJobsLeaveNone() throws InterruptedException {
        ShimArray x = number("x", 0);
        ShimArray y = number("y", 0);
        try (ShimModel model = load()) {
            var there = model.prediction(List.of(x), List.of(y));
            var back = model.prediction(List.of(y), List.of(x));
            for (int i = 0; i < 500; i++) {
                try (ShimJob job = there.begin()) {
                    job.await();
                }
                try (ShimJob job = back.begin()) {
                    job.await();
                }
            }
        }
        assertThat(value(x)).isEqualTo(1000);
    }

    private ShimJob update(Path written, ShimProgress progress) {
        MemorySegment data = arena.allocate(8 * 4);
        var feature = new ShimArray("x", data, ShimArray.Type.FLOAT32, new long[] {8, 1});
        return new CompiledModel(folder)
                .update(
                        ShimModel.Units.CPU_ONLY,
                        "{\"epochs\": 2, \"mini_batch_size\": 4}",
                        List.of(feature),
                        8,
                        written,
                        progress);
    }

    @Test
    void anUpdateTellsHowItGoesAndWritesTheModel() throws InterruptedException {
        var heard = Collections.synchronizedList(new ArrayList<String>());
        Path written = folder.resolve("trained");
        try (ShimJob job =
                update(
                        written,
                        (moment, epoch, batch, loss) ->
                                heard.add(moment + " " + epoch + " " + batch + " " + loss))) {
            assertThat(job.await()).isEqualTo(ShimJob.Ending.DONE);
        }
        assertThat(heard)
                .containsExactly(
                        "TRAINING_BEGIN 0 -1 NaN",
                        "MINI_BATCH_END 0 0 1.0",
                        "MINI_BATCH_END 0 1 0.5",
                        "EPOCH_END 0 -1 0.5",
                        "MINI_BATCH_END 1 0 0.3333333333333333",
                        "MINI_BATCH_END 1 1 0.25",
                        "EPOCH_END 1 -1 0.5");
        assertThat(written).hasContent("trained");
    }

    @Test
    void aListenerEndsAnUpdate() throws InterruptedException {
        Path written = folder.resolve("trained");
        try (ShimJob job =
                update(written, (moment, _, _, _) -> moment != ShimProgress.Moment.EPOCH_END)) {
            assertThat(job.await()).isEqualTo(ShimJob.Ending.CANCELLED);
        }
        assertThat(written).doesNotExist();
    }

    @Test
    void aListenerThatThrowsEndsTheUpdateAndIsHeardOf() {
        try (ShimJob job =
                update(
                        folder.resolve("trained"),
                        (_, _, _, _) -> {
                            throw new IllegalStateException("the listener's own");
                        })) {
            assertThatThrownBy(job::await)
                    .isInstanceOf(NativeException.class)
                    .hasRootCauseMessage("the listener's own");
        }
    }

    @Test
    void anUpdateThatCannotBeginIsAnError() {
        var feature = new ShimArray("x", arena.allocate(8), ShimArray.Type.FLOAT32, new long[] {2});
        assertThatThrownBy(() ->
                        new CompiledModel(folder)
                                .update(
                                        ShimModel.Units.CPU_ONLY,
                                        "",
                                        List.of(feature),
                                        3,
                                        folder.resolve("t"),
                                        ShimProgress.NONE))
                .isInstanceOf(NativeException.class)
                .hasMessageContaining("invalid argument");
    }
}
