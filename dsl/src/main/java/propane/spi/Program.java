package propane.spi;

import propane.spi.op.Operation;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.Problem;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.tensor.UnknownNameException;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Functions over shared ports: a training, or a model. Names belong to a function; only what
 * functions hand on to each other, state and gradients, has one port of a name in all of them.
 *
 * @param functions the functions; names differ
 */
public record Program(List<Function> functions) {
    /** Checks that names differ and that shared ports of one name are alike. */
    public Program {
        functions = List.copyOf(functions);
        var names = new HashSet<String>();
        var ports = new HashMap<String, Port>();
        for (Function function : functions) {
            if (!names.add(function.name())) {
                throw new UnknownNameException(
                        "program: two functions are named " + function.name());
            }
            for (Port port : function.ports()) {
                Port before = port.role().isShared() ? ports.putIfAbsent(port.name(), port) : port;
                if (before != null && !before.equals(port)) {
                    throw new ShapeException(
                            Problem.ofRule(
                                            "program: port "
                                                    + port.name()
                                                    + " is "
                                                    + before.role()
                                                    + " "
                                                    + before.type()
                                                    + " in one function and "
                                                    + port.role()
                                                    + " "
                                                    + port.type()
                                                    + " in "
                                                    + function.name())
                                    .operand("first", before.tensor())
                                    .operand("second", port.tensor()));
                }
            }
        }
    }

    /** Returns a program of some functions. */
    public static Program of(Function... functions) {
        return new Program(List.of(functions));
    }

    /**
     * Returns a function by its name.
     *
     * @throws UnknownNameException if there is none
     */
    public Function function(String name) {
        for (Function function : functions) {
            if (function.name().equals(name)) {
                return function;
            }
        }
        throw new UnknownNameException(
                "program: there is no function "
                        + name
                        + "; there are "
                        + functions.stream().map(Function::name).toList());
    }

    /** Returns whether there is a function of a name. */
    public boolean has(String name) {
        return functions.stream().anyMatch(function -> function.name().equals(name));
    }

    /** Returns the ports of all functions, equal ones once, in order of first use. */
    public List<Port> ports() {
        var ports = new LinkedHashSet<Port>();
        functions.forEach(function -> ports.addAll(function.ports()));
        return List.copyOf(ports);
    }

    /** Returns the weights and statistics that a function reads and none of all replaces. */
    public List<Port> frozen(String reader) {
        var replaced = new HashSet<String>();
        functions.forEach(function -> replaced.addAll(function.replacements().keySet()));
        return function(reader).inputs().stream()
                .filter(port -> port.role().isModel() && !replaced.contains(port.name()))
                .toList();
    }

    /** Returns this program with every function changed. */
    public Program map(UnaryOperator<Function> change) {
        return new Program(functions.stream().map(change).toList());
    }

    /**
     * One function: from ports to ports.
     *
     * @param name for example {@code train}
     * @param inputs the ports it reads; all that the outputs need, and perhaps more
     * @param outputs what it computes
     */
    public record Function(String name, List<Port> inputs, List<Output> outputs) {
        /** The function of a training that starts its state. */
        public static final String INITIALIZE = "initialize";

        /** The function of a training that makes a whole step. */
        public static final String TRAIN = "train";

        /** The function of a training that only adds up gradients. */
        public static final String ACCUMULATE = "accumulate";

        /** The function of a training that gives gradients. */
        public static final String GRADIENTS = "gradients";

        /** The function of a training that moves its state by gradients. */
        public static final String UPDATE = "update";

        /** The function of a training that measures. */
        public static final String EVALUATE = "evaluate";

        /** The function that gives a model's outputs. */
        public static final String PREDICT = "predict";

        /** Checks that names differ and that every port the outputs need is among the inputs. */
        public Function {
            inputs = List.copyOf(inputs);
            outputs = List.copyOf(outputs);
            var known = new HashMap<String, Port>();
            for (Port input : inputs) {
                if (known.put(input.name(), input) != null) {
                    throw new UnknownNameException(name + ": two inputs are named " + input.name());
                }
            }
            var given = new HashSet<String>();
            for (Output output : outputs) {
                if (!given.add(output.port().name())) {
                    throw new UnknownNameException(
                            name + ": two outputs are named " + output.port().name());
                }
            }
            for (Port needed : Graph.inputs(outputs.stream().map(Output::value).toList())) {
                if (!needed.equals(known.get(needed.name()))) {
                    throw new UnknownNameException(
                            Problem.ofRule(
                                            name
                                                    + ": the port "
                                                    + needed
                                                    + " is used and not among the inputs")
                                    .operand("port", needed.tensor()));
                }
            }
        }

        /**
         * Returns a function whose inputs are the ports that its outputs need, and those they
         * replace.
         */
        public static Function of(String name, List<Output> outputs) {
            var values = outputs.stream().map(Output::value).toList();
            var inputs = new LinkedHashSet<>(Graph.inputs(values));
            outputs.stream().filter(Output::replaces).map(Output::port).forEach(inputs::add);
            return new Function(name, List.copyOf(inputs), outputs);
        }

        /** Returns the tensors of the outputs. */
        public List<Tensor> values() {
            return outputs.stream().map(Output::value).toList();
        }

        /** Returns this function with other tensors at the same outputs. */
        public Function withValues(List<Tensor> values) {
            var changed = new ArrayList<Output>();
            for (int i = 0; i < outputs.size(); i++) {
                Output output = outputs.get(i);
                changed.add(new Output(output.port(), values.get(i), output.of()));
            }
            return new Function(name, inputs, changed);
        }

        /** Returns this function with every operation rewritten. */
        public Function rewrite(Graph.Rewrite rule) {
            return withValues(Graph.rewrite(values(), rule));
        }

        /** Returns this function with every port changed, and every operation rewritten. */
        public Function rewrite(UnaryOperator<Port> ports, Graph.Rewrite rule) {
            var values = Graph.rewrite(values(), rule);
            var changed = new ArrayList<Output>();
            for (int i = 0; i < values.size(); i++) {
                Output output = outputs.get(i);
                changed.add(new Output(ports.apply(output.port()), values.get(i), output.of()));
            }
            return new Function(name, inputs.stream().map(ports).toList(), changed);
        }

        /** Returns the operations, each after those it needs. */
        public List<Operation> operations() {
            return Graph.operations(values());
        }

        /** Returns inputs and outputs; an output that replaces an input is that input's port. */
        public List<Port> ports() {
            var ports = new ArrayList<>(inputs);
            for (Output output : outputs) {
                if (output.replaces()) {
                    continue;
                }
                ports.add(output.port());
            }
            return ports;
        }

        /** Returns the output at a port. */
        public Output output(String port) {
            for (Output output : outputs) {
                if (output.port().name().equals(port)) {
                    return output;
                }
            }
            throw new UnknownNameException(
                    name
                            + ": there is no output "
                            + port
                            + "; there are "
                            + outputs.stream().map(o -> o.port().name()).toList());
        }

        /**
         * Returns the name of the tensor that replaces each replaced input, by the input's name.
         */
        public Map<String, Tensor> replacements() {
            var found = new LinkedHashMap<String, Tensor>();
            for (Output output : outputs) {
                if (output.replaces()) {
                    found.put(output.of(), output.value());
                }
            }
            return found;
        }

        /** Returns its name and how much it takes, does and gives; {@link Printer} prints all. */
        @Override
        public String toString() {
            return name
                    + ": "
                    + inputs.size()
                    + " inputs, "
                    + operations().size()
                    + " operations, "
                    + outputs.size()
                    + " outputs";
        }
    }

    /**
     * One output of a function.
     *
     * @param port where the value goes; the type is the value's
     * @param value the value
     * @param of the name of the input it replaces, or of the weight it is the gradient of, or empty
     */
    public record Output(Port port, Tensor value, String of) {
        /** Checks that the value has the port's type. */
        public Output {
            if (!port.type().equals(value.type())) {
                throw new ShapeException(
                        Problem.ofRule(
                                        "output "
                                                + port.name()
                                                + " is "
                                                + port.type()
                                                + ", its value "
                                                + value)
                                .operand("port", port.tensor())
                                .operand("value", value));
            }
        }

        /** Returns a result for the user. */
        public static Output result(String name, Tensor value) {
            return new Output(new Port(name, Role.RESULT, value.type()), value, "");
        }

        /** Returns the new value of an input; its port has the input's name. */
        public static Output replacing(Port input, Tensor value) {
            return new Output(input, value, input.name());
        }

        /** Returns the gradient with respect to a weight; its port is {@code gradient/<weight>}. */
        public static Output gradient(Port weight, Tensor value) {
            var port = new Port(Port.GRADIENT + weight.name(), Role.GRADIENT, value.type());
            return new Output(port, value, weight.name());
        }

        /** Returns whether this is the new value of an input. */
        public boolean replaces() {
            return !of.isEmpty() && port.role() != Role.GRADIENT;
        }

        /** Returns where the value goes and what makes it. */
        @Override
        public String toString() {
            return port.name() + " = " + value;
        }
    }

    /** Returns the functions with how many operations they have; {@link Printer} prints all. */
    @Override
    public String toString() {
        return functions.stream().map(Function::toString).collect(Collectors.joining("; "));
    }
}
