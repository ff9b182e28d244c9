package propane.engine.coreml;

import propane.coreml.lowering.LoweredFunction;
import propane.coreml.lowering.PortLayout;
import propane.coreml.lowering.RandomPorts;
import propane.engine.cpu.CpuEngine;
import propane.spi.Bindings;
import propane.spi.Program;
import propane.spi.op.CounterRandom;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.DType;
import propane.tensor.EngineException;
import propane.tensor.NDArray;
import propane.tensor.Shape;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One step over made-up numbers before the first real one, over the memory of the real ones: what a
 * device computes is compared with what the CPU engine computes of the same lowered function.
 *
 * @param lowered the function
 * @param memory the memory of its ports, left as zeros
 * @param loaded the function, loaded, over that memory
 */
record SelfTest(LoweredFunction lowered, StepMemory memory, CoreMlFunction loaded) {
    /** How near the device must come, as peak signal to noise ratio; 40 dB are a hundredth. */
    private static final double WANTED_DECIBELS = 40;

    /** What differs by less than so much of the largest gradient is float16's own noise. */
    private static final double NOISE = 0x1p-10;

    private static final double LOSS_SCALE = 256;

    private static final String OUT = "self-test/";

    /**
     * Computes the step on both.
     *
     * @throws EngineException if an output of the device is too far from the CPU's
     * @throws propane.ffm.NativeException if the device refuses to predict
     */
    void run() {
        Program.Function step = step();
        Program program = Program.of(step);
        try (Bindings here = Bindings.allocate(program.ports());
                var onCpu = new CpuEngine().compile(program, here)) {
            for (PortLayout layout : lowered.inputs()) {
                NDArray value = layout.lower(madeUp(layout.port()));
                memory.bindings().write(layout.lowered(), value);
                here.write(layout.lowered().name(), value);
            }
            loaded.predict();
            // Numbers that overflow on the CPU, too, tell nothing of the device.
            if (onCpu.run(step.name())) {
                compare(here);
            }
        } finally {
            memory.clear();
        }
    }

    /** Returns the function with outputs that replace nothing, so that inputs stay as they are. */
    private Program.Function step() {
        var outputs = new ArrayList<Program.Output>();
        for (Program.Output output : lowered.function().outputs()) {
            Port port = output.port();
            outputs.add(
                    new Program.Output(
                            new Port(OUT + port.name(), Role.RESULT, port.type()),
                            output.value(),
                            ""));
        }
        return new Program.Function(
                lowered.function().name(), lowered.function().inputs(), outputs);
    }

    private void compare(Bindings here) {
        List<PortLayout> compared =
                lowered.outputs().stream().filter(layout -> isCompared(layout.port())).toList();
        double largest = 0;
        for (PortLayout layout : compared) {
            largest = Math.max(largest, largest(expected(here, layout)));
        }
        for (PortLayout layout : compared) {
            double[] expected = expected(here, layout);
            double[] actual = layout.raise(memory.bindings().read(layout.lowered())).doubles();
            double decibels = decibels(expected, actual);
            boolean isNear = decibels >= WANTED_DECIBELS;
            if (!isNear && !(difference(expected, actual) <= NOISE * largest)) {
                throw new EngineException(
                        String.format(
                                Locale.ROOT,
                                "a first step over made-up numbers differs from the CPU's: %s has"
                                        + " %.1f dB, %.0f are wanted; -Dpropane.selfTest=false"
                                        + " takes the device all the same",
                                layout.port().name(),
                                decibels,
                                WANTED_DECIBELS));
            }
        }
    }

    /** Metrics jump where an example changes sides, and are not compared. */
    private static boolean isCompared(Port port) {
        return port.role() == Role.GRADIENT
                || port.role() == Role.STATISTIC
                || port.name().equals("loss");
    }

    private static double[] expected(Bindings here, PortLayout layout) {
        return layout.raise(here.read(OUT + layout.lowered().name())).doubles();
    }

    private static double largest(double[] values) {
        double largest = 0;
        for (double value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    private static double difference(double[] expected, double[] actual) {
        double most = 0;
        for (int i = 0; i < expected.length; i++) {
            most = Math.max(most, Math.abs(expected[i] - actual[i]));
        }
        return most;
    }

    /** Returns the peak signal to noise ratio; not a number where a value is none. */
    private static double decibels(double[] expected, double[] actual) {
        double squares = 0;
        for (int i = 0; i < expected.length; i++) {
            squares += (expected[i] - actual[i]) * (expected[i] - actual[i]);
        }
        double peak = largest(expected);
        return squares == 0
                ? Double.POSITIVE_INFINITY
                : 10 * Math.log10(peak * peak * expected.length / squares);
    }

    /** Makes up numbers of usual sizes: they neither overflow float16 nor vanish in it. */
    private static NDArray madeUp(Port port) {
        Shape shape = port.type().shape();
        double[] values = new double[shape.size()];
        long stream = CounterRandom.stream(port.name());
        double spread = 1 / Math.sqrt(Math.max(1, terms(shape)));
        for (int i = 0; i < values.length; i++) {
            values[i] =
                    switch (port.role()) {
                        case WEIGHT ->
                                shape.rank() < 2
                                        ? between(stream, i)
                                        : spread * CounterRandom.normal(1, stream, i);
                        case SLOT, STATISTIC -> between(stream, i);
                        case RANDOM ->
                                port.name().startsWith(RandomPorts.NORMAL)
                                        ? CounterRandom.normal(1, stream, i)
                                        : CounterRandom.uniform(1, stream, i);
                        case HYPER -> port.type().dtype() == DType.INT32 ? 1 : LOSS_SCALE;
                        case BATCH, GRADIENT, RESULT -> example(port, stream, i);
                    };
        }
        return NDArray.of(values, port.type());
    }

    /** Returns how many products an element of a product sums up at most. */
    private static double terms(Shape shape) {
        return shape.rank() < 2
                ? 1
                : (double) shape.size() / Math.max(1, Math.min(shape.dim(0), shape.dim(-1)));
    }

    private static double example(Port port, long stream, int i) {
        if (port.type().dtype() == DType.INT32) {
            return i % 2;
        }
        return port.name().equals("example_weights") ? 1 : CounterRandom.normal(1, stream, i);
    }

    /** Returns a number from a half to one. */
    private static double between(long stream, int i) {
        return 0.5 + CounterRandom.uniform(1, stream, i) / 2;
    }
}
