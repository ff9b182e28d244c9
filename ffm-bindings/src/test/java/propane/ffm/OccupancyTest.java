package propane.ffm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

@Timeout(60)
class OccupancyTest {
    private static final Refusal REFUSAL =
            new Refusal("thing: it", "wait", "keep it open", NativeException::new);

    private final Occupancy one = Occupancy.ofOne(REFUSAL);
    private final AtomicInteger frees = new AtomicInteger();

    /** A thread that does something and hands over what it threw. */
    private static final class Other {
        private final List<Throwable> thrown = new ArrayList<>();
        private final Thread thread;

        Other(String name, Runnable body) {
            this.thread =
                    Thread.ofPlatform()
                            .name(name)
                            .daemon()
                            .start(() -> {
                                try {
                                    body.run();
                                } catch (Throwable e) {
                                    thrown.add(e);
                                }
                            });
        }

        void join() throws Throwable {
            thread.join();
            if (!thrown.isEmpty()) {
                throw thrown.getFirst();
            }
        }

        void awaitParked() {
            while (thread.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aSecondThreadIsToldWhoHoldsItAndInWhichCall() throws Throwable {
        String before = Thread.currentThread().getName();
        Thread.currentThread().setName("holder");
        int seat = one.enter("fit");
        var other =
                new Other(
                        "other",
                        () ->
                                assertThatThrownBy(() -> one.enter("step"))
                                        .isInstanceOf(NativeException.class)
                                        .hasMessage(
                                                "thing: it is in use, the thread "
                                                        + "holder is in fit: no step meanwhile\n"
                                                        + "    fix: wait"));
        other.join();
        Thread.currentThread().setName(before);
        one.leave(seat);
        new Other("other", () -> one.leave(one.enter("step"))).join();
    }

    @Test
    void callsOfOneThreadLieInEachOther() throws Throwable {
        int outer = one.enter("fit");
        one.leave(one.enter("predict"));
        var other = new Other("other", () -> one.enter("step"));
        assertThatThrownBy(other::join).hasMessageContaining("is in fit");
        one.leave(outer);
    }

    @Test
    void closingWaitsForTheCallThatRuns() throws Throwable {
        int seat = one.enter("fit");
        var closer = new Other("closer", () -> one.close(frees::incrementAndGet));
        closer.awaitParked();
        assertThat(frees).hasValue(0);
        assertThat(one.isClosing()).isTrue();
        assertThatThrownBy(() -> one.enter("save"))
                .hasMessageStartingWith("thing: it is closed, by the thread closer: no save");
        one.leave(seat);
        closer.join();
        assertThat(frees).hasValue(1);
        one.close(frees::incrementAndGet);
        assertThat(frees).hasValue(1);
    }

    @Test
    void closingFromWithinACallFreesWhenTheCallEnds() {
        int outer = one.enter("fit");
        int inner = one.enter("predict");
        one.close(frees::incrementAndGet);
        one.leave(inner);
        assertThat(frees).hasValue(0);
        one.leave(outer);
        assertThat(frees).hasValue(1);
    }

    @Test
    void anInterruptedCloserWaitsAllTheSame() throws Throwable {
        int seat = one.enter("fit");
        var wasKept = new AtomicInteger();
        var closer =
                new Other(
                        "closer",
                        () -> {
                            Thread.currentThread().interrupt();
                            one.close(frees::incrementAndGet);
                            wasKept.set(Thread.interrupted() ? 1 : 0);
                        });
        while (!one.isClosing()) {
            Thread.onSpinWait();
        }
        assertThat(frees).hasValue(0);
        one.leave(seat);
        closer.join();
        assertThat(frees).hasValue(1);
        assertThat(wasKept).hasValue(1);
    }

    @Test
    void twoThatCloseWhatTheOtherHoldsDoNotWaitForEver() throws Throwable {
        var two = Occupancy.ofOne(REFUSAL);
        var both = new CountDownLatch(2);
        var first =
                new Other(
                        "first",
                        () -> {
                            int seat = one.enter("fit");
                            both.countDown();
                            await(both);
                            two.close(frees::incrementAndGet);
                            one.leave(seat);
                        });
        var second =
                new Other(
                        "second",
                        () -> {
                            int seat = two.enter("fit");
                            both.countDown();
                            await(both);
                            one.close(frees::incrementAndGet);
                            two.leave(seat);
                        });
        first.join();
        second.join();
        assertThat(frees).hasValue(2);
    }

    @Test
    void ofSeveralSeatsEachIsTakenOnceAndAllAreAwaited() throws Throwable {
        var several = Occupancy.ofSeveral(REFUSAL, 2);
        int a = several.enter("predict");
        int b = several.enter("predict");
        assertThat(List.of(a, b)).containsExactlyInAnyOrder(0, 1);
        assertThatThrownBy(() -> several.enter("predict")).hasMessageContaining("in use");
        var closer = new Other("closer", () -> several.close(frees::incrementAndGet));
        closer.awaitParked();
        several.leave(a);
        assertThat(frees).hasValue(0);
        several.leave(b);
        closer.join();
        assertThat(frees).hasValue(1);
    }

    @Test
    void nobodyHoldsItTogetherAndNobodyAfterItIsFreed() throws Throwable {
        for (int round = 0; round < 200; round++) {
            var use = Occupancy.ofOne(REFUSAL);
            var inside = new AtomicInteger();
            var freed = new AtomicInteger();
            var faults = new AtomicInteger();
            Runnable loop =
                    () -> {
                        for (int i = 0; i < 300; i++) {
                            try {
                                int seat = use.enter("step");
                                if (inside.incrementAndGet() != 1 || freed.get() != 0) {
                                    faults.incrementAndGet();
                                }
                                inside.decrementAndGet();
                                use.leave(seat);
                            } catch (NativeException e) {
                                // Another one has it, or it was closed.
                            }
                        }
                    };
            var a = new Other("a", loop);
            var b = new Other("b", loop);
            Thread.onSpinWait();
            use.close(freed::incrementAndGet);
            assertThat(freed).hasValue(1);
            a.join();
            b.join();
            assertThat(faults).hasValue(0);
        }
    }

    @Test
    void allResourcesAreGivenBackThoughSomeFail() {
        var closed = new ArrayList<String>();
        var resources = new Resources();
        resources.add(() -> closed.add("first"));
        resources.add(() -> {
            throw new IllegalStateException("second");
        });
        resources.add(() -> closed.add("third"));
        resources.add(() -> {
            throw new IllegalStateException("fourth");
        });
        assertThatThrownBy(resources::close)
                .hasMessage("fourth")
                .satisfies(e -> assertThat(e.getSuppressed()[0]).hasMessage("second"));
        assertThat(closed).containsExactly("third", "first");
        resources.close();
    }

    @Test
    void memoryIsCountedUntilItIsFreed() {
        long before = NativeMemory.held();
        try (var memory = new NativeMemory(NativeException::new)) {
            memory.allocate("a", 1_000);
            memory.allocate("b", 0);
            assertThat(memory.bytes()).isEqualTo(1_001);
            assertThat(NativeMemory.held()).isEqualTo(before + 1_001);
        }
        assertThat(NativeMemory.held()).isEqualTo(before);
    }

    @Test
    void largeMemoryStartsAtAPageSoThatNoLoadWaitsForAStoreElsewhere() {
        try (var memory = new NativeMemory(NativeException::new)) {
            for (long size : new long[] {1, 100, 5_000, 16_384, 40_000, 1_048_576, 1_048_576}) {
                assertThat(memory.allocate("a", size).address() % NativeMemory.alignment(size))
                        .as("%d bytes", size)
                        .isZero();
            }
        }
        assertThat(NativeMemory.alignment(0)).isEqualTo(64);
        assertThat(NativeMemory.alignment(16_383)).isEqualTo(64);
        assertThat(NativeMemory.alignment(16_384)).isEqualTo(4_096);
    }

    @Test
    void memoryThatIsNotThereIsOneErrorThatSaysHowMuch() {
        try (var memory = new NativeMemory(NativeException::new)) {
            assertThatThrownBy(() -> memory.allocate("the weights", 1L << 60))
                    .isInstanceOf(NativeException.class)
                    .hasMessageContaining("the weights: there is no native memory of 1.2 EB left")
                    .hasMessageContaining("free\n    fix: ");
            assertThat(memory.bytes()).isZero();
        }
    }
}
