package propane.train;

import static org.assertj.core.api.Assertions.assertThat;

import propane.coreml.lowering.LoweredFunction;
import propane.coreml.lowering.PortLayout;
import propane.coreml.lowering.RandomPorts;
import propane.nn.Weight;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.train.trace.StepPrograms;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;

/** A part of a training's step, values at its ports, and what is frozen among them. */
record GivenStep(
        Program.Function function, Map<String, NDArray> values, Map<String, NDArray> frozen) {
    static final int BATCH = 4;
    private static final double LOSS_SCALE = 16;

    /** The gradients of a training. */
    static GivenStep gradients(Training training) {
        return of(training, new StepPrograms(training.spec(), BATCH, true).gradients());
    }

    /** A whole step, to its end in the new weights. */
    static GivenStep whole(Training training) {
        return of(training, new StepPrograms(training.spec(), BATCH, false).train());
    }

    private static GivenStep of(Training training, Program.Function step) {
        Program.Function function = new RandomPorts().apply(step);
        var random = new Random(7);
        var values = new LinkedHashMap<String, NDArray>();
        function.inputs().forEach(port -> values.put(port.name(), value(port, random)));
        var trained =
                training.model().trainable().stream().map(Weight::path).collect(Collectors.toSet());
        var moved = function.replacements().keySet();
        var frozen = new LinkedHashMap<String, NDArray>();
        for (Port port : function.inputs()) {
            boolean isState = port.role() == Role.WEIGHT || port.role() == Role.STATISTIC;
            if (isState && !trained.contains(port.name()) && !moved.contains(port.name())) {
                frozen.put(port.name(), values.get(port.name()));
            }
        }
        return new GivenStep(function, values, frozen);
    }

    private static NDArray value(Port port, Random random) {
        double[] elements = new double[port.type().shape().size()];
        for (int i = 0; i < elements.length; i++) {
            elements[i] =
                    switch (port.role()) {
                        case RANDOM -> random.nextFloat();
                        case STATISTIC -> 0.5 + random.nextFloat();
                        case BATCH ->
                                port.type().dtype() == DType.INT32
                                        ? random.nextInt(10)
                                        : random.nextFloat();
                        case HYPER -> port.name().contains("/") ? 0.1 : LOSS_SCALE;
                        case SLOT -> random.nextFloat();
                        default -> 0.3 * random.nextGaussian();
                    };
        }
        return NDArray.of(elements, port.type());
    }

    Map<String, NDArray> values(LoweredFunction function) {
        var lowered = new LinkedHashMap<String, NDArray>();
        for (PortLayout layout : function.inputs()) {
            lowered.put(layout.port().name(), layout.lower(values.get(layout.port().name())));
        }
        return lowered;
    }

    /** The norm of the difference, as a share of the norm; a bias before batch norm has none. */
    static void assertNear(NDArray found, NDArray expected, double share, String what) {
        double[] a = found.doubles();
        double[] b = expected.doubles();
        double apart = 0;
        double norm = Math.pow(0.05 * LOSS_SCALE, 2);
        for (int i = 0; i < a.length; i++) {
            apart += (a[i] - b[i]) * (a[i] - b[i]);
            norm += b[i] * b[i];
        }
        assertThat(Math.sqrt(apart / norm)).as(what).isLessThanOrEqualTo(share);
    }
}
