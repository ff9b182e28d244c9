package propane.engine.coreml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import propane.coreml.ModelCard;
import propane.coreml.StandInPackage;
import propane.coreml.write.ProgramPackage;
import propane.ffm.NativeException;
import propane.ffm.shim.CompiledModel;
import propane.ffm.shim.ShimArray;
import propane.ffm.shim.ShimJob;
import propane.ffm.shim.ShimModel;
import propane.ffm.shim.ShimProgress;
import propane.ffm.shim.ShimProgress.Moment;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.DType;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/**
 * Core ML's update task through Swift: it tells Java on threads of its own how it goes, and Java
 * ends it. The stand-in computes losses and changes no weight.
 */
@OnTheSwiftShim
@Timeout(60)
class SwiftShimUpdateTest {
    private static final int SAMPLES = 5;
    private static final int LENGTH = 3;
    private static final String THREE_EACH = "{\"epochs\": 2, \"mini_batch_size\": 3}";
    private static final String ENDLESS = "{\"epochs\": 100000000, \"mini_batch_size\": 3}";

    @TempDir private Path folder;
    private final Arena arena = Arena.ofAuto();
    private final List<String> heard = Collections.synchronizedList(new ArrayList<>());
    private final Set<Thread> threads = Collections.synchronizedSet(new HashSet<>());
    private CompiledModel compiled;

    /** Half the square of a sample's difference from a target, and a function beside it. */
    @BeforeEach
    void compile() {
        Tensor x = new Port("x", Role.BATCH, vector()).tensor();
        Tensor target = new Port("target", Role.BATCH, vector()).tensor();
        Tensor loss = x.sub(target).square().sum(0).mul(0.5).reshape(1);
        Program program =
                Program.of(
                        Program.Function.of(
                                "predict", List.of(Program.Output.result("y", x.mul(2)))),
                        Program.Function.of(
                                StandInPackage.UPDATE,
                                List.of(Program.Output.result("loss", loss))));
        Path file = folder.resolve("Updatable.mlpackage");
        ProgramPackage.write(program, file, ModelCard.BLANK);
        compiled = CompiledModel.compile(file, Duration.ZERO);
    }

    private static TensorType vector() {
        return new TensorType(DType.FLOAT32, Shape.shape(LENGTH));
    }

    private ShimArray samples(String name, double step) {
        float[] values = new float[SAMPLES * LENGTH];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (i * step);
        }
        return new ShimArray(
                name,
                arena.allocateFrom(ValueLayout.JAVA_FLOAT, values),
                ShimArray.Type.FLOAT32,
                new long[] {SAMPLES, LENGTH});
    }

    private ShimJob begin(String parameters, ShimProgress progress) {
        return compiled.update(
                ShimModel.Units.CPU_ONLY,
                parameters,
                List.of(samples("x", 1), samples("target", 0.5)),
                SAMPLES,
                folder.resolve("Updated.mlmodelc"),
                progress);
    }

    private boolean hear(Moment moment, long epoch, long batch, double loss) {
        threads.add(Thread.currentThread());
        heard.add(moment + " " + epoch + " " + batch + " " + loss);
        return true;
    }

    /** The loss of sample i is (a² + b² + c²) / 8 of its elements, a mini-batch's is the mean. */
    private static double loss(int from, int to) {
        double sum = 0;
        for (int i = from * LENGTH; i < to * LENGTH; i++) {
            sum += i * i / 8.0;
        }
        return sum / (to - from);
    }

    @Test
    void javaHearsEveryMomentInOrderOnForeignThreads() throws InterruptedException {
        StandInCoreMl.threads();
        try (ShimJob job = begin(THREE_EACH, this::hear)) {
            assertThat(job.await()).isEqualTo(ShimJob.Ending.DONE);
        }
        double first = loss(0, 3);
        double last = loss(3, 5);
        assertThat(heard)
                .containsExactly(
                        "TRAINING_BEGIN -1 -1 NaN",
                        "MINI_BATCH_END 0 0 " + first,
                        "MINI_BATCH_END 0 1 " + last,
                        "EPOCH_END 0 -1 " + last,
                        "MINI_BATCH_END 1 0 " + first,
                        "MINI_BATCH_END 1 1 " + last,
                        "EPOCH_END 1 -1 " + last);
        assertThat(threads).doesNotContain(Thread.currentThread());
        assertThat(threads).doesNotContainAnyElementsOf(StandInCoreMl.threads());
        assertThat(folder.resolve("Updated.mlmodelc")).isDirectory();
    }

    @Test
    void javaCancelsAnUpdateFromOutside() throws InterruptedException {
        var begun = new CountDownLatch(3);
        ShimProgress progress =
                (_, _, _, _) -> {
                    begun.countDown();
                    return true;
                };
        try (ShimJob job = begin(ENDLESS, progress)) {
            begun.await();
            assertThat(job.hasEnded()).isFalse();
            job.cancel();
            assertThat(job.await()).isEqualTo(ShimJob.Ending.CANCELLED);
        }
        assertThat(folder.resolve("Updated.mlmodelc")).doesNotExist();
    }

    @Test
    void aCallbackEndsTheUpdateItHears() throws InterruptedException {
        ShimProgress progress = (moment, epoch, _, _) -> moment != Moment.EPOCH_END || epoch < 4;
        try (ShimJob job = begin(ENDLESS, progress)) {
            assertThat(job.await()).isEqualTo(ShimJob.Ending.CANCELLED);
        }
    }

    @Test
    void whatACallbackThrowsEndsTheUpdateAndIsThrownOn() {
        ShimProgress progress =
                (moment, _, _, _) -> {
                    if (moment == Moment.EPOCH_END) {
                        throw new IllegalStateException("enough");
                    }
                    return true;
                };
        try (ShimJob job = begin(ENDLESS, progress)) {
            assertThatThrownBy(job::await)
                    .isInstanceOf(NativeException.class)
                    .hasMessageContaining("enough");
        }
    }

    @Test
    void aLossThatCannotBeComputedIsAnErrorOfCoreMl() {
        StandInCoreMl.failNext();
        try (ShimJob job = begin(THREE_EACH, this::hear)) {
            assertThatThrownBy(job::await)
                    .hasMessage(
                            "Core ML shim: failed (com.apple.CoreML 0): stand-in: the predictor of"
                                    + " update returned 9");
        }
        assertThat(folder.resolve("Updated.mlmodelc")).doesNotExist();
    }

    @Test
    void whatDoesNotFitIsRefusedBeforeItBegins() {
        assertThatThrownBy(() -> begin("{\"rate\": 1}", this::hear))
                .hasMessageStartingWith("Core ML shim: invalid argument (propane.shim 0): ")
                .hasMessageContaining("no parameter rate");
        assertThat(heard).isEmpty();
    }
}
