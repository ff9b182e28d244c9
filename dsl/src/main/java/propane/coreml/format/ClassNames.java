package propane.coreml.format;

import propane.coreml.proto.Mil;
import propane.tensor.FormatException;

import java.util.ArrayList;
import java.util.List;

/**
 * What the operation {@code classify} calls classes.
 *
 * @param names the names in the order of the probabilities
 * @param areNumbers whether they are whole numbers
 */
public record ClassNames(List<String> names, boolean areNumbers) {
    /** The type of the operation that names the most probable class. */
    public static final String CLASSIFY = "classify";

    private static final String PARAMETER = "classes";

    /** Copies the list. */
    public ClassNames {
        names = List.copyOf(names);
    }

    /**
     * Returns the names that an operation {@code classify} has, which stand in itself or in a
     * constant before it.
     *
     * @param operations the operations of the block in which it is
     * @param where the operation, for messages
     * @throws FormatException if they are no constant texts or whole numbers
     */
    public static ClassNames of(
            Mil.Operation classify, List<Mil.Operation> operations, String where) {
        Mil.Argument.Binding only = MilParts.operand(classify, PARAMETER, where);
        var names = new ArrayList<String>();
        Mil.Value value = only.hasValue() ? only.getValue() : constant(operations, only.getName());
        return new ClassNames(names, add(value, names, where));
    }

    private static Mil.Value constant(List<Mil.Operation> operations, String name) {
        return operations.stream()
                .filter(each ->
                        each.getType().equals(MilParts.CONST)
                                && each.getOutputsCount() == 1
                                && each.getOutputs(0).getName().equals(name))
                .map(each -> each.getAttributesOrDefault("val", Mil.Value.getDefaultInstance()))
                .findFirst()
                .orElse(Mil.Value.getDefaultInstance());
    }

    /** Adds the names that a constant holds; returns whether they are numbers. */
    private static boolean add(Mil.Value value, List<String> to, String where) {
        var immediate = value.getImmediateValue();
        if (immediate.hasList()) {
            boolean areNumbers = true;
            for (Mil.Value each : immediate.getList().getValuesList()) {
                areNumbers &= add(each, to, where);
            }
            return areNumbers;
        }
        var tensor = immediate.getTensor();
        switch (tensor.getValueCase()) {
            case STRINGS -> to.addAll(tensor.getStrings().getValuesList());
            case LONGINTS ->
                    tensor.getLongInts().getValuesList().forEach(each -> to.add("" + each));
            case INTS -> tensor.getInts().getValuesList().forEach(each -> to.add("" + each));
            default ->
                    throw new FormatException(
                            where + ", classes: must be constant texts or whole numbers");
        }
        return !tensor.hasStrings();
    }
}
