package propane.engine.cpu;

import propane.engine.cpu.loop.LoopClasses;
import propane.engine.cpu.plan.Providers;
import propane.engine.cpu.plan.UnitProvider;
import propane.ffm.Platform;
import propane.service.Services;
import propane.spi.cpu.KernelProvider;
import propane.tensor.UnknownNameException;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Which providers an engine asks. */
final class ProviderChoice {
    private static final String ONEDNN = "onednn";
    private static final String VECTOR = "vector";
    private static final String REFERENCE = "reference";
    private static final List<String> NAMES = List.of(ONEDNN, VECTOR, REFERENCE);

    private ProviderChoice() {}

    /**
     * Returns all providers of this machine, those of others first, or one by its name with the
     * reference after it.
     *
     * @param forced {@code onednn}, {@code vector}, {@code reference}, the name of another's, or
     *     empty for all
     * @param classes the loops written so far
     * @param threads how many threads oneDNN may take
     * @param platform the machine, which decides who is asked first
     */
    static Providers of(String forced, LoopClasses classes, Threads threads, Platform platform) {
        requireKnown(forced);
        var providers = new ArrayList<UnitProvider>();
        if (!NAMES.contains(forced)) {
            others().filter(other -> forced.isEmpty() || forced.equals(other.name()))
                    .forEach(other -> providers.add(new OthersKernels(other)));
        }
        Stream<String> own =
                forced.isEmpty() ? order(platform).stream() : Stream.of(forced, REFERENCE);
        own.filter(NAMES::contains)
                .distinct()
                .forEach(name -> providers.add(named(name, classes, threads)));
        return new Providers(providers);
    }

    private static Stream<KernelProvider> others() {
        return Services.of(KernelProvider.class);
    }

    /** On Apple silicon before M4 oneDNN has plain kernels only, which the vector loops outrun. */
    private static List<String> order(Platform platform) {
        return platform.equals(new Platform("macosx", "arm64"))
                ? List.of(VECTOR, ONEDNN, REFERENCE)
                : NAMES;
    }

    private static UnitProvider named(String name, LoopClasses classes, Threads threads) {
        return switch (name) {
            case ONEDNN -> new DnnlProvider(threads);
            case VECTOR -> new VectorProvider(classes);
            default -> new ReferenceProvider();
        };
    }

    /**
     * Checks the name of a provider; empty stands for all.
     *
     * @throws UnknownNameException if there is no such provider
     */
    static void requireKnown(String forced) {
        if (forced.isEmpty() || NAMES.contains(forced)) {
            return;
        }
        var known = new ArrayList<>(NAMES);
        others().forEach(other -> known.add(other.name()));
        if (!known.contains(forced)) {
            throw new UnknownNameException(
                    "CPU: there is no provider "
                            + forced
                            + " (property propane.provider); there are "
                            + known);
        }
    }
}
