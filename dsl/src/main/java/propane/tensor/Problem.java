package propane.tensor;

import propane.text.Columns;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The parts of an error, and the one place that makes its text of them.
 *
 * @param subject what broke the rule, such as an op or a layer; empty if the rule names it itself
 * @param rule what was broken, with the numbers
 * @param place where in the user's code
 * @param operands what was given
 * @param layer the path of the innermost layer around it, empty where there is none
 * @param fix how to fix it, empty if nothing is proposed
 */
public record Problem(
        String subject, String rule, Source place, List<Operand> operands, String layer, String fix)
        implements Serializable {
    private static final String BELOW = "\n    ";
    private static final String LAYER = BELOW + "in layer ";
    private static final String FIX = BELOW + "fix: ";

    /** Copies the operands. */
    public Problem {
        operands = List.copyOf(operands);
    }

    /**
     * What was given to what broke a rule.
     *
     * @param name what it was given as
     * @param type its element type and shape, or the value of what is no tensor
     * @param origin what made it and where, empty if that is not known
     */
    public record Operand(String name, String type, String origin) implements Serializable {
        private String text(int width) {
            String made = origin.isEmpty() ? "" : " made by " + origin;
            return BELOW
                    + Columns.left(name, 8)
                    + " "
                    + (made.isEmpty() ? type : Columns.left(type, width))
                    + made;
        }
    }

    /**
     * Returns a problem of this line of the user's code.
     *
     * @param subject what broke the rule
     * @param rule what was broken, with the numbers
     */
    public static Problem of(String subject, String rule) {
        return new Problem(subject, rule, Source.THROWN, List.of(), "", "");
    }

    /** Returns a problem of which the rule says by itself what broke it. */
    public static Problem ofRule(String rule) {
        return new Problem("", rule, Source.NOWHERE, List.of(), "", "").placed();
    }

    /**
     * Returns a problem of a file, which no line of the user's code is at fault for.
     *
     * @param where the file and the place in it
     * @param rule what is wrong there
     */
    public static Problem ofFile(Object where, String rule) {
        return new Problem(where.toString(), rule, Source.NOWHERE, List.of(), "", "");
    }

    /** Returns this problem with the line that throws its error, if it has none. */
    Problem placed() {
        return place.isLine() ? this : at(Source.THROWN);
    }

    /** Returns this problem with the user's line of its error; a rule alone has one or none. */
    Problem thrownAt(Source line) {
        if (!place.equals(Source.THROWN)) {
            return this;
        }
        return at(subject.isEmpty() && !line.isLine() ? Source.NOWHERE : line);
    }

    /** Returns this problem with the place of what caused it. */
    public Problem at(Source of) {
        return new Problem(subject, rule, of, operands, layer, fix);
    }

    /** Returns this problem with one more operand. */
    public Problem operand(String name, Tensor tensor) {
        return operand(new Operand(name, tensor.type().toString(), tensor.origin()));
    }

    /** Returns this problem with one more operand, of which only the type is known. */
    public Problem operand(String name, TensorType type) {
        return operand(new Operand(name, type.toString(), ""));
    }

    /** Returns this problem with one more operand, an array that the user gave. */
    public Problem operand(String name, NDArray array) {
        return operand(name, array.type());
    }

    /** Returns this problem with one more operand, which is no tensor: a setting, a name. */
    public Problem operand(String name, Object value) {
        return operand(new Operand(name, String.valueOf(value), ""));
    }

    /** Returns this problem with one more operand. */
    public Problem operand(Operand operand) {
        var more = new ArrayList<>(operands);
        more.add(operand);
        return new Problem(subject, rule, place, more, layer, fix);
    }

    /** Returns this problem with how to fix it. */
    public Problem fix(String advice) {
        return new Problem(subject, rule, place, operands, layer, advice);
    }

    /** Returns this problem in a layer, unless it is known to be in one further inside. */
    public Problem in(String path) {
        return layer.isEmpty() ? new Problem(subject, rule, place, operands, path, fix) : this;
    }

    /** Returns this problem as one of the call that the user made, of what that was given. */
    Problem calledAs(String call, Tensor x) {
        return new Problem(call, rule, place, List.of(), layer, fix).operand("x", x);
    }

    /** Returns what broke the rule and the rule: what went wrong, without places or advice. */
    public String reason() {
        return subject.isEmpty() ? rule : subject + ": " + rule;
    }

    /** Returns all of it: the rule; below it the line, the operands, the layer and the fix. */
    @Override
    public String toString() {
        String reason = reason();
        int first = reason.indexOf('\n');
        int head = first < 0 ? reason.length() : first;
        int width = operands.stream().mapToInt(each -> each.type().length()).max().orElse(0);
        return reason.substring(0, head)
                + (place.equals(Source.NOWHERE) ? "" : BELOW + place)
                + reason.substring(head)
                + operands.stream().map(each -> each.text(width)).collect(Collectors.joining())
                + (layer.isEmpty() ? "" : LAYER + layer)
                + (fix.isEmpty() ? "" : FIX + fix);
    }
}
