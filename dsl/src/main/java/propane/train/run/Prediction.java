package propane.train.run;

import propane.data.Batch;
import propane.data.ColumnRule;
import propane.data.Dataset;
import propane.nn.Input;
import propane.nn.Model;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.tensor.DataException;
import propane.tensor.NDArray;
import propane.tensor.Problem;
import propane.tensor.ShapeException;
import propane.tensor.UnknownNameException;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;

/** Predicts any number of examples, a batch at a time. */
public final class Prediction {
    private final Model model;
    private final int batch;
    private final Map<String, Integer> tokens;
    private final IntFunction<Compilation.Compiled> programs;

    /**
     * Predicts by a model.
     *
     * @param batch the number of examples of a batch, but for the last
     * @param tokens the number of vectors that int32 inputs choose from, by input
     * @param programs the program for a number of examples
     */
    Prediction(
            Model model,
            int batch,
            Map<String, Integer> tokens,
            IntFunction<Compilation.Compiled> programs) {
        this.model = model;
        this.batch = batch;
        this.tokens = tokens;
        this.programs = programs;
    }

    /** Returns the only input under its name. */
    public static Map<String, NDArray> named(Model model, NDArray x) {
        var inputs = model.inputs();
        if (inputs.size() != 1) {
            throw new UnknownNameException(
                    Problem.ofRule(
                                    "predict: the model has the inputs "
                                            + inputs.stream().map(Input::name).toList())
                            .fix("give them by name, predict(Map.of(…))"));
        }
        return Map.of(inputs.getFirst().name(), x);
    }

    /** Returns the only output. */
    public static NDArray only(Map<String, NDArray> outputs) {
        if (outputs.size() != 1) {
            throw new UnknownNameException(
                    Problem.ofRule("predict: the model has the outputs " + outputs.keySet())
                            .fix("ask by name, predict(Map.of(…)).get(\"…\")"));
        }
        return outputs.values().iterator().next();
    }

    /** Returns the outputs for inputs by name. */
    Map<String, NDArray> of(Map<String, NDArray> inputs) {
        int size = size(inputs);
        var outputs = new Outputs(size);
        for (int from = 0; from < size; from += batch) {
            int first = from;
            int count = Math.min(batch, size - from);
            outputs.add(from, count, name -> inputs.get(name).slice(first, first + count));
        }
        return outputs.all();
    }

    /** Returns the outputs for all examples of a dataset, of which a batch is in memory at once. */
    Map<String, NDArray> of(Dataset data) {
        if (data.size() == 0) {
            throw new DataException("data: there is no example");
        }
        var outputs = new Outputs(data.size());
        int from = 0;
        for (Batch each : held(data).batches(batch)) {
            Map<String, NDArray> inputs = named(each.inputs());
            size(inputs);
            outputs.add(from, each.size(), inputs::get);
            from += each.size();
        }
        return outputs.all();
    }

    /** Returns the examples held to what int32 inputs choose from, so that errors name them. */
    private Dataset held(Dataset data) {
        Dataset held = data;
        for (var each : tokens.entrySet()) {
            boolean isNamed = data.inputs().containsKey(each.getKey());
            if (isNamed || isOnly(data.inputs())) {
                String column = isNamed ? each.getKey() : data.inputs().keySet().iterator().next();
                held = held.require(column, new ColumnRule.Tokens(each.getValue()));
            }
        }
        return held;
    }

    /** Whether there is one input, which is then the model's whatever its name. */
    private boolean isOnly(Map<String, ?> inputs) {
        return model.inputs().size() == 1 && inputs.size() == 1;
    }

    private Map<String, NDArray> named(Map<String, NDArray> inputs) {
        return isOnly(inputs) ? named(model, inputs.values().iterator().next()) : inputs;
    }

    /** The outputs of all examples, put together batch by batch. */
    private final class Outputs {
        private final int size;
        private final Map<String, double[]> parts = new LinkedHashMap<>();
        private final Map<String, Port> ports = new LinkedHashMap<>();

        Outputs(int size) {
            this.size = size;
        }

        void add(int from, int count, Function<String, NDArray> inputs) {
            var compiled = programs.apply(count);
            for (Input input : model.inputs()) {
                Port port = input.port(count);
                // An input that no output needs is none of the program's.
                if (compiled.bindings().has(port)) {
                    compiled.bindings().write(port, inputs.apply(input.name()));
                }
            }
            Program.Function predict = compiled.only();
            compiled.program().run(predict.name());
            for (Program.Output output : predict.outputs()) {
                Port port = output.port();
                int row = port.type().shape().tail().size();
                ports.putIfAbsent(port.name(), port);
                double[] all = parts.computeIfAbsent(port.name(), _ -> new double[size * row]);
                double[] part = compiled.bindings().read(port).doubles();
                System.arraycopy(part, 0, all, from * row, part.length);
            }
        }

        Map<String, NDArray> all() {
            var outputs = new LinkedHashMap<String, NDArray>();
            ports.forEach((name, port) ->
                    outputs.put(
                            name,
                            NDArray.of(
                                    parts.get(name),
                                    port.type().with(port.type().shape().with(0, size)))));
            return outputs;
        }
    }

    private int size(Map<String, NDArray> inputs) {
        int size = -1;
        for (Input input : model.inputs()) {
            if (!inputs.containsKey(input.name())) {
                throw UnknownNameException.among(
                        "predict: of the model's inputs none is given",
                        input.name(),
                        inputs.keySet());
            }
            NDArray given = inputs.get(input.name());
            if (given.shape().equals(input.shape())) {
                throw new ShapeException(
                        Problem.ofRule(
                                        "predict: takes batches, the input "
                                                + input.name()
                                                + " has the shape of one example, "
                                                + given.type())
                                .operand("given", given)
                                .fix("give a batch of one, " + given.shape().prepend(1)));
            }
            if (given.shape().rank() == 0
                    || !input.port(given.shape().dim(0)).type().equals(given.type())) {
                var type =
                        given.shape().rank() == 0
                                ? given.type()
                                : given.type().with(given.shape().tail());
                throw Mismatch.of("predict", input, false, type);
            }
            requireFinite(input.name(), given);
            requireTokens(input.name(), given);
            if (size >= 0 && size != given.shape().dim(0)) {
                throw new ShapeException(
                        Problem.ofRule(
                                        "predict: "
                                                + input.name()
                                                + " has "
                                                + given.shape().dim(0)
                                                + " examples, another input "
                                                + size)
                                .operand("given", given));
            }
            size = given.shape().dim(0);
        }
        if (size == 0) {
            throw new ShapeException(
                    Problem.ofRule("predict: there are no examples")
                            .operand("inputs", inputs.values().stream().map(NDArray::type).toList())
                            .fix("give one at least"));
        }
        return size;
    }

    private static void requireFinite(String input, NDArray given) {
        if (!given.dtype().isFloat()) {
            return;
        }
        int each = Math.max(1, given.shape().tail().size());
        float[] values = given.floats();
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new DataException(
                        Problem.ofRule(
                                        "predict: the input "
                                                + input
                                                + " holds "
                                                + values[i]
                                                + " in example "
                                                + i / each
                                                + ", element "
                                                + i % each
                                                + "; every value must be finite")
                                .operand("given", given)
                                .fix("leave such examples away, or fill in what is missing"));
            }
        }
    }

    private void requireTokens(String input, NDArray given) {
        if (!tokens.containsKey(input)) {
            return;
        }
        int below = tokens.get(input);
        for (int token : given.ints()) {
            if (token < 0 || token >= below) {
                throw new DataException(
                        Problem.ofRule(
                                        "predict: the input "
                                                + input
                                                + " holds the token number "
                                                + token
                                                + ", the embedding has vectors for 0 to "
                                                + (below - 1))
                                .operand("given", given)
                                .fix(
                                        "give the embedding a larger vocabulary, or mend the"
                                                + " numbers"));
            }
        }
    }
}
