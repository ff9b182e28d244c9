package propane.engine.cpu;

import propane.engine.cpu.loop.LoopClasses;
import propane.engine.cpu.plan.KernelProvider;
import propane.engine.cpu.plan.Providers;
import propane.ffm.Platform;
import propane.tensor.UnknownNameException;

import java.util.List;

/** Which providers an engine asks. */
final class ProviderChoice {
    private static final String ONEDNN = "onednn";
    private static final String VECTOR = "vector";
    private static final String REFERENCE = "reference";
    private static final List<String> NAMES = List.of(ONEDNN, VECTOR, REFERENCE);

    private ProviderChoice() {}

    /**
     * Returns all providers of this machine, or one by its name with the reference after it.
     *
     * @param forced {@code onednn}, {@code vector}, {@code reference}, or empty for all
     * @param classes the loops written so far
     * @param threads how many threads oneDNN may take
     * @param platform the machine, which decides who is asked first
     */
    static Providers of(String forced, LoopClasses classes, Threads threads, Platform platform) {
        requireKnown(forced);
        return new Providers(
                (forced.isEmpty() ? order(platform) : List.of(forced, REFERENCE))
                        .stream().distinct().map(name -> named(name, classes, threads)).toList());
    }

    /** On Apple silicon before M4 oneDNN has plain kernels only, which the vector loops outrun. */
    private static List<String> order(Platform platform) {
        return platform.equals(new Platform("macosx", "arm64"))
                ? List.of(VECTOR, ONEDNN, REFERENCE)
                : NAMES;
    }

    private static KernelProvider named(String name, LoopClasses classes, Threads threads) {
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
        if (!forced.isEmpty() && !NAMES.contains(forced)) {
            throw new UnknownNameException(
                    "CPU: there is no provider "
                            + forced
                            + " (property propane.provider); there are "
                            + NAMES);
        }
    }
}
