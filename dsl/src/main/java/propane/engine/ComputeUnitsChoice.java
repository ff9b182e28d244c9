package propane.engine;

/** An engine that can be told which processors it may use. */
public interface ComputeUnitsChoice extends Engine {
    /** Returns the same engine over other processors. */
    Engine on(ComputeUnits units);

    /**
     * Returns the same engine over other processors for programs alone that are not known to end up
     * on the CPU there: of others it says why they would.
     */
    Engine worthwhile(ComputeUnits units);
}
