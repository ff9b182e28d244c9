package propane.nn.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

import propane.tensor.PropaneException;

class ScheduleTest {

    @Test
    void aJoinedScheduleStartsAfreshAtItsStep() {
        var joined = Schedules.linear(0, 1, 10).join(10, Schedules.exponentialDecay(1, 0.5));
        assertThat(joined.at(0)).isZero();
        assertThat(joined.at(5)).isEqualTo(0.5);
        assertThat(joined.at(10)).isEqualTo(1);
        assertThat(joined.at(12)).isEqualTo(0.25);
    }

    @Test
    void warmupReachesTheScheduleAndLeavesItThen() {
        var cosine = Schedules.cosineDecay(0.1, 100);
        var warm = cosine.warmup(10);
        assertThat(warm.at(0)).isZero();
        assertThat(warm.at(5)).isEqualTo(cosine.at(5) / 2);
        assertThat(warm.at(10)).isEqualTo(cosine.at(10));
        assertThat(warm.at(70)).isEqualTo(cosine.at(70));
    }

    @Test
    void restartsOfOneLengthRepeatForEver() {
        var restarts = Schedules.cosineWarmRestarts(1, 7, 1);
        for (long step = 0; step < 7; step++) {
            assertThat(restarts.at(step + 7L * 1_000_000_000)).isEqualTo(restarts.at(step));
        }
        assertThat(restarts.at(0)).isEqualTo(1);
    }

    @Test
    void oneCycleStaysAtItsEnd() {
        var cycle = Schedules.oneCycle(1, 100);
        assertThat(cycle.at(0)).isCloseTo(1 / 25.0, within(1e-12));
        assertThat(cycle.at(29)).isCloseTo(1, within(1e-12));
        assertThat(cycle.at(99)).isCloseTo(1 / 250_000.0, within(1e-12));
        assertThat(cycle.at(5_000)).isEqualTo(cycle.at(99));
    }

    @Test
    void polynomialAndLinearEndWhereTheySay() {
        assertThat(Schedules.polynomialDecay(1, 2, 4).at(2)).isEqualTo(0.25);
        assertThat(Schedules.polynomialDecay(1, 2, 4).at(9)).isZero();
        assertThat(Schedules.linear(1, 0.2, 4).at(9)).isEqualTo(0.2);
    }

    @Test
    void equalSettingsMakeEqualSchedules() {
        assertThat(Schedules.multiStepDecay(1, 0.1, 5, 20))
                .isEqualTo(Schedules.multiStepDecay(1, 0.1, 5, 20));
        assertThat(Schedules.cosineDecay(1, 5).warmup(2))
                .isEqualTo(Schedules.cosineDecay(1, 5).warmup(2));
    }

    @Test
    void lengthsThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> Schedules.cosineDecay(1, 0))
                .isInstanceOf(PropaneException.class)
                .hasMessageContaining("cosineDecay: the number of steps must be 1 or more, got 0");
        assertThatThrownBy(() -> Schedules.multiStepDecay(1, 0.1, 5, 5))
                .isInstanceOf(PropaneException.class)
                .hasMessageContaining("multiStepDecay: the steps must grow from 1 on, got [5, 5]");
        assertThatThrownBy(() -> Schedules.oneCycle(1, 2))
                .isInstanceOf(PropaneException.class)
                .hasMessageContaining("fix: more steps");
    }
}
