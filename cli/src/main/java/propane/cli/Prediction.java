package propane.cli;

import propane.engine.Engine;
import propane.spi.Bindings;
import propane.spi.ImportedModel;
import propane.spi.ModelInterface.ClassLabels;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.NDArray;
import propane.tensor.Problem;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.TensorType;
import propane.tensor.UnknownNameException;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** A function of a model, and what it is given: as many runs as there are rows. */
final class Prediction {
    private final ImportedModel model;
    private final Program.Function function;
    private final Map<String, NDArray> given;
    private final int runs;

    private Prediction(ImportedModel model, String function, Map<String, NDArray> given) {
        this.model = model;
        this.function =
                function.isEmpty() ? model.predicting() : model.program().function(function);
        this.given = fitting(given);
        this.runs = runs();
    }

    /**
     * Reads the model, its flexible inputs at the shapes of what they are given.
     *
     * @param function the function's name, or empty for the one that predicts
     * @throws UnknownNameException if there is no such function or input, or an input lacks
     * @throws ShapeException if an array does not fit its input
     */
    static Prediction of(Path file, String function, Map<String, NDArray> given) {
        ImportedModel model = ImportedModel.read(file);
        Map<String, Shape> asked = new LinkedHashMap<>();
        model.shown()
                .shapes()
                .forEach((name, flexible) -> {
                    if (given.containsKey(name) && flexible.has(given.get(name).shape())) {
                        asked.put(name, given.get(name).shape());
                    }
                });
        return new Prediction(
                asked.isEmpty() ? model : ImportedModel.read(file, asked), function, given);
    }

    /** Returns the inputs that are given something from run to run. */
    private List<Port> inputs() {
        return function.inputs().stream()
                .filter(port ->
                        port.role() == Role.BATCH && !model.values().containsKey(port.name()))
                .toList();
    }

    /**
     * Returns the arrays in the elements and axes of the inputs; more rows than one may be left.
     */
    private Map<String, NDArray> fitting(Map<String, NDArray> arrays) {
        List<String> names = inputs().stream().map(Port::name).toList();
        for (String name : arrays.keySet()) {
            if (!names.contains(name)) {
                throw UnknownNameException.among(
                        "predict: function " + function.name() + " has no input", name, names);
            }
        }
        Map<String, NDArray> fitting = new LinkedHashMap<>();
        for (Port input : inputs()) {
            if (!arrays.containsKey(input.name())) {
                throw new UnknownNameException(
                        "predict: nothing is given for the input "
                                + input
                                + "; given are "
                                + arrays.keySet());
            }
            NDArray array = arrays.get(input.name()).cast(input.type().dtype());
            fitting.put(input.name(), array.reshape(rows(input, array).toArray()));
        }
        return fitting;
    }

    /** Returns the input's shape with as many rows as an array holds for it. */
    private static Shape rows(Port input, NDArray array) {
        Shape one = input.type().shape();
        Shape all = array.shape();
        if (all.equals(one)) {
            return one;
        }
        boolean isMany =
                one.rank() > 0
                        && all.rank() > 0
                        && all.dim(0) > 0
                        // Lines of a table hold what has several axes one element after another.
                        && (all.tail().equals(one.tail())
                                || all.rank() == 2 && all.dim(1) == one.tail().size())
                        && all.dim(0) % one.dim(0) == 0;
        if (!isMany) {
            throw new ShapeException(
                    Problem.ofRule(
                                    "predict: the input "
                                            + input
                                            + " was given "
                                            + array.type()
                                            + ", which is neither its shape nor several times as"
                                            + " many rows")
                            .operand("input", input.tensor())
                            .operand("given", array));
        }
        return one.with(0, all.dim(0));
    }

    private int runs(Port input) {
        Shape shape = input.type().shape();
        return shape.rank() == 0 || shape.dim(0) == 0
                ? 1
                : given.get(input.name()).shape().dim(0) / shape.dim(0);
    }

    /** What is given for one run alone is given to all. */
    private int runs() {
        List<Port> many = inputs().stream().filter(input -> runs(input) > 1).toList();
        for (Port input : many) {
            Port first = many.getFirst();
            if (runs(input) != runs(first)) {
                throw new ShapeException(
                        Problem.ofRule(
                                        "predict: the input "
                                                + first
                                                + " is given for "
                                                + runs(first)
                                                + " runs, "
                                                + input
                                                + " for "
                                                + runs(input))
                                .operand("first", first.tensor())
                                .operand("other", input.tensor()));
            }
        }
        return many.isEmpty() ? 1 : runs(many.getFirst());
    }

    /** Returns what the outputs are, the rows of all runs one after another. */
    Map<String, NDArray> answers() {
        Program program = Program.of(function);
        Map<String, List<NDArray>> made = new LinkedHashMap<>();
        try (var bindings = Bindings.allocate(program.ports());
                var compiled = Engine.cpu().compile(program, bindings)) {
            for (Port port : function.inputs()) {
                if (model.values().containsKey(port.name())) {
                    bindings.write(port, model.values().get(port.name()));
                }
            }
            for (int run = 0; run < runs; run++) {
                for (Port input : inputs()) {
                    bindings.write(input, part(input, run));
                }
                compiled.run(function.name());
                for (Program.Output output : function.outputs()) {
                    if (output.port().role() == Role.RESULT) {
                        made.computeIfAbsent(output.port().name(), _ -> new ArrayList<>())
                                .add(bindings.read(output.port()));
                    }
                }
            }
        }
        Map<String, NDArray> answers = new LinkedHashMap<>();
        made.forEach((name, parts) -> answers.put(name, joined(parts)));
        return answers;
    }

    private NDArray part(Port input, int run) {
        NDArray array = given.get(input.name());
        if (runs(input) == 1) {
            return array;
        }
        int rows = input.type().shape().dim(0);
        return array.slice(run * rows, (run + 1) * rows);
    }

    private static NDArray joined(List<NDArray> parts) {
        NDArray first = parts.getFirst();
        if (parts.size() == 1) {
            return first;
        }
        double[] all =
                parts.stream()
                        .flatMapToDouble(
                                part -> IntStream.range(0, part.size()).mapToDouble(part::at))
                        .toArray();
        Shape one = first.shape();
        Shape shape =
                one.rank() == 0
                        ? Shape.shape(parts.size())
                        : one.with(0, one.dim(0) * parts.size());
        return NDArray.of(all, new TensorType(first.dtype(), shape));
    }

    /**
     * Returns the names of the most probable classes, row by row, by the outputs that tell them.
     */
    Map<String, List<String>> classes(Map<String, NDArray> answers) {
        Map<String, List<String>> names = new LinkedHashMap<>();
        model.shown()
                .labels()
                .forEach((output, labels) -> {
                    if (answers.containsKey(output)) {
                        names.put(labels.label(), names(answers.get(output), labels));
                    }
                });
        return names;
    }

    private static List<String> names(NDArray probabilities, ClassLabels labels) {
        int classes = labels.names().size();
        var names = new ArrayList<String>();
        for (int row = 0; row < probabilities.size() / classes; row++) {
            int best = 0;
            for (int i = 1; i < classes; i++) {
                if (probabilities.at(row * classes + i) > probabilities.at(row * classes + best)) {
                    best = i;
                }
            }
            names.add(labels.name(best));
        }
        return names;
    }
}
