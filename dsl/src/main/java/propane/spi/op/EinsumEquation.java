package propane.spi.op;

import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An equation such as {@code bij,bjk->bik}: a letter for each axis of each operand, and those of
 * the result.
 *
 * @param operands the letters of each operand
 * @param result the letters of the result
 * @param lengths the length that each letter stands for
 */
public record EinsumEquation(
        List<String> operands, String result, Map<Character, Integer> lengths) {
    /**
     * Reads an equation.
     *
     * @throws ShapeException if it does not fit the operands
     */
    static EinsumEquation of(Op op, String equation, List<Tensor> values) {
        String text = equation.replace(" ", "");
        int arrow = text.indexOf("->");
        if (arrow < 0 || !text.replace("->", ",").matches("[a-zA-Z]*(,[a-zA-Z]*)*")) {
            throw OpRule.shape(
                    op,
                    "\"" + equation + "\" is no equation of letters, commas and one ->",
                    "write a letter for each axis, as in \"bij,bjk->bik\"; … is not known");
        }
        List<String> operands = Arrays.asList(text.substring(0, arrow).split(",", -1));
        String result = text.substring(arrow + 2);
        if (operands.size() != values.size() || values.isEmpty() || values.size() > 2) {
            throw OpRule.shape(
                    op,
                    "\""
                            + equation
                            + "\" has "
                            + operands.size()
                            + " operands, "
                            + values.size()
                            + " are given",
                    "give one or two tensors, and letters for each");
        }
        var lengths = new LinkedHashMap<Character, Integer>();
        for (int i = 0; i < values.size(); i++) {
            read(op, operands.get(i), values.get(i), lengths);
        }
        requireOnce(op, result);
        for (char letter : result.toCharArray()) {
            if (!lengths.containsKey(letter)) {
                throw OpRule.shape(
                        op,
                        "the result's " + letter + " is an axis of no operand",
                        "name an axis of an operand, or leave it out");
            }
        }
        return new EinsumEquation(operands, result, lengths);
    }

    private static void read(Op op, String letters, Tensor value, Map<Character, Integer> lengths) {
        if (letters.length() != value.rank()) {
            throw OpRule.shape(
                    op,
                    "\"" + letters + "\" names " + letters.length() + " axes of " + value.shape(),
                    "write one letter for each of the " + value.rank() + " axes");
        }
        requireOnce(op, letters);
        for (int i = 0; i < letters.length(); i++) {
            int before = lengths.getOrDefault(letters.charAt(i), value.dim(i));
            if (before != value.dim(i)) {
                throw OpRule.shape(
                        op,
                        letters.charAt(i) + " is " + before + " long, and " + value.dim(i),
                        "name axes of one length by one letter");
            }
            lengths.put(letters.charAt(i), value.dim(i));
        }
    }

    private static void requireOnce(Op op, String letters) {
        if (letters.chars().distinct().count() != letters.length()) {
            throw OpRule.shape(
                    op,
                    "\"" + letters + "\" names an axis twice",
                    "take the diagonal with where and sum before, and name each axis once");
        }
    }

    /** Multiplies tensors from left to right, two at a time. */
    public static Tensor chained(String equation, List<Tensor> values) {
        String[] letters = equation.replace(" ", "").split("->|,", -1);
        if (values.size() <= 2 || letters.length != values.size() + 1) {
            return Tensor.of(new Contraction.Einsum(values, equation));
        }
        String later = String.join("", Arrays.asList(letters).subList(2, letters.length));
        String both = letters[0] + letters[1];
        String wanted = distinct(kept(both, letter -> later.indexOf(letter) >= 0));
        Tensor first =
                Tensor.of(
                        new Contraction.Einsum(
                                values.subList(0, 2),
                                letters[0] + "," + letters[1] + "->" + wanted));
        var rest = new ArrayList<>(values.subList(1, values.size()));
        rest.set(0, first);
        var named = new ArrayList<>(Arrays.asList(letters).subList(1, letters.length - 1));
        named.set(0, wanted);
        return chained(String.join(",", named) + "->" + letters[letters.length - 1], rest);
    }

    private static String distinct(String letters) {
        return letters.chars()
                .distinct()
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    Shape shape(String letters) {
        return new Shape(letters.chars().mapToObj(each -> lengths.get((char) each)).toList());
    }

    /** Returns for each letter of the equation how far an element of a tensor is from the next. */
    int[] strides(String letters) {
        int[] own = shape(letters).strides();
        return lengths.keySet().stream()
                .mapToInt(letter -> letters.indexOf(letter) < 0 ? 0 : own[letters.indexOf(letter)])
                .toArray();
    }

    /** Returns the result, made of products of matrices. */
    Tensor decomposed(List<Tensor> values) {
        String first = operands.getFirst();
        String last = operands.getLast();
        if (values.size() == 1) {
            return arranged(values.getFirst(), first, result);
        }
        String batch = letters(result, first, last);
        String inner = without(letters(first, last, last), result);
        String rows = without(letters(result, first, first), batch);
        String columns = without(letters(result, last, last), batch);
        Tensor x = arranged(values.getFirst(), first, batch + rows + inner);
        Tensor y = arranged(values.getLast(), last, batch + inner + columns);
        Tensor product =
                x.reshape(size(batch), size(rows), size(inner))
                        .matmul(y.reshape(size(batch), size(inner), size(columns)));
        String there = batch + rows + columns;
        return arranged(product.reshape(shape(there).toArray()), there, result);
    }

    /** Returns the letters of one text that two others have as well. */
    private static String letters(String of, String one, String other) {
        return kept(of, letter -> one.indexOf(letter) >= 0 && other.indexOf(letter) >= 0);
    }

    private static String without(String letters, String others) {
        return kept(letters, letter -> others.indexOf(letter) < 0);
    }

    private static String kept(String letters, java.util.function.IntPredicate which) {
        return letters.chars()
                .filter(which)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private int size(String letters) {
        return shape(letters).size();
    }

    /** Sums over axes that are not wanted, and puts the others in another order. */
    private static Tensor arranged(Tensor x, String there, String wanted) {
        var summed = new ArrayList<Integer>();
        for (int i = 0; i < there.length(); i++) {
            if (wanted.indexOf(there.charAt(i)) < 0) {
                summed.add(i);
            }
        }
        Tensor sum = summed.isEmpty() ? x : Tensor.of(new Reduction.ReduceSum(x, summed, false));
        String left = kept(there, letter -> wanted.indexOf(letter) >= 0);
        int[] order = wanted.chars().map(left::indexOf).toArray();
        return left.equals(wanted) ? sum : sum.transpose(order);
    }
}
