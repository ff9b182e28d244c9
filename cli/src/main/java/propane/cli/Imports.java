package propane.cli;

import java.util.ArrayList;
import java.util.List;

/** What a jshell script and the interactive shell find imported. */
final class Imports {
    /** The types whose static methods read as words of the language. */
    static final List<String> WORDS =
            List.of(
                    "propane.nn.GradientTransform",
                    "propane.nn.Input",
                    "propane.nn.Layer",
                    "propane.nn.Loss",
                    "propane.nn.Metric",
                    "propane.nn.Model",
                    "propane.nn.Optimizer",
                    "propane.nn.WeightFilter",
                    "propane.nn.Schedule",
                    "propane.nn.Tensors",
                    "propane.tensor.Shape",
                    "propane.train.Training",
                    "propane.train.option.ExportOption",
                    "propane.train.option.Option",
                    "propane.train.step.Gradients");

    private Imports() {}

    /** Returns the import statements, one a line. */
    static List<String> statements() {
        List<String> statements = new ArrayList<>();
        statements.add("import module java.base;");
        statements.add("import module propane;");
        for (String type : WORDS) {
            statements.add("import static " + type + ".*;");
        }
        return statements;
    }
}
