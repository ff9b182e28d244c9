package propane.coreml.lowering;

import propane.spi.op.Port;
import propane.tensor.NDArray;
import propane.tensor.Problem;
import propane.tensor.ShapeException;
import propane.tensor.TensorType;

/**
 * A port as everybody knows it, and as the lowered function has it: in another type, and with zeros
 * after the last axis.
 *
 * @param port the port of the training
 * @param lowered the port of the lowered function
 */
public record PortLayout(Port port, Port lowered) {
    /** Returns whether there is padding. */
    public boolean isPadded() {
        return !port.type().shape().equals(lowered.type().shape());
    }

    /**
     * Returns a value as the lowered function takes it.
     *
     * @throws ShapeException if it is not of the port's shape
     */
    public NDArray lower(NDArray value) {
        return moved(value, port.type(), lowered.type());
    }

    /**
     * Returns a value of the lowered function as everybody knows it.
     *
     * @throws ShapeException if it is not of the lowered port's shape
     */
    public NDArray raise(NDArray value) {
        return moved(value, lowered.type(), port.type());
    }

    private static NDArray moved(NDArray value, TensorType from, TensorType to) {
        if (!value.shape().equals(from.shape())) {
            throw new ShapeException(
                    Problem.ofRule(
                                    "port layout: the value is "
                                            + value.type()
                                            + ", the port "
                                            + from)
                            .operand("value", value)
                            .operand("port", from));
        }
        double[] in = value.doubles();
        double[] out = new double[to.shape().size()];
        int length = from.shape().dim(-1);
        int wanted = to.shape().dim(-1);
        int kept = Math.min(length, wanted);
        for (int row = 0; row * length < in.length; row++) {
            System.arraycopy(in, row * length, out, row * wanted, kept);
        }
        return NDArray.of(out, to);
    }
}
