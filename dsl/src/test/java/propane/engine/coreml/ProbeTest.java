package propane.engine.coreml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static propane.nn.layer.Layers.dense;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.coreml.ModelCard;
import propane.coreml.lowering.NeuralEngineLowering;
import propane.coreml.write.ProgramPackage;
import propane.engine.Engine;
import propane.ffm.shim.ShimModel;
import propane.nn.Input;
import propane.nn.Model;
import propane.nn.loss.Losses;
import propane.nn.optimizer.Optimizers;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.EngineException;
import propane.tensor.Shape;
import propane.tensor.TensorType;
import propane.train.Trainer;
import propane.train.Training;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

class ProbeTest {
    private static final ShimModel.Units UNITS = ShimModel.Units.CPU_AND_NEURAL_ENGINE;

    @TempDir Path folder;

    @BeforeEach
    void putTheFakeInPlace() {
        InterpretedShim.install();
    }

    @AfterEach
    void takeTheFakeAway() {
        InterpretedShim.remove();
        System.clearProperty("propane.probe");
    }

    private Sharing probe(String name, Duration limit) {
        Path mlpackage = folder.resolve(name + ".mlpackage");
        // Lowered, its ports are of float16, so that they lie in surfaces.
        var lowered = NeuralEngineLowering.float16(doubled(32, 1), Map.of());
        ProgramPackage.write(Program.of(lowered.function()), mlpackage, ModelCard.BLANK);
        var target = new LoadTarget("Neural Engine", UNITS, Duration.ZERO);
        return new Probe(ChildProcess.likeThis(LoadInterpreted.class, limit))
                .require(mlpackage, target, Sharing.known());
    }

    /** A function of so many operations. */
    private static Program.Function doubled(int width, int operations) {
        Port x = new Port("x", Role.BATCH, TensorType.float32(Shape.shape(1, width)));
        var value = x.tensor();
        for (int i = 0; i < operations; i++) {
            value = value.add(value);
        }
        return Program.Function.of("gradients", List.of(Program.Output.result("y", value)));
    }

    @Test
    void aModelThatLoadsIsTaken() {
        assertThat(probe("loads", Duration.ofMinutes(2)).notes()).isEmpty();
    }

    @Test
    void surfacesThatAreRefusedInItsProcessAreNotUsed() {
        Sharing sharing = probe("refuses", Duration.ofMinutes(2));
        assertThat(sharing.isWanted()).isFalse();
        assertThat(sharing.notes())
                .singleElement()
                .asString()
                .isEqualTo(
                        "plain memory in place of surfaces: in a process of its own a first"
                                + " prediction over them failed: Core ML shim: failed"
                                + " (propane.fake 0): an output's surface is refused");
    }

    @Test
    void aProcessThatDiesOverSurfacesMayLiveOverPlainMemory() {
        Sharing sharing = probe("breaks", Duration.ofMinutes(2));
        assertThat(sharing.isWanted()).isFalse();
        assertThat(sharing.reason())
                .startsWith("in a process of its own a first prediction over them did not end well")
                .contains("ended with 134");
    }

    @Test
    void aProcessThatDiesOrHangsIsAnError() {
        assertThatThrownBy(() -> probe("dies", Duration.ofMinutes(2)))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("ended with 134: ")
                .hasMessageContaining("ANECCompile() FAILED")
                .hasMessageContaining("-Dpropane.probe=false");
        assertThatThrownBy(() -> probe("hangs", Duration.ofMillis(500)))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("nothing within 0 s");
    }

    @Test
    void onlyBigModelsAreProbedUnlessAsked() {
        var small = NeuralEngineLowering.float16(doubled(32, 1), Map.of());
        assertThat(Probe.isWanted(small)).isFalse();
        var wide = NeuralEngineLowering.float16(doubled((int) (Probe.BIG_BYTES / 4), 1), Map.of());
        assertThat(Probe.isWanted(wide)).isTrue();
        var deep = NeuralEngineLowering.float16(doubled(32, Probe.MANY_OPERATIONS), Map.of());
        assertThat(Probe.isWanted(deep)).isTrue();
        System.setProperty("propane.probe", "true");
        assertThat(Probe.isWanted(small)).isTrue();
        System.setProperty("propane.probe", "false");
        assertThat(Probe.isWanted(wide)).isFalse();
    }

    /** In the probe's process nobody makes predictions for the fake. */
    @Test
    void aModelThatFailsInItsProcessIsPassedOver() {
        System.setProperty("propane.probe", "true");
        Training training =
                Training.training(Model.model(Input.input(5), dense(3)))
                        .loss(Losses.softmaxCrossEntropy())
                        .optimizer(Optimizers.sgd(0.1))
                        .batch(4);
        try (Trainer trainer = training.compile(Engine.neuralEngine())) {
            assertThat(trainer.report().passedOver())
                    .first()
                    .asString()
                    .startsWith("Neural Engine: a first load in a process of its own failed")
                    .contains("nothing makes predictions");
        }
    }
}
