package propane.service;

import propane.tensor.EngineException;
import propane.tensor.PropaneException;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/**
 * What is provided of a kind: first what Propane's own loader finds, itself among it, then what the
 * loader of the thread's context does, as that of a program that was compiled a moment ago.
 */
public final class Services {
    private Services() {}

    /**
     * Returns those there are, each made when it is asked for.
     *
     * @param kind what they implement; module {@code propane} declares that it uses it
     * @throws PropaneException if one cannot be made, where it is asked for
     */
    public static <T> Stream<T> of(Class<T> kind) {
        var found = new LinkedHashMap<Class<?>, ServiceLoader.Provider<T>>();
        ClassLoader own = Services.class.getClassLoader();
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        try {
            for (ClassLoader loader : List.of(own, context == null ? own : context)) {
                ServiceLoader.load(kind, loader).stream()
                        .forEach(each -> found.putIfAbsent(each.type(), each));
            }
        } catch (ServiceConfigurationError e) {
            throw told(kind, e);
        }
        return found.values().stream().map(provider -> made(kind, provider));
    }

    private static <T> T made(Class<T> kind, ServiceLoader.Provider<T> provider) {
        try {
            return provider.get();
        } catch (ServiceConfigurationError e) {
            throw told(kind, e);
        }
    }

    /** What a provider itself says is hidden in the loader's own error. */
    private static PropaneException told(Class<?> kind, ServiceConfigurationError e) {
        return e.getCause() instanceof PropaneException own
                ? own
                : new EngineException(
                        "what is provided as a "
                                + kind.getName()
                                + " cannot be made: "
                                + e.getMessage(),
                        e);
    }
}
