package propane.coreml.check;

import propane.coreml.format.Identifiers;
import propane.coreml.format.MilTypes;
import propane.coreml.proto.Mil;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Checks the operations of a function: names are legal and given once, operands are made before
 * they are used, constants are whole, no tensor has more than five axes.
 */
final class BlockChecker {
    private final String function;
    private final OperationChecker checker;
    private final StoredValues values;
    private final Diagnostics faults;
    private final Map<String, Known> known = new HashMap<>();
    private final List<String> order = new ArrayList<>();
    private final Set<String> made = new HashSet<>();
    private final Set<String> operations = new HashSet<>();

    /**
     * What a name stands for.
     *
     * @param type its type
     * @param constant whether it is known when the program is compiled
     */
    record Known(Mil.ValueType type, boolean constant) {}

    /**
     * Makes a checker for one function.
     *
     * @param function the function, for messages
     * @param checker what is asked of each operation
     */
    BlockChecker(
            String function, OperationChecker checker, StoredValues values, Diagnostics faults) {
        this.function = function;
        this.checker = checker;
        this.values = values;
        this.faults = faults;
    }

    /** Checks a function and its block. */
    void check(Mil.Function of, Mil.Block block) {
        for (Mil.NamedValueType input : of.getInputsList()) {
            String where = function + ", input " + input.getName();
            make(input, false, where);
            axes(input, where);
        }
        inside(block, function);
        var outputs = new HashSet<String>();
        for (String output : block.getOutputsList()) {
            String where = function + ", output " + output;
            faults.require(outputs.add(output), where, "stands twice among the outputs");
            faults.require(
                    of.getInputsList().stream().noneMatch(input -> input.getName().equals(output)),
                    where,
                    "has the name of an input");
        }
        faults.require(!outputs.isEmpty(), function, "has no outputs");
    }

    private void inside(Mil.Block block, String where) {
        for (Mil.Operation operation : block.getOperationsList()) {
            operation(operation, where);
        }
        for (String output : block.getOutputsList()) {
            faults.require(
                    known.containsKey(output), where + ", output " + output, "is never made");
        }
    }

    private void operation(Mil.Operation operation, String outer) {
        String first = operation.getOutputsCount() == 0 ? "" : operation.getOutputs(0).getName();
        String where = outer + ", op " + first + " (" + operation.getType() + ")";
        name(operation, where);
        Map<String, List<Known>> operands = new HashMap<>();
        operation
                .getInputsMap()
                .forEach((name, argument) -> operands.put(name, operands(argument, where, name)));
        for (Mil.Block block : operation.getBlocksList()) {
            nested(block, where);
        }
        boolean constant = operation.getType().equals("const");
        if (constant) {
            constant(operation, where);
        } else {
            checker.check(operation, operands, where);
        }
        for (Mil.NamedValueType output : operation.getOutputsList()) {
            make(output, constant || operation.getType().startsWith("constexpr_"), where);
            if (!constant) {
                axes(output, where);
            }
        }
    }

    private void name(Mil.Operation operation, String where) {
        var name = operation.getAttributesMap().get("name");
        if (name == null) {
            faults.require(!checker.isStrict(), where, "has no attribute name");
            return;
        }
        var strings = name.getImmediateValue().getTensor().getStrings();
        faults.require(
                strings.getValuesCount() == 1
                        && (!checker.isStrict() || operations.add(strings.getValues(0))),
                where,
                "has no name of its own in the attribute name");
    }

    private List<Known> operands(Mil.Argument argument, String where, String parameter) {
        var found = new ArrayList<Known>();
        for (Mil.Argument.Binding binding : argument.getArgumentsList()) {
            if (binding.hasValue()) {
                // Labels of classes stand in their operation, as Apple's own tools write them.
                faults.require(
                        !checker.isStrict() || parameter.equals("classes"),
                        where,
                        parameter + " is no operation but a value");
                values.check(binding.getValue(), where + ", " + parameter);
                found.add(new Known(binding.getValue().getType(), true));
            } else if (known.containsKey(binding.getName())) {
                found.add(known.get(binding.getName()));
            } else {
                faults.add(
                        where,
                        parameter
                                + " is "
                                + binding.getName()
                                + ", which is used before it is made, or never made");
            }
        }
        return found;
    }

    /** Blocks see the names around them; theirs are gone after them. */
    private void nested(Mil.Block block, String where) {
        int outer = order.size();
        for (Mil.NamedValueType input : block.getInputsList()) {
            know(input, false);
        }
        inside(block, where);
        while (order.size() > outer) {
            known.remove(order.removeLast());
        }
    }

    private void know(Mil.NamedValueType value, boolean constant) {
        known.put(value.getName(), new Known(value.getType(), constant));
        order.add(value.getName());
    }

    private void constant(Mil.Operation operation, String where) {
        var value = operation.getAttributesMap().get("val");
        if (value == null || operation.getOutputsCount() != 1) {
            faults.add(where, "needs the attribute val and one output");
            return;
        }
        faults.require(
                value.getType().equals(operation.getOutputs(0).getType()),
                where,
                "is declared "
                        + MilTypes.text(operation.getOutputs(0).getType())
                        + ", its value is "
                        + MilTypes.text(value.getType()));
        values.check(value, where);
    }

    private void make(Mil.NamedValueType output, boolean constant, String where) {
        String name = output.getName();
        faults.require(Identifiers.isLegal(name), where, "the name \"" + name + "\" is not legal");
        faults.require(made.add(name), where, "the name " + name + " is given twice");
        know(output, constant);
    }

    private void axes(Mil.NamedValueType output, String where) {
        var tensor = output.getType().getTensorType();
        faults.require(
                tensor.getRank() <= MilTypes.MOST_AXES,
                where,
                output.getName() + " has " + tensor.getRank() + " axes, Core ML takes five");
        faults.require(
                tensor.getRank() == tensor.getDimensionsCount() || hasVariadic(tensor),
                where,
                output.getName() + " has a rank other than its dimensions");
        faults.require(
                tensor.getDimensionsList().stream()
                        .allMatch(dim -> !dim.hasConstant() || dim.getConstant().getSize() != 0),
                where,
                output.getName() + " has an axis of length 0");
    }

    private static boolean hasVariadic(Mil.TensorType tensor) {
        return tensor.getDimensionsList().stream()
                .anyMatch(dimension -> dimension.getUnknown().getVariadic());
    }
}
