package propane.spi.pass;

import propane.spi.Program;

/** Makes of a function another one that computes the same. */
public interface Pass {
    /** Returns the name, for messages. */
    String name();

    /** Returns the function changed; rewritten operations keep their sources. */
    Program.Function apply(Program.Function function);
}
