package propane.train.option;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import propane.spi.DeviceReport;
import propane.train.result.Event;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

class ProgressTest {
    @Test
    void aDeviceThatTookOverIsToldWithTheReasons() {
        var out = new ByteArrayOutputStream();
        var device =
                new DeviceReport(
                        "Core ML (CPU_AND_GPU allowed)",
                        List.of("Neural Engine: its first step failed: device 7"),
                        List.of(),
                        0,
                        List.of("plain memory in place of surfaces: refused"));
        new Progress(new PrintStream(out, true, StandardCharsets.UTF_8), false)
                .on(new Event.DeviceChanged(1, device));
        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .containsExactly(
                        "in step 1:",
                        "engine Core ML (CPU_AND_GPU allowed)",
                        "  not Neural Engine: its first step failed: device 7",
                        "  plain memory in place of surfaces: refused");
    }
}
