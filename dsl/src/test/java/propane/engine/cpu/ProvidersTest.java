package propane.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import propane.engine.Engine;
import propane.engine.cpu.loop.LoopClasses;
import propane.engine.cpu.plan.UnitProvider;
import propane.ffm.Platform;
import propane.tensor.UnknownNameException;

import java.util.List;
import java.util.function.Supplier;

final class ProvidersTest {
    private static List<String> names(String forced, Platform platform) {
        try (var providers =
                ProviderChoice.of(forced, new LoopClasses(), Threads.configured(), platform)) {
            return providers.ordered().stream().map(UnitProvider::name).toList();
        }
    }

    @Test
    void onAppleSiliconVectorsComeBeforeOneDnn() {
        var mac = new Platform("macosx", "arm64");
        assertThat(names("", mac)).containsExactly("vector", "onednn", "reference");
        assertThat(names("onednn", mac)).containsExactly("onednn", "reference");
    }

    @Test
    void elsewhereOneDnnComesFirst() {
        for (String system : List.of("linux", "windows", "macosx")) {
            assertThat(names("", new Platform(system, "x86_64")))
                    .containsExactly("onednn", "vector", "reference");
        }
        assertThat(names("reference", new Platform("linux", "arm64"))).containsExactly("reference");
    }

    @Test
    void aProviderThatIsNoneNamesThoseThereAre() {
        System.setProperty("propane.provider", "nope");
        try {
            for (Supplier<Engine> engine :
                    List.<Supplier<Engine>>of(Engine::cpu, Engine::best, Engine::neuralEngine)) {
                assertThatThrownBy(engine::get)
                        .isInstanceOf(UnknownNameException.class)
                        .hasMessageContaining("there is no provider nope")
                        .hasMessageContaining("[onednn, vector, reference]");
            }
        } finally {
            System.clearProperty("propane.provider");
        }
    }
}
