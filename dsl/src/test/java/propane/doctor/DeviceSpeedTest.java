package propane.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.coreml.estimate.MeasuredFigures;
import propane.engine.coreml.Answer;
import propane.engine.coreml.MachineReport;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What the doctor measured goes to a file of its own. */
class DeviceSpeedTest {
    private static final Map<String, String> M2 =
            Map.of("Core ML", "apple", "devices", "gpu Apple M2 Pro, neural_engine of 16 cores");

    @TempDir Path folder;

    private static Answer answer(String question, Answer.Outcome outcome, double ms) {
        return new Answer(question, "?", outcome, "", Map.of("ms", ms));
    }

    private static MachineReport report(Map<String, String> facts, Answer... answers) {
        return new MachineReport("Mac OS X 15.1 aarch64", facts, List.of(answers));
    }

    /** 2 · 256 · 1024 · 2048 for each of five products: 5.4 GFLOP, here in 2 ms. */
    @Test
    void aStepOnTheNeuralEngineTellsTheSpeedOfProducts() {
        var report =
                report(
                        M2,
                        answer("perceptron_placement", Answer.Outcome.YES, 0),
                        answer("perceptron_step", Answer.Outcome.YES, 2));
        var speed = DeviceSpeed.products(report).orElseThrow();
        assertThat(speed.low()).isEqualTo(speed.high()).isEqualTo(2.7, offset(0.1));
        assertThat(DeviceSpeed.chip(M2)).contains("m2");
    }

    @Test
    void whatMayHaveRunElsewhereTellsNothing() {
        var elsewhere =
                report(
                        M2,
                        answer("perceptron_placement", Answer.Outcome.NO, 0),
                        answer("perceptron_step", Answer.Outcome.YES, 2));
        assertThat(DeviceSpeed.products(elsewhere)).isEmpty();
        assertThat(DeviceSpeed.chip(Map.of("devices", "cpu"))).isEmpty();
    }

    @Test
    void theReportOfAMacLeavesItsFigures() throws IOException {
        System.setProperty(MachineReport.PLACE, folder.resolve("doctor.json").toString());
        Path file = folder.resolve("devices.json");
        System.setProperty(MeasuredFigures.PLACE, file.toString());
        try {
            var report =
                    report(
                            M2,
                            answer("block_placement", Answer.Outcome.YES, 0),
                            answer("block_step", Answer.Outcome.YES, 30));
            Doctor.write(report, folder);
            assertThat(Files.readString(file))
                    .contains("\"m2\"", "\"product\"", "propane doctor on Mac OS X 15.1");
        } finally {
            System.clearProperty(MachineReport.PLACE);
            System.clearProperty(MeasuredFigures.PLACE);
        }
    }
}
