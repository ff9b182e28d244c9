package propane.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import propane.coreml.format.PackagePorts;
import propane.coreml.write.PackageForm;
import propane.engine.coreml.Answer;
import propane.engine.coreml.OnTheSwiftShim;
import propane.ffm.NativeException;
import propane.ffm.shim.ShimArray;
import propane.ffm.shim.ShimModel;
import propane.ffm.shim.ShimState;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.TensorType;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;

/**
 * The doctor's questions through Swift, with the states of {@link ShimState} and surfaces. The
 * answers are the stand-in's: what Core ML says, a Mac must tell.
 */
@OnTheSwiftShim
class SwiftShimQuestionsTest {
    @TempDir private Path folder;

    private Fixtures lab() {
        return new Fixtures(folder, ShimModel.Units.CPU_AND_NEURAL_ENGINE, Duration.ZERO);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "runtime_convolution",
                "runtime_transposed_convolution",
                "inline_constants",
                "scalar_results",
                "state",
                "shared_state"
            })
    void theStandInTakesThePackagesAndComputesWhatTheyMean(String name) {
        Answer answer = AskOne.asked(Questions.named(name), lab());
        assertThat(answer.outcome()).as(answer.text()).isEqualTo(Answer.Outcome.YES);
    }

    @Test
    void surfacesAreWrittenWithoutACopy() {
        Answer answer = AskOne.asked(Questions.named("surfaces"), lab());
        assertThat(answer.text())
                .startsWith("IOSurfaces; 0 of ")
                .endsWith("were written elsewhere and copied");
    }

    @Test
    void aStateIsWrittenPredictedWithAndRead() {
        PackagePorts ports = lab().write(ProbePrograms.counting(), PackageForm.STATES);
        NDArray batch = Fixtures.inputs(ports.function("add")).get("x");
        TensorType type = batch.type();
        double[] ones = new double[type.shape().size()];
        Arrays.fill(ones, 1);
        try (Arena arena = Arena.ofConfined();
                Fixtures.Loaded adding = lab().load(StateProbe.stateless(ports), "add");
                ShimState state = adding.model().state();
                var memory = new PortMemory(adding.model(), adding.ports())) {
            long[] dims = type.shape().dims().stream().mapToLong(dim -> dim).toArray();
            short[] start = NDArray.of(ones, type).halfBits();
            ShimArray weight =
                    new ShimArray(
                            "weight",
                            arena.allocateFrom(ValueLayout.JAVA_SHORT, start),
                            ShimArray.Type.FLOAT16,
                            dims);
            ShimArray found =
                    new ShimArray(
                            "weight",
                            arena.allocate(ValueLayout.JAVA_SHORT, start.length),
                            ShimArray.Type.FLOAT16,
                            dims);
            state.read(found);
            assertThat(found.data().toArray(ValueLayout.JAVA_SHORT)).containsOnly(0);
            state.write(weight);
            state.read(found);
            assertThat(found.data().toArray(ValueLayout.JAVA_SHORT)).isEqualTo(start);
            memory.fill(Map.of("x", batch));
            memory.run(state);
            state.read(found);
            double[] sums = batch.doubles();
            for (int i = 0; i < sums.length; i++) {
                sums[i] = Float.float16ToFloat(Float.floatToFloat16((float) (1 + 2 * sums[i])));
            }
            assertThat(found.data().toArray(ValueLayout.JAVA_SHORT))
                    .isEqualTo(
                            NDArray.of(sums, new TensorType(DType.FLOAT16, type.shape()))
                                    .halfBits());
            var unknown = new ShimArray("bias", weight.data(), ShimArray.Type.FLOAT16, dims);
            assertThatThrownBy(() -> state.read(unknown))
                    .isInstanceOf(NativeException.class)
                    .hasMessageContaining(
                            "invalid argument (propane.shim 0): there is no state bias");
            assertThatThrownBy(memory::run)
                    .isInstanceOf(NativeException.class)
                    .hasMessageContaining("the model has a state");
        }
    }

    @Test
    void aModelWithoutAStateMakesNone() {
        PackagePorts ports = lab().write(ProbePrograms.counting(), PackageForm.PLAIN);
        try (Fixtures.Loaded plain = lab().load(ports, "add")) {
            assertThatThrownBy(plain.model()::state)
                    .isInstanceOf(NativeException.class)
                    .hasMessageContaining("the model has no state");
        }
    }
}
