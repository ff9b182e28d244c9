package propane.train.trace;

import propane.nn.Input;
import propane.nn.Loss;
import propane.nn.Model;
import propane.train.option.Precision;
import propane.train.step.Step;

import java.util.List;
import java.util.Map;

/**
 * What is to be trained and how, once it is settled that it fits together.
 *
 * @param model the model
 * @param step the step that is traced
 * @param targets the targets that a batch has
 * @param losses the losses that were named, by output; none where the step is one's own
 * @param labels what class numbers may be, by the target that has them
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
        Map<String, Labels> labels,
        double average,
        int accumulate,
        int batch,
        long seed,
        Precision precision) {
    /** Returns whether the loss is scaled: gradients in float16 need that. */
    public boolean isScaled(boolean splits) {
        return splits || precision == Precision.MIXED_FLOAT16;
    }
}
