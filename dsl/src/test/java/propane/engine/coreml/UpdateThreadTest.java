package propane.engine.coreml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import propane.spi.CompiledProgram;
import propane.spi.DeviceReport;
import propane.tensor.EngineException;

import java.util.List;
import java.util.concurrent.CountDownLatch;

@Timeout(20)
class UpdateThreadTest {
    private final CountDownLatch uploaded = new CountDownLatch(1);
    private final CountDownLatch updating = new CountDownLatch(1);
    private final UpdateThread thread = new UpdateThread(new Waiting());

    /** An update that ends only when the next examples are there. */
    private final class Waiting implements CompiledProgram {
        @Override
        public boolean run(String function) {
            if (function.equals("fails")) {
                throw new EngineException("the update failed");
            }
            updating.countDown();
            await(uploaded);
            return function.equals("update");
        }

        @Override
        public DeviceReport report() {
            return new DeviceReport("none", List.of(), List.of(), 0);
        }

        @Override
        public void close() {}
    }

    @AfterEach
    void close() {
        uploaded.countDown();
        thread.close();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Each waits for the other: one after the other they would never end. */
    @Test
    void anUpdateAndAnUploadOverlap() {
        assertThat(
                        thread.run(
                                "update",
                                () -> {
                                    await(updating);
                                    uploaded.countDown();
                                }))
                .isTrue();
        assertThat(thread.run("other", () -> {})).isFalse();
        for (int i = 0; i < 10_000; i++) {
            assertThat(thread.run("update", () -> {})).isTrue();
        }
    }

    @Test
    void faultsOfEitherReachTheCallerAndTheThreadGoesOn() {
        assertThatThrownBy(() -> thread.run("fails", () -> {}))
                .isInstanceOf(EngineException.class)
                .hasMessage("the update failed");
        assertThatThrownBy(() ->
                        thread.run(
                                "update",
                                () -> {
                                    uploaded.countDown();
                                    throw new IllegalStateException("no data");
                                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no data");
        assertThat(thread.run("update", () -> {})).isTrue();
    }
}
