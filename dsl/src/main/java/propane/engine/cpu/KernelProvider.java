package propane.engine.cpu;

/** One way of computing ops. A provider says of each unit of work whether it takes it. */
interface KernelProvider {
    /** Returns the name, as reports spell it. */
    String name();

    /** Returns a few words on what it works with here. */
    String describe();

    /** Takes a unit of work, or says why not. */
    Offer offer(Unit unit);
}
