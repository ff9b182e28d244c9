package propane.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

final class EstimateCommandTest {
    @TempDir private Path folder;

    private String written() {
        return WrittenPackage.in(folder);
    }

    @Test
    void allDevicesAreToldWithoutAnOption() {
        Run run = Run.command("estimate", written());
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains(": estimated", "m1 ", "a18 ", "with --sources");
    }

    @Test
    void optionsMayFollowTheFile() {
        Run run = Run.command("estimate", written(), "--device", "m4");
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("m4 bandwidth 120 GB/s, published: Apple");
        assertThat(run.out()).doesNotContain("m1 ");
    }

    @Test
    void aDeviceThatIsNotThereIsAnError() {
        Run run = Run.command("estimate", written(), "--device", "m44");
        assertThat(run.code()).isEqualTo(1);
    }
}
