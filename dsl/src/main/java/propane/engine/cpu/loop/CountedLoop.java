package propane.engine.cpu.loop;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;

/** Writes {@code for (; index < limit; index += step)}. */
final class CountedLoop {
    private CountedLoop() {}

    /**
     * Writes a loop.
     *
     * <p>Its condition stands before it and at its end, never at its head: before the head the
     * just-in-time compiler places checks of what the first iteration will touch. Of a loop that
     * makes none, such as the last elements of a row of whole vectors, they fail at the end of the
     * memory, and the method is compiled again, up to a hundred times.
     *
     * @param index the local variable that counts, which holds its first value
     * @param limit the local variable with the value at which it ends
     */
    static void write(CodeBuilder code, int index, int limit, int step, Runnable body) {
        Label done = code.newLabel();
        code.iload(index).iload(limit).if_icmpge(done);
        Label again = code.newBoundLabel();
        body.run();
        code.iinc(index, step).iload(index).iload(limit).if_icmplt(again);
        code.labelBinding(done);
    }
}
