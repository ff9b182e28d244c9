package propane.engine.coreml;

import propane.ffm.NativeException;
import propane.ffm.shim.ShimModel;
import propane.tensor.EngineException;

import java.time.Duration;

/**
 * What a model is loaded for.
 *
 * @param engine the engine's name, for messages
 * @param units which processors it may use
 * @param limit how long loading may usually take; zero for as long as it takes
 */
record LoadTarget(String engine, ShimModel.Units units, Duration limit) {
    /** Returns the engine's own error of what the shim said. */
    EngineException failed(NativeException error) {
        return new EngineException(engine + ": " + error.getMessage(), error);
    }
}
