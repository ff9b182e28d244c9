package propane.docs;

import java.util.List;

/** What programs in comments and examples say without naming where it comes from. */
public final class ImportedWords {
    /** The classes below {@code propane} whose static methods they call by name alone. */
    public static final List<String> CLASSES =
            List.of(
                    "nn.optimizer.GradientTransforms",
                    "nn.Input",
                    "nn.layer.Layers",
                    "nn.loss.Losses",
                    "nn.metric.Metrics",
                    "nn.Model",
                    "nn.optimizer.Optimizers",
                    "nn.WeightFilters",
                    "nn.schedule.Schedules",
                    "nn.Tensors",
                    "train.step.Gradients",
                    "train.option.Option",
                    "train.Training");

    private ImportedWords() {}
}
