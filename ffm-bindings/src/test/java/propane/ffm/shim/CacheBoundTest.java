package propane.ffm.shim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import propane.ffm.NativeException;

class CacheBoundTest {
    @AfterEach
    void askForNothing() {
        System.clearProperty(CacheBound.BYTES);
        System.clearProperty(CacheBound.DAYS);
    }

    @Test
    void whatNobodyAsksForIsEightGigabytesAndThirtyDays() {
        assertThat(CacheBound.asked()).isEqualTo(new CacheBound(8_000_000_000L, 30));
    }

    @Test
    void propertiesReachTheShim() {
        assumeTrue(FakeShim.install(), "needs a C compiler");
        Shim.require();
        System.setProperty(CacheBound.BYTES, "12345678901");
        System.setProperty(CacheBound.DAYS, "0");
        CacheBound.asked().apply();
        assertThat(FakeShim.number("fake_cache_bytes")).isEqualTo(12_345_678_901L);
        assertThat(FakeShim.number("fake_cache_days")).isZero();
    }

    @Test
    void whatIsNoNumberIsAnErrorThatNamesTheProperty() {
        System.setProperty(CacheBound.DAYS, "-1");
        assertThatThrownBy(CacheBound::asked)
                .isInstanceOf(NativeException.class)
                .hasMessage("-Dpropane.cache.days takes a whole number of at least 0, got -1");
        assertThatThrownBy(() -> new CacheBound(-2, 0))
                .hasMessage("-Dpropane.cache.bytes takes a whole number of at least 0, got -2");
    }
}
