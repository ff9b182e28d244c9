package propane.cli;

import java.util.ArrayList;
import java.util.List;

/** What a jshell script and the interactive shell find imported. */
final class Imports {
    /** The types whose static methods read as words of the language. */
    static final List<String> WORDS =
            List.of(
                    "propane.nn.Initializers",
                    "propane.nn.Input",
                    "propane.nn.Model",
                    "propane.nn.Tensors",
                    "propane.nn.WeightFilters",
                    "propane.nn.layer.Layers",
                    "propane.nn.layer.Padding",
                    "propane.nn.loss.Losses",
                    "propane.nn.metric.Metrics",
                    "propane.nn.optimizer.GradientTransforms",
                    "propane.nn.optimizer.Optimizers",
                    "propane.nn.schedule.Schedules",
                    "propane.tensor.Shape",
                    "propane.train.Training",
                    "propane.train.option.ExportOption",
                    "propane.train.option.Option",
                    "propane.train.option.Precision",
                    "propane.train.step.Gradients");

    /**
     * What is said of a word that two types have: a method, which one of the user's may replace as
     * it would replace an import.
     */
    static final List<String> SETTLED =
            List.of("Schedule constant(double value) { return Schedules.constant(value); }");

    private Imports() {}

    /** Returns the statements that import it, one a line. */
    static List<String> statements() {
        List<String> statements = new ArrayList<>();
        statements.add("import module java.base;");
        statements.add("import module propane;");
        for (String type : WORDS) {
            statements.add("import static " + type + ".*;");
        }
        statements.addAll(SETTLED);
        return statements;
    }
}
