package propane.ffm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;

@DisabledOnOs(OS.WINDOWS)
class PlatformTest {
    @ParameterizedTest
    @CsvSource({
        "linux, /home/u, /var/c, /var/c",
        "linux, /home/u, '', /home/u/.cache",
        "linux, /home/u, not/absolute, /home/u/.cache",
        "macosx, /Users/u, /var/c, /Users/u/Library/Caches",
    })
    void cachesLieWhereTheSystemSays(String system, String home, String given, Path place) {
        assertThat(new Platform(system, "arm64").cache(home, given)).isEqualTo(place);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "?", "home", "./", "a\0b"})
    void whoHasNoHomeHasAFolderOfTemporaryFiles(String home) {
        for (String system : new String[] {"linux", "macosx"}) {
            Path cache = new Platform(system, "arm64").cache(home, "");
            assertThat(cache.getParent())
                    .isEqualTo(Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath());
        }
    }

    @Test
    void thisMachinesCacheIsAnAbsolutePath() {
        assertThat(Platform.current().cache()).isAbsolute();
    }
}
