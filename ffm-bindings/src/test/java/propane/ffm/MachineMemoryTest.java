package propane.ffm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class MachineMemoryTest {
    @TempDir private Path root;

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    private long available() {
        return new MachineMemory(root).available();
    }

    @Test
    void whatLinuxCallsAvailableCounts() throws IOException {
        write("proc/meminfo", "MemTotal:  9000 kB\nMemFree:  10 kB\nMemAvailable:  5000 kB\n");
        assertThat(available()).isEqualTo(5_000L * 1024);
    }

    @Test
    void aGroupOfVersionTwoLeavesLessAndSoDoThoseAroundIt() throws IOException {
        write("proc/meminfo", "MemAvailable:  5000000 kB\n");
        write("proc/self/cgroup", "0::/user/job\n");
        write("sys/fs/cgroup/user/job/memory.max", "max\n");
        write("sys/fs/cgroup/user/job/memory.current", "700\n");
        assertThat(available()).isEqualTo(5_000_000L * 1024);
        write("sys/fs/cgroup/user/job/memory.max", "1000\n");
        write("sys/fs/cgroup/user/job/memory.stat", "anon 500\ninactive_file 150\n");
        assertThat(available()).isEqualTo(1000 - (700 - 150));
        write("sys/fs/cgroup/user/memory.max", "900\n");
        write("sys/fs/cgroup/user/memory.current", "800\n");
        assertThat(available()).isEqualTo(100);
        write("sys/fs/cgroup/user/memory.current", "1000\n");
        assertThat(available()).isZero();
    }

    @Test
    void aGroupOfVersionOneLeavesLess() throws IOException {
        write("proc/meminfo", "MemAvailable:  5000000 kB\n");
        write("proc/self/cgroup", "4:cpu,cpuacct:/\n3:memory:/docker/a\n");
        write("sys/fs/cgroup/memory/docker/a/memory.limit_in_bytes", "2000\n");
        write("sys/fs/cgroup/memory/docker/a/memory.usage_in_bytes", "1500\n");
        assertThat(available()).isEqualTo(500);
        write("sys/fs/cgroup/memory/docker/a/memory.stat", "total_inactive_file 100\n");
        assertThat(available()).isEqualTo(600);
    }

    @Test
    void aSystemThatTellsNothingHasWhatTheMachineHas() {
        assertThat(available()).isPositive();
        assertThat(MachineMemory.here().available()).isPositive();
    }
}
