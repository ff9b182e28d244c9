package propane.engine.cpu;

import propane.ffm.Platform;
import propane.tensor.EngineException;
import propane.tensor.UnknownNameException;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The providers an engine asks, the fastest first; the last one takes everything.
 *
 * @param ordered the providers
 */
record Providers(List<KernelProvider> ordered) implements AutoCloseable {
    private static final String ONEDNN = "onednn";
    private static final String VECTOR = "vector";
    private static final String REFERENCE = "reference";
    private static final List<String> NAMES = List.of(ONEDNN, VECTOR, REFERENCE);

    Providers {
        ordered = List.copyOf(ordered);
    }

    /**
     * Returns all providers of this machine, or one by its name with the reference behind it.
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

    /** Returns what these providers work with. */
    String describe() {
        return ordered.stream().map(KernelProvider::describe).collect(Collectors.joining("; "));
    }

    /** Returns whether one of these providers takes several operations at once. */
    boolean fuse() {
        return ordered.stream().anyMatch(KernelProvider::fuses);
    }

    /** Returns the task of the first provider that takes a unit. */
    Task task(Unit unit) {
        var reasons = new ArrayList<String>();
        for (KernelProvider provider : ordered) {
            switch (provider.offer(unit)) {
                case Offer.Taken taken -> {
                    return new Task(unit, taken, provider.name(), String.join("; ", reasons));
                }
                case Offer.Refused(var reason) -> reasons.add(provider.name() + ": " + reason);
            }
        }
        throw new EngineException("CPU: no provider takes " + unit.name() + ": " + reasons);
    }

    @Override
    public void close() {
        ordered.forEach(KernelProvider::close);
    }
}
