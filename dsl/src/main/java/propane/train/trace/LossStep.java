package propane.train.trace;

import propane.nn.Tensors;
import propane.nn.loss.Loss;
import propane.nn.loss.LossSum;
import propane.nn.loss.LossTerms;
import propane.nn.metric.Metric;
import propane.nn.optimizer.Optimizer;
import propane.spi.Preconditions;
import propane.tensor.Tensor;
import propane.train.step.Examples;
import propane.train.step.Gradients;
import propane.train.step.Step;
import propane.train.step.StepOutputs;
import propane.train.step.TracedModel;

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
 * @param weights the targets that say how much examples, or parts of them, count; one at most
 * @param change what is done to gradients before the optimizer has them
 */
public record LossStep(
        Map<String, Loss> losses,
        Map<String, String> targets,
        Optimizer optimizer,
        Map<String, List<Metric>> metrics,
        List<String> weights,
        UnaryOperator<Gradients> change)
        implements Step {
    @Override
    public StepOutputs trace(TracedModel model, Examples batch) {
        Tensors outputs = model.predict(batch.inputs());
        var sums = losses.keySet().stream().map(output -> lossOf(output, outputs, batch)).toList();
        StepOutputs report = StepOutputs.of(sums);
        for (String output : losses.keySet()) {
            for (Metric metric : metrics.getOrDefault(output, List.of())) {
                if (metric instanceof Metric.Streaming streaming) {
                    report = with(report, output, streaming, outputs.at(output), batch);
                }
            }
        }
        Gradients gradients = Gradients.gradients(sums, model);
        Gradients changed =
                Preconditions.returned("a change of gradients", change.apply(gradients));
        model.update(changed, optimizer);
        return report;
    }

    /** Adds a metric, to which the same rows count as to the loss. */
    private StepOutputs with(
            StepOutputs report,
            String output,
            Metric.Streaming metric,
            Tensor prediction,
            Examples batch) {
        Loss loss = losses.get(output);
        metric.requireTargets(loss.targetKind(), prediction.type());
        Metric.Streaming counting = metric;
        for (int label : loss.ignoredIndices()) {
            counting = counting.ignoreIndex(label);
        }
        Metric.Streaming named = named(counting, output);
        Tensor target = target(output, batch);
        var counts = weights.stream().map(batch::target).toList();
        if (loss.ignoresNaN()) {
            LossTerms known = LossTerms.of(LossTerms.numbers(target));
            Tensor each =
                    counts.isEmpty()
                            ? known.losses()
                            : known.sampleWeight(counts.getFirst()).losses();
            return report.with(named, prediction, LossTerms.known(target), each);
        }
        return counts.isEmpty()
                ? report.with(named, prediction, target)
                : report.with(named, prediction, target, counts.getFirst());
    }

    private LossSum lossOf(String output, Tensors outputs, Examples batch) {
        Loss loss = losses.get(output);
        Tensor prediction = outputs.at(output);
        Tensor target = target(output, batch);
        LossSum sum =
                weights.isEmpty()
                        ? loss.sum(prediction, target)
                        : loss.sum(prediction, target, batch.target(weights.getFirst()));
        return Preconditions.returned("the loss", sum);
    }

    private Tensor target(String output, Examples batch) {
        return batch.target(targets.get(output));
    }

    /** Where several outputs have losses, a metric's name begins with the output's. */
    private Metric.Streaming named(Metric.Streaming metric, String output) {
        return losses.size() == 1 ? metric : OutputMetric.of(output, metric);
    }
}
