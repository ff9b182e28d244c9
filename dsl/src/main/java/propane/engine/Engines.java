package propane.engine;

import propane.service.Services;
import propane.tensor.EngineException;
import propane.tensor.Problem;
import propane.tensor.UnknownNameException;

import java.util.ArrayList;

/** The engines that are provided as services. */
final class Engines {
    private Engines() {}

    /**
     * Returns an engine by its name; Propane's own come before those of others.
     *
     * @throws UnknownNameException if there is none
     */
    static Engine named(String name) {
        var names = new ArrayList<String>();
        for (Engine engine : (Iterable<Engine>) Services.of(Engine.class)::iterator) {
            if (engine.name().equals(name)) {
                return engine;
            }
            names.add(engine.name());
        }
        throw new UnknownNameException(
                Problem.ofRule("engine: none is named " + name + "; there are " + names)
                        .fix("name one of these, or add the jar that provides it"));
    }

    static Engine.OverComputeUnits coreMl() {
        return (Engine.OverComputeUnits)
                Services.of(Engine.class)
                        .filter(Engine.OverComputeUnits.class::isInstance)
                        .findFirst()
                        .orElseThrow(() ->
                                new EngineException(
                                        "no engine over Core ML is provided; is the jar of propane"
                                                + " whole?"));
    }
}
