package propane.engine;

import propane.tensor.EngineException;
import propane.tensor.PropaneException;

import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Predicate;

/** The engines that are provided as services. */
final class Engines {
    private Engines() {}

    static Engine named(String name) {
        return first(engine -> engine.name().equals(name), "engine named " + name);
    }

    static ComputeUnitsChoice coreMl() {
        return (ComputeUnitsChoice)
                first(ComputeUnitsChoice.class::isInstance, "engine over Core ML");
    }

    private static Engine first(Predicate<Engine> wanted, String what) {
        try {
            for (Engine engine : ServiceLoader.load(Engine.class, Engine.class.getClassLoader())) {
                if (wanted.test(engine)) {
                    return engine;
                }
            }
        } catch (ServiceConfigurationError e) {
            // What an engine says of a property is hidden in the loader's own error.
            if (e.getCause() instanceof PropaneException told) {
                throw told;
            }
            throw new EngineException(
                    "an engine that is provided as a service cannot be made: " + e.getMessage(), e);
        }
        throw new EngineException("no " + what + " is provided; is the jar of propane whole?");
    }
}
