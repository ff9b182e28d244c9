package propane.train.trace;

import propane.nn.Input;
import propane.nn.Model;
import propane.nn.loss.Loss;
import propane.tensor.DType;
import propane.tensor.TensorType;
import propane.train.option.Precision;
import propane.train.step.Step;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is to be trained and how, once it is settled that it fits together.
 *
 * @param model the model
 * @param step the step that is traced
 * @param targets the targets that a batch has
 * @param losses the losses that were named, by output; none where the step is one's own
 * @param targetNames the target of each output that has a loss
 * @param weights the target that says how much examples, or parts of them, count; one at most
 * @param average the decay of the weights' running means, 0 where there are none
 * @param accumulate the number of batches that one update has
 * @param batch the number of examples of a whole batch
 * @param seed what first weights, order, dropout and noise are drawn by
 * @param precision the numbers that it is computed in
 */
public record TrainingSpec(
        Model model,
        Step step,
        List<Input> targets,
        Map<String, Loss> losses,
        Map<String, String> targetNames,
        List<Input> weights,
        double average,
        int accumulate,
        int batch,
        long seed,
        Precision precision) {
    /** Returns the losses that were named, by target. */
    public Map<String, Loss> lossesByTarget() {
        var found = new LinkedHashMap<String, Loss>();
        losses.forEach((output, loss) -> found.put(targetNames.get(output), loss));
        return found;
    }

    /** Returns what class numbers may be, by the target that has them. */
    public Map<String, Labels> labels() {
        var found = new LinkedHashMap<String, Labels>();
        losses.forEach((output, loss) -> {
            TensorType type = model.output(output, batch);
            if (loss.target(type).dtype() == DType.INT32) {
                var labels = new Labels(type.shape().dim(-1), loss.ignoredIndices());
                found.put(targetNames.get(output), labels);
            }
        });
        return found;
    }

    /** Returns whether the loss is scaled: gradients in float16 need that. */
    public boolean isScaled(boolean splits) {
        return splits || precision == Precision.MIXED_FLOAT16;
    }
}
