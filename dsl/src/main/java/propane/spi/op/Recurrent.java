package propane.spi.op;

import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.List;
import java.util.Locale;

/**
 * Ops that go through a sequence step by step, each step from what the one before left. MIL's own
 * are decomposed into one product for the inputs of all steps and a sequence of steps that takes it
 * from there.
 */
public sealed interface Recurrent extends Op, Decomposable
        permits LstmRecurrence, GruRecurrence, RnnRecurrence {

    /** In which order steps are taken. Results stand where their inputs do in any case. */
    enum Direction implements MilEnum {
        /** From the first to the last. */
        FORWARD,
        /** From the last to the first. */
        REVERSE,
        /** Both, their results side by side. */
        BIDIRECTIONAL;

        @Override
        public String mil() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A function between a sum and a gate; its slope follows from its value. */
    enum Nonlinearity implements MilEnum {
        /** 1 / (1 + e<sup>−x</sup>). */
        SIGMOID,
        /** The hyperbolic tangent. */
        TANH,
        /** max(x, 0). */
        RELU,
        /** x itself. */
        LINEAR;

        @Override
        public String mil() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Returns the function of a number. */
        double of(double x) {
            return switch (this) {
                case SIGMOID -> 1 / (1 + Math.exp(-x));
                case TANH -> Math.tanh(x);
                case RELU -> Math.max(x, 0);
                case LINEAR -> x;
            };
        }

        /** Returns the slope where the function has a value. */
        double slope(double y) {
            return switch (this) {
                case SIGMOID -> y * (1 - y);
                case TANH -> 1 - y * y;
                case RELU -> y > 0 ? 1 : 0;
                case LINEAR -> 1;
            };
        }

        /** Returns the function of a tensor. */
        Tensor of(Tensor x) {
            return switch (this) {
                case SIGMOID -> x.sigmoid();
                case TANH -> x.tanh();
                case RELU -> x.relu();
                case LINEAR -> x;
            };
        }

        /** Returns a gradient by the function's operand, given that by its value y. */
        Tensor back(Tensor gradient, Tensor y) {
            return switch (this) {
                case SIGMOID -> gradient.mul(y.sub(y.square()));
                case TANH -> gradient.mul(y.square().neg().add(1));
                case RELU -> Choice.zeroOr(y.lessEqual(0), gradient);
                case LINEAR -> gradient;
            };
        }
    }

    /**
     * Requires a sequence [s, b, width] of at least one step.
     *
     * @param what what it is, for messages
     */
    static void requireSequence(Recurrent op, Tensor sequence, int width, String what) {
        OpRule.requireFloat(op, sequence);
        if (sequence.rank() != 3 || sequence.dim(0) < 1 || sequence.dim(2) != width) {
            throw OpRule.shape(
                    op,
                    what + " must be [steps, batch, " + width + "], got " + sequence.shape(),
                    "give at least one step; transpose(1, 0, 2) brings steps to the front");
        }
    }

    /** Requires an operand of a shape, and of the element type of another. */
    static void require(Recurrent op, Tensor like, Tensor operand, int... dims) {
        OpRule.requireSame(op, like, operand);
        if (!operand.shape().equals(Shape.shape(dims))) {
            throw OpRule.shape(
                    op,
                    operand.shape() + " stands where " + Shape.shape(dims) + " must",
                    "give weights [gates · units, inputs] and [gates · units, units], biases"
                            + " [gates · units], states [batch, units]");
        }
    }

    /** Requires none or one of an operand that may be left out. */
    static void requireOne(Recurrent op, Tensor like, List<Tensor> operand, int... dims) {
        operand.forEach(each -> require(op, like, each, dims));
        if (operand.size() > 1) {
            throw OpRule.shape(op, "got " + operand, "give one tensor, or none");
        }
    }

    /** Returns the number of units, from weights [gates · units, units]. */
    static int units(Recurrent op, Tensor weightHh, int gates) {
        if (weightHh.rank() != 2 || weightHh.dim(0) != gates * weightHh.dim(1)) {
            throw OpRule.shape(
                    op,
                    "recurrent weights must be [" + gates + " · units, units], got " + weightHh,
                    "give the rows of " + gates + " gates");
        }
        return weightHh.dim(1);
    }
}
