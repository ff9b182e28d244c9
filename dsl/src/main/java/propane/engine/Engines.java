package propane.engine;

import propane.tensor.EngineException;

import java.util.ServiceLoader;

/** The engines that are provided as services. */
final class Engines {
    private Engines() {}

    static Engine named(String name) {
        for (Engine engine : ServiceLoader.load(Engine.class, Engine.class.getClassLoader())) {
            if (engine.name().equals(name)) {
                return engine;
            }
        }
        throw new EngineException(
                "no engine named " + name + " is provided; is the jar of propane whole?");
    }

    static ChoiceOfUnits coreMl() {
        for (Engine engine : ServiceLoader.load(Engine.class, Engine.class.getClassLoader())) {
            if (engine instanceof ChoiceOfUnits choice) {
                return choice;
            }
        }
        throw new EngineException(
                "no engine over Core ML is provided; is the jar of propane whole?");
    }
}
