package propane.train;

import propane.nn.Input;
import propane.tensor.NDArray;
import propane.tensor.Port;
import propane.tensor.Program;
import propane.tensor.ShapeException;
import propane.tensor.UnknownNameException;

import java.util.LinkedHashMap;
import java.util.Map;

/** Predicts any number of examples, a batch at a time. */
final class Prediction {
    private final Training training;
    private final Compilation programs;
    private final Compilation.Purpose purpose;

    Prediction(Training training, Compilation programs, Compilation.Purpose purpose) {
        this.training = training;
        this.programs = programs;
        this.purpose = purpose;
    }

    Map<String, NDArray> of(Map<String, NDArray> inputs) {
        int size = size(inputs);
        var parts = new LinkedHashMap<String, double[]>();
        var ports = new LinkedHashMap<String, Port>();
        for (int from = 0; from < size; from += training.batch()) {
            int count = Math.min(training.batch(), size - from);
            var compiled = programs.compiled(purpose, count);
            for (Input input : training.model().inputs()) {
                compiled.frame()
                        .write(input.name(), inputs.get(input.name()).rows(from, from + count));
            }
            compiled.program().run("predict");
            for (Program.Output output : compiled.source().function("predict").outputs()) {
                Port port = output.port();
                int row = port.type().shape().tail().size();
                ports.putIfAbsent(port.name(), port);
                double[] all = parts.computeIfAbsent(port.name(), _ -> new double[size * row]);
                double[] part = compiled.frame().read(port.name()).doubles();
                System.arraycopy(part, 0, all, from * row, part.length);
            }
        }
        var outputs = new LinkedHashMap<String, NDArray>();
        ports.forEach((name, port) ->
                outputs.put(
                        name,
                        NDArray.of(
                                parts.get(name),
                                port.type().with(port.type().shape().with(0, size)))));
        return outputs;
    }

    private int size(Map<String, NDArray> inputs) {
        int size = -1;
        for (Input input : training.model().inputs()) {
            if (!inputs.containsKey(input.name())) {
                throw UnknownNameException.among(
                        "predict: of the model's inputs none is given",
                        input.name(),
                        inputs.keySet());
            }
            NDArray given = inputs.get(input.name());
            if (given.shape().rank() == 0
                    || !input.port(given.shape().dim(0)).type().equals(given.type())) {
                throw new ShapeException(
                        "predict: input "
                                + input.name()
                                + " takes "
                                + input.dtype().mil()
                                + " of shape [n, …] with "
                                + input.shape()
                                + " an example, got "
                                + given.type());
            }
            if (size >= 0 && size != given.shape().dim(0)) {
                throw new ShapeException(
                        "predict: "
                                + input.name()
                                + " has "
                                + given.shape().dim(0)
                                + " examples, another input "
                                + size);
            }
            size = given.shape().dim(0);
        }
        if (size == 0) {
            throw new ShapeException("predict: there are no examples");
        }
        return size;
    }
}
