package propane.engine;

/** An engine that can be told which processors it may use. */
public interface ChoiceOfUnits extends Engine {
    /** Returns the same engine over other processors. */
    Engine on(Units units);
}
