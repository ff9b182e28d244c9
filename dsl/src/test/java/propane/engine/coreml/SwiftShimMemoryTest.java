package propane.engine.coreml;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * Ten thousand steps, and as many predictions on foreign threads, each in two processes. In the one
 * nothing grows but what the shim would leak: a heap of fixed size, all of it touched, and no
 * optimizing compiler. In the other the virtual machine compiles as it always does. Its compiler
 * takes 20 MB and more in bursts, in the first few thousand steps, and malloc keeps the pages for
 * the next burst: the resident size tells nothing there, so what malloc has handed out is counted
 * instead, less what the virtual machine's own books say.
 */
@OnTheSwiftShim
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SwiftShimMemoryTest {
    private static final long FIVE_MEGABYTES = 5 * 1024;

    /** 29 bytes a step: less than the smallest thing that malloc hands out. */
    private static final long NO_LEAK = 256;

    /** The books leave out malloc's own part of what the compiler allocates. */
    private static final long NO_LEAK_BESIDE_THE_COMPILER = 512;

    private static final List<String> ALWAYS =
            List.of(
                    "-XX:NativeMemoryTracking=summary",
                    "-XX:+UseSerialGC",
                    "-XX:+AlwaysPreTouch",
                    "-Xms256m",
                    "-Xmx256m");

    private static final Duration LIMIT = Duration.ofMinutes(5);

    private Map<String, ProcessMemory> plain = Map.of();
    private Map<String, ProcessMemory> usual = Map.of();

    @BeforeAll
    void runBothAtOnce() {
        var one = CompletableFuture.supplyAsync(() -> grown("16", "-XX:TieredStopAtLevel=1"));
        var other = CompletableFuture.supplyAsync(() -> grown("64", "-XX:+TieredCompilation"));
        plain = one.join();
        usual = other.join();
    }

    private static Map<String, ProcessMemory> grown(String hidden, String flag) {
        var like = ChildProcess.likeThis(Footprint.class, LIMIT);
        var command = new ArrayList<>(like.command());
        command.addAll(1, ALWAYS);
        command.add(1, flag);
        try {
            var ending = new ChildProcess(command, LIMIT).run(List.of(hidden));
            assertThat(ending.exit()).as(ending.said()).isZero();
            var grown = new TreeMap<String, ProcessMemory>();
            for (String what : List.of(Footprint.STEPS, Footprint.JOBS)) {
                String[] numbers = ending.marked(what + " ").getFirst().split(" ");
                var memory =
                        new ProcessMemory(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]));
                System.out.println(flag + ", " + what + ", kB: " + memory);
                grown.put(what, memory);
            }
            return grown;
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void theResidentSizeStaysWhereTheVirtualMachineTakesNothing() {
        plain.values().forEach(memory -> assertThat(memory.resident()).isLessThan(FIVE_MEGABYTES));
    }

    @Test
    void nobodyForgetsWhatItAllocatedInAStep() {
        plain.values().forEach(memory -> assertThat(memory.foreign()).isLessThan(NO_LEAK));
        usual.values()
                .forEach(memory ->
                        assertThat(memory.foreign()).isLessThan(NO_LEAK_BESIDE_THE_COMPILER));
    }
}
