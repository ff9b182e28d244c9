package propane.samples;

import propane.spi.op.AlignmentLoss;
import propane.spi.op.LossOp;
import propane.spi.op.Op;
import propane.spi.op.SoftmaxLoss;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;

/** Samples of {@link LossOp}. */
public final class LossOpSamples implements FamilySamples {
    @Override
    public List<OpSample> samples() {
        return List.of(
                OpSample.of(d -> {
                    Shape shape = d.shape();
                    return new LossOp.SigmoidCrossEntropy(d.real(shape), d.between(0, 1, shape));
                }),
                OpSample.of("of labels", d -> loss(d, true)),
                OpSample.of("of probabilities", d -> loss(d, false)),
                OpSample.of("of labels", d -> gradient(d, true)),
                OpSample.of("of probabilities", d -> gradient(d, false)),
                OpSample.of(LossOpSamples::alignment),
                OpSample.of(d -> {
                    var loss = alignment(d);
                    return new AlignmentLoss.CtcLossGradient(
                            loss.logits(), loss.target(), d.real(loss.infer().shape()));
                }));
    }

    private static SoftmaxLoss.SoftmaxCrossEntropy loss(Draw d, boolean isLabelled) {
        Shape rows = d.shape(d.number(0, 2));
        int classes = d.number(1, 5);
        var dims = new ArrayList<>(rows.dims());
        dims.add(classes);
        var shape = new Shape(dims);
        // Labels just outside are among them.
        Tensor target = isLabelled ? d.whole(-1, classes + 1, rows) : d.between(0, 1, shape);
        return new SoftmaxLoss.SoftmaxCrossEntropy(d.real(shape), target);
    }

    private static AlignmentLoss.CtcLoss alignment(Draw d) {
        int rows = d.number(0, 3);
        int classes = d.number(1, 4);
        // Some sequences are too long for the time, and some labels are none.
        Shape labels = Shape.shape(rows, d.number(1, 3));
        return new AlignmentLoss.CtcLoss(
                d.real(rows, d.number(1, 5), classes), d.whole(d.number(-1, 1), 4, labels));
    }

    private static Op gradient(Draw d, boolean isLabelled) {
        var loss = loss(d, isLabelled);
        return new SoftmaxLoss.SoftmaxCrossEntropyGradient(
                loss.logits(), loss.target(), d.real(loss.infer().shape()));
    }
}
