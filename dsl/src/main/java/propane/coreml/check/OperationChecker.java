package propane.coreml.check;

import propane.coreml.format.MilTypes;
import propane.coreml.format.Opset;
import propane.coreml.ops.OpCatalogue;
import propane.coreml.ops.Signature;
import propane.coreml.proto.Mil;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Checks the parameters of operations against MIL's table: that each is one of the operation's,
 * none is missing, constants are constants and element types fit.
 */
final class OperationChecker {
    private final Opset opset;
    private final boolean strict;
    private final Diagnostics faults;

    /**
     * Makes a checker.
     *
     * @param opset the operations there may be
     * @param strict whether the operations must have all that we write: what may be left out is
     *     there, too
     */
    OperationChecker(Opset opset, boolean strict, Diagnostics faults) {
        this.opset = opset;
        this.strict = strict;
        this.faults = faults;
    }

    /** Returns whether operations must have all that we write. */
    boolean isStrict() {
        return strict;
    }

    /** Checks one operation that is no constant. */
    void check(
            Mil.Operation operation, Map<String, List<BlockChecker.Known>> operands, String where) {
        Optional<Signature> found = OpCatalogue.signature(operation.getType());
        if (found.isEmpty()) {
            faults.require(
                    opset.ios() > Opset.OURS.ios(), where, "MIL has no op " + operation.getType());
            return;
        }
        Signature signature = found.get();
        faults.require(
                signature.since() <= opset.ios(),
                where,
                "is an op since iOS " + signature.since() + ", the opset is " + opset.mil());
        if (operation.getType().startsWith("constexpr_")) {
            // Before iOS 18 their parameters are attributes of other names.
            return;
        }
        Map<String, Mil.DataType> letters = new HashMap<>();
        operands.forEach((name, bound) -> operand(signature, name, bound, letters, where));
        missing(signature, operands.keySet(), where);
    }

    private void operand(
            Signature signature,
            String name,
            List<BlockChecker.Known> bound,
            Map<String, Mil.DataType> letters,
            String where) {
        Signature.Parameter parameter = signature.parameters().get(name);
        if (parameter == null) {
            // The table tells of one set; parameters came and went with the others.
            faults.require(opset != Opset.OURS, where, "has no parameter " + name);
            return;
        }
        faults.require(!bound.isEmpty(), where, name + " is not bound");
        for (BlockChecker.Known operand : bound) {
            faults.require(
                    operand.constant() || !parameter.constant(),
                    where,
                    name + " must be known when the program is compiled");
            if (!parameter.type().equals(Signature.ANY) && opset == Opset.OURS) {
                type(signature, parameter, operand.type(), letters, where);
            }
        }
    }

    private void type(
            Signature signature,
            Signature.Parameter parameter,
            Mil.ValueType type,
            Map<String, Mil.DataType> letters,
            String where) {
        Mil.DataType element = type.getTensorType().getDataType();
        var allowed = signature.types(parameter);
        faults.require(
                allowed.contains(MilTypes.name(element)),
                where,
                parameter.name() + " is " + MilTypes.text(type) + ", must be one of " + allowed);
        if (signature.letters().containsKey(parameter.type())) {
            Mil.DataType before = letters.putIfAbsent(parameter.type(), element);
            faults.require(
                    before == null || before == element,
                    where,
                    parameter.name()
                            + " is of "
                            + MilTypes.name(element)
                            + ", another operand of its kind of "
                            + (before == null ? "" : MilTypes.name(before)));
        }
    }

    private void missing(Signature signature, Set<String> given, String where) {
        for (Signature.Parameter parameter : signature.parameters().values()) {
            boolean needed =
                    parameter.omission() == Signature.Omission.NEVER
                            || strict && parameter.omission() == Signature.Omission.DEFAULT;
            faults.require(
                    !needed || given.contains(parameter.name()),
                    where,
                    "lacks the parameter " + parameter.name());
        }
    }
}
