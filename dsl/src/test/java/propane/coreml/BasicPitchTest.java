package propane.coreml;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import propane.engine.Engine;
import propane.safetensors.Safetensors;
import propane.spi.Program;

import java.nio.file.Path;

/** A whole model of others, run in float32, against the same program in float64. */
class BasicPitchTest {
    private static final Path FOLDER = Path.of("src/test/resources/coreml");

    /** Rounding to float32 alone moves the results by some 1e-5. */
    private static final double TOLERANCE = 2e-4;

    @Test
    void givesWhatItsProgramGivesInDoubles() {
        Program program = CoreMl.read(FOLDER.resolve("nmp.mlpackage"));
        var known = Safetensors.read(FOLDER.resolve("nmp.safetensors")).arrays();
        var frame = Engine.cpu().allocate(program);
        var compiled = Engine.cpu().compile(program, frame);
        frame.write("input_2", known.get("in.input_2"));
        var function = program.functions().getFirst();
        compiled.run(function.name());
        assertThat(function.outputs()).hasSize(3);
        for (Program.Output output : function.outputs()) {
            String name = output.port().name();
            double[] right = known.get("out." + name).doubles();
            double[] made = frame.read(name).doubles();
            assertThat(made).as(name).hasSize(right.length);
            double most = 0;
            for (int i = 0; i < right.length; i++) {
                most = Math.max(most, Math.abs(made[i] - right[i]));
            }
            assertThat(most).as(name).isLessThan(TOLERANCE);
        }
    }
}
