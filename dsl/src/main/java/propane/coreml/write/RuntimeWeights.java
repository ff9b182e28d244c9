package propane.coreml.write;

import propane.coreml.lowering.ConstantPorts;
import propane.spi.Graph;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.spi.op.BatchNormalization;
import propane.spi.op.ChannelActivation;
import propane.spi.op.ConstantWeight;
import propane.spi.op.Convolution;
import propane.spi.op.GruRecurrence;
import propane.spi.op.LayerNormalization;
import propane.spi.op.Linear;
import propane.spi.op.LstmRecurrence;
import propane.spi.op.Op;
import propane.spi.op.OpSchema;
import propane.spi.op.Operation;
import propane.spi.op.PerChannel;
import propane.spi.op.Recurrent;
import propane.spi.op.RnnRecurrence;
import propane.spi.pass.Decompose;
import propane.spi.pass.Pass;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Puts other ops in place of those that take their weights as constants only, where the weights are
 * trained and so are none: affine maps, activations with numbers for each channel, dilated
 * convolutions, normalizations, sequences.
 *
 * @param constants ports whose values the package holds as constants
 */
record RuntimeWeights(ConstantPorts constants) implements Pass {
    @Override
    public String name() {
        return "weights that are no constants";
    }

    @Override
    public Program.Function apply(Program.Function function) {
        // Sequences are decomposed into steps that Core ML lacks.
        return new Decompose().apply(function.rewrite(this::composed));
    }

    private List<Tensor> composed(Operation operation) {
        return switch (operation.op()) {
            case ConstantWeight.Linear linear when !areConstant(linear.weight(), linear.bias()) ->
                    List.of(affine(linear));
            case ChannelActivation.Prelu(var x, var alpha) when !areConstant(alpha) ->
                    List.of(x.relu().add(x.minimum(0).mul(PerChannel.spread(alpha, x.shape()))));
            case ChannelActivation.SoftplusParametric(var x, var alpha, var beta)
                    when !areConstant(alpha, beta) ->
                    List.of(
                            x.mul(PerChannel.spread(beta, x.shape()))
                                    .softplus()
                                    .mul(PerChannel.spread(alpha, x.shape())));
            case Convolution.Conv conv when isDilated(conv) && !areConstant(conv.weight()) ->
                    List.of(undilated(conv));
            case LayerNormalization.LayerNorm norm when !areConstant(operation) ->
                    List.of(norm.weighted(Tensor.of(norm.plain())));
            case LayerNormalization.InstanceNorm norm when !areConstant(operation) ->
                    List.of(norm.weighted(Tensor.of(norm.plain())));
            case BatchNormalization.BatchNorm norm when !areConstant(operation) -> norm.decompose();
            case LstmRecurrence.Lstm lstm -> withKnown(3, lstm, operation);
            case GruRecurrence.Gru gru -> withKnown(2, gru, operation);
            case RnnRecurrence.Rnn rnn -> withKnown(2, rnn, operation);
            default -> operation.results();
        };
    }

    /** Returns whether all operands but the first are. */
    private boolean areConstant(Operation operation) {
        return areConstantFrom(1, operation);
    }

    private boolean areConstantFrom(int first, Operation operation) {
        return areConstant(operation.operands().stream().skip(first).toArray(Tensor[]::new));
    }

    /**
     * Returns a recurrent op with the values of weights in their place, however large, where they
     * depend on constants alone: layers put gates in another order. Else its steps.
     *
     * @param first the first operand that is a weight
     */
    private List<Tensor> withKnown(int first, Recurrent op, Operation operation) {
        var operands = new ArrayList<Tensor>();
        for (Tensor operand : operation.operands()) {
            boolean isWeight = operands.size() >= first;
            boolean isMade = isWeight && !areConstant(operand);
            if (isMade && !Graph.inputs(List.of(operand)).isEmpty()) {
                return op.decompose();
            }
            operands.add(isMade ? Tensor.constant(Interpreter.run(operand)) : operand);
        }
        Op known = OpSchema.of(op).withOperands(op, operands);
        return known.equals(op)
                ? operation.results()
                : Operation.of(known, operation.source()).results();
    }

    private boolean areConstant(Tensor... weights) {
        return Arrays.stream(weights).allMatch(constants::isConstant);
    }

    private static Tensor affine(ConstantWeight.Linear linear) {
        Tensor x = linear.x();
        int in = linear.weight().dim(1);
        Tensor rows = x.reshape(x.shape().size() / in, in);
        Tensor product = Tensor.of(new Linear.Matmul(rows, linear.weight(), false, true));
        return product.add(linear.bias())
                .reshape(x.shape().with(-1, linear.weight().dim(0)).toArray());
    }

    private static boolean isDilated(Convolution.Conv conv) {
        return conv.dilations().stream().anyMatch(step -> step > 1);
    }

    /** Zeros between the elements of a kernel do what dilation does. */
    private static Tensor undilated(Convolution.Conv conv) {
        Tensor kernel = conv.weight();
        for (int i = 0; i < conv.dilations().size(); i++) {
            kernel = withZeros(kernel, i + 2, conv.dilations().get(i));
        }
        return Tensor.of(
                new Convolution.Conv(
                        conv.x(),
                        kernel,
                        conv.strides(),
                        conv.padType(),
                        conv.pad(),
                        Collections.nCopies(conv.dilations().size(), 1),
                        conv.groups()));
    }

    private static Tensor withZeros(Tensor kernel, int axis, int step) {
        int length = kernel.dim(axis);
        if (step == 1 || length == 1) {
            return kernel;
        }
        int outer = new Shape(kernel.shape().dims().subList(0, axis)).size();
        int inner = new Shape(kernel.shape().dims().subList(axis + 1, kernel.rank())).size();
        // Over four axes whatever the kernel has: Core ML takes five at most.
        Tensor wide =
                kernel.reshape(outer, length, 1, inner)
                        .pad(List.of(0, 0, 0, 0, 0, step - 1, 0, 0))
                        .reshape(outer, length * step, inner);
        int[] end = {outer, (length - 1) * step + 1, inner};
        Shape spread = kernel.shape().with(axis, end[1]);
        return wide.slice(new int[3], end).reshape(spread.toArray());
    }
}
