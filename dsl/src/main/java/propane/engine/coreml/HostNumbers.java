package propane.engine.coreml;

import propane.coreml.lowering.RandomPorts;
import propane.spi.Bindings;
import propane.spi.op.CounterRandom;
import propane.spi.op.Port;
import propane.spi.op.RandomNumbers;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Random numbers that the host draws for a port: the same that the op would have drawn on the CPU.
 *
 * @param to where they go, float32
 * @param count how many there are
 * @param normal whether they are normal, else uniform
 * @param stream the stream they are drawn from
 * @param seed the seed's port, int32 [2]
 * @param step the step's port, int32 [1]
 */
record HostNumbers(
        MemorySegment to,
        int count,
        boolean normal,
        long stream,
        MemorySegment seed,
        MemorySegment step) {
    static HostNumbers of(Port port, MemorySegment to, Bindings bindings) {
        boolean normal = port.name().startsWith(RandomPorts.NORMAL);
        String path =
                port.name().substring((normal ? RandomPorts.NORMAL : RandomPorts.UNIFORM).length());
        return new HostNumbers(
                to,
                port.type().shape().size(),
                normal,
                CounterRandom.stream(path),
                bindings.segment("seed"),
                bindings.segment("step"));
    }

    /** Draws the numbers of the step at hand. */
    void draw() {
        long mixed =
                RandomNumbers.seedOf(
                        seed.getAtIndex(ValueLayout.JAVA_INT, 0),
                        seed.getAtIndex(ValueLayout.JAVA_INT, 1),
                        step.getAtIndex(ValueLayout.JAVA_INT, 0));
        for (int i = 0; i < count; i++) {
            float number =
                    normal
                            ? (float) CounterRandom.normal(mixed, stream, i)
                            : CounterRandom.uniform(mixed, stream, i);
            to.setAtIndex(ValueLayout.JAVA_FLOAT, i, number);
        }
    }
}
