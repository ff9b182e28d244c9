package propane.ffm.shim;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

import propane.ffm.Availability;

final class HostTest {
    private static final Host MAC = new Host("Mac OS X", "15.1", "aarch64", false);

    @Test
    void aMacThatCanHasNoObstacle() {
        assertThat(MAC.obstacle()).isEmpty();
        assertThat(new Host("Mac OS X", "26.0.1", "aarch64", false).obstacle()).isEmpty();
    }

    @Test
    void anIntelJavaUnderRosettaIsToldWhatItIs() {
        assertThat(new Host("Mac OS X", "15.1", "x86_64", true).obstacle())
                .hasValue(
                        "this Java is for Intel processors: install one for Apple silicon"
                                + " (brew install temurin@25)");
    }

    @Test
    void othersHearWhatIsNeeded() {
        assertThat(new Host("Mac OS X", "15.1", "x86_64", false).obstacle())
                .hasValue("needs macOS 15 on Apple silicon; this is Mac OS X on x86_64");
        assertThat(new Host("Linux", "6.1", "aarch64", false).obstacle())
                .hasValue("needs macOS 15 on Apple silicon; this is Linux on aarch64");
        assertThat(new Host("Mac OS X", "14.7.1", "aarch64", false).obstacle())
                .hasValue("needs macOS 15 or newer; this is macOS 14.7.1");
    }

    @Test
    @DisabledOnOs(OS.MAC) // where the library is there
    void whoSitsAtAMacWithoutTheLibraryHearsTheCommand() {
        assertThat(Shim.bundled())
                .isInstanceOf(Availability.Missing.class)
                .asString()
                .contains("libPropaneShim.dylib", "bin/propane doctor", "mvn -B install");
    }

    @Test
    void theShimCanBeSwitchedOff() {
        String before = System.getProperty("propane.shim", "");
        System.setProperty("propane.shim", "none");
        try {
            assertThat(Shim.obstacle()).hasValue("switched off by -Dpropane.shim=none");
        } finally {
            System.setProperty("propane.shim", before);
        }
    }
}
