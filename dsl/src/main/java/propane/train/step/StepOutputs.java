package propane.train.step;

import propane.nn.loss.LossSum;
import propane.nn.metric.Metric;
import propane.nn.metric.Metrics;
import propane.spi.Preconditions;
import propane.tensor.Problem;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.tensor.UnknownNameException;
import propane.train.port.MeanLoss;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The numbers that a traced step reports.
 *
 * @param values a tensor for each metric: of one element, or what a metric of batches measures
 */
public record StepOutputs(Map<Metric, Tensor> values) {
    /** Checks that values are numbers and that names differ. */
    public StepOutputs {
        values = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(values));
        values.forEach((metric, value) -> {
            Preconditions.returned("StepOutputs: " + metric.name(), value);
            if (!(metric instanceof Metric.Streaming) && value.shape().size() != 1) {
                throw new ShapeException(
                        Problem.ofRule(
                                        "StepOutputs: "
                                                + metric.name()
                                                + " must be one number, got "
                                                + value)
                                .operand("value", value)
                                .fix("reduce it with mean() or sum()"));
            }
        });
        if (values.keySet().stream().map(Metric::name).distinct().count() != values.size()) {
            throw new UnknownNameException(
                    "StepOutputs: two metrics have one name: "
                            + values.keySet().stream().map(Metric::name).toList());
        }
    }

    /**
     * Returns outputs of a loss that knows what counts in it: over several batches its mean is that
     * over all that counts in them.
     */
    public static StepOutputs of(LossSum loss) {
        return of(List.of(loss));
    }

    /** Returns outputs of the sum of several losses' means, each over all that counts in it. */
    public static StepOutputs of(List<LossSum> losses) {
        Tensor mean = losses.stream().map(LossSum::mean).reduce(Tensor::add).orElseThrow();
        StepOutputs report = of(Metrics.loss(), mean);
        return losses.stream().allMatch(LossSum::countsAll)
                ? report
                : report.with(new MeanLoss(), MeanLoss.measured(losses));
    }

    /** Returns outputs of one number. */
    public static StepOutputs of(Metric metric, Tensor value) {
        return new StepOutputs(Map.of(metric, value));
    }

    /**
     * Returns these outputs and what a metric measures.
     *
     * @param prediction the model's output, its first axis the batch
     * @param target what it should be
     */
    public StepOutputs with(Metric.Streaming metric, Tensor prediction, Tensor target) {
        return with(metric, metric.measure(prediction, target));
    }

    /**
     * Returns these outputs and what a metric measures of examples that count more or less than
     * others.
     *
     * @param prediction the model's output, its first axis the batch
     * @param target what it should be
     * @param weights the weight of each example, 0 or more, float [batch]
     */
    public StepOutputs with(
            Metric.Streaming metric, Tensor prediction, Tensor target, Tensor weights) {
        return with(metric, metric.measure(prediction, target, weights));
    }

    /** Returns these outputs and one more number. */
    public StepOutputs with(Metric metric, Tensor value) {
        var more = new LinkedHashMap<>(values);
        more.put(metric, value);
        return new StepOutputs(more);
    }

    /** Returns names and types, for example {@code {loss: fp32[1]}}. */
    @Override
    public String toString() {
        return values.entrySet().stream()
                .map(each -> each.getKey().name() + ": " + each.getValue().type())
                .collect(Collectors.joining(", ", "{", "}"));
    }
}
