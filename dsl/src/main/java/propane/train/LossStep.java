package propane.train;

import propane.nn.Loss;
import propane.nn.Metric;
import propane.nn.Optimizer;
import propane.nn.Tensors;
import propane.tensor.PropaneException;
import propane.tensor.Setting;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The step that a loss and an optimizer stand for; made of what a user's step is made of.
 *
 * @param losses the loss of each output
 * @param targets the target of each output
 * @param optimizer the optimizer
 * @param metrics metrics beside the loss by their output
 * @param weights the targets that weight examples, one at most
 * @param change what is done to gradients before the optimizer has them
 */
record LossStep(
        Map<String, Loss> losses,
        Map<String, String> targets,
        Optimizer optimizer,
        Map<String, List<Metric>> metrics,
        List<String> weights,
        UnaryOperator<Gradients> change)
        implements Step {
    @Override
    public Report trace(TracedModel model, Examples batch) {
        Tensors outputs = model.predict(batch.inputs());
        Tensor total =
                losses.keySet().stream()
                        .map(output -> lossOf(output, outputs, batch))
                        .reduce(Tensor::add)
                        .orElseThrow();
        Report report = Report.of(Metric.loss(), total);
        for (String output : losses.keySet()) {
            for (Metric metric : metrics.getOrDefault(output, List.of())) {
                if (metric instanceof Metric.Streaming streaming) {
                    report =
                            report.with(
                                    named(streaming, output),
                                    outputs.at(output),
                                    target(output, batch));
                }
            }
        }
        Gradients gradients = Gradients.gradients(total, model);
        Gradients changed = Setting.returned("a change of gradients", change.apply(gradients));
        model.update(changed, optimizer);
        return report;
    }

    private Tensor lossOf(String output, Tensors outputs, Examples batch) {
        Tensor loss =
                weighted(losses.get(output), outputs.at(output), target(output, batch), batch);
        if (loss.shape().size() != 1 || !loss.dtype().isFloat()) {
            throw new ShapeException(
                    "loss: must be one floating-point number, got "
                            + loss.type()
                            + "\n    "
                            + loss.source()
                            + "\n    loss     "
                            + loss
                            + "\n    to mend it: "
                            + (loss.dtype().isFloat()
                                    ? "take its mean()"
                                    : "make it of the outputs, without cast(…) to whole numbers"));
        }
        return loss.reshape(1);
    }

    private Tensor weighted(Loss loss, Tensor prediction, Tensor target, Examples batch) {
        if (weights.isEmpty()) {
            return Setting.returned("the loss", loss.of(prediction, target));
        }
        if (!(loss instanceof Loss.ByExample byExample)) {
            throw new PropaneException(
                    "weightedBy: the loss does not tell the loss of each example\n    to mend it:"
                            + " implement Loss.ByExample, whose each(…) does");
        }
        return Setting.returned("the loss", byExample.each(prediction, target))
                .mul(batch.target(weights.getFirst()))
                .mean();
    }

    private Tensor target(String output, Examples batch) {
        return batch.target(targets.get(output));
    }

    /** Where several outputs have losses, a metric's name begins with the output's. */
    private Metric.Streaming named(Metric.Streaming metric, String output) {
        return losses.size() == 1 ? metric : OutputMetric.of(output, metric);
    }
}
