package propane.samples;

import propane.tensor.ConstantWeight;
import propane.tensor.Contraction;
import propane.tensor.Linear;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Samples of {@link Linear}. */
public final class LinearSamples implements FamilySamples {
    @Override
    public List<OpSample> samples() {
        return List.of(
                OpSample.of(d -> {
                    Shape batch = d.shape(d.number(0, 2));
                    int rows = d.number(1, 3);
                    int inner = d.number(0, 4);
                    int columns = d.number(1, 3);
                    boolean ofX = d.flag();
                    boolean ofY = d.flag();
                    Tensor x = matrices(d, batch, rows, inner, ofX);
                    Tensor y = matrices(d, batch, inner, columns, ofY);
                    return new Linear.Matmul(x, y, ofX, ofY);
                }),
                OpSample.of(d -> einsum(d)),
                OpSample.of(d -> attention(d, 0)),
                OpSample.of("masked", d -> attention(d, 1)),
                OpSample.of("with a bias", d -> attention(d, 2)),
                OpSample.of(d -> {
                    Tensor x = d.real(d.shape(d.number(1, 4)));
                    int out = d.number(1, 3);
                    return new ConstantWeight.Linear(x, d.real(out, x.dim(-1)), d.real(out));
                }));
    }

    private static Contraction.Einsum einsum(Draw d) {
        String letters = "abcde";
        Shape lengths = d.shape(letters.length());
        var operands = new ArrayList<String>();
        var values = new ArrayList<Tensor>();
        for (int i = d.number(1, 2); i > 0; i--) {
            String own = some(d, letters, 4);
            operands.add(own);
            values.add(d.real(of(own, letters, lengths)));
        }
        String all =
                String.join("", operands)
                        .chars()
                        .distinct()
                        .mapToObj(Character::toString)
                        .collect(Collectors.joining());
        String equation = String.join(", ", operands) + " -> " + some(d, all, 4);
        return new Contraction.Einsum(values, equation);
    }

    private static Shape of(String own, String letters, Shape lengths) {
        return new Shape(own.chars().mapToObj(each -> lengths.dim(letters.indexOf(each))).toList());
    }

    /** Some letters in some order. */
    private static String some(Draw d, String letters, int most) {
        List<Integer> order = d.order(letters.length());
        return order.subList(0, d.number(0, Math.min(most, order.size()))).stream()
                .map(i -> String.valueOf(letters.charAt(i)))
                .collect(Collectors.joining());
    }

    private static Contraction.ScaledDotProductAttention attention(Draw d, int kindOfMask) {
        var batch = d.shape(d.number(1, 2)).dims();
        int queries = d.number(1, 3);
        int keys = d.number(1, 4);
        int width = d.number(1, 3);
        Tensor query = d.real(with(batch, queries, width));
        Tensor key = d.real(with(batch, keys, width));
        Tensor value = d.real(with(batch, keys, d.number(1, 3)));
        Shape narrower = d.narrower(with(batch, queries, keys));
        // Core ML wants a column for each key.
        Shape mask = narrower.rank() == 0 ? Shape.shape(keys) : narrower.with(-1, keys);
        List<Tensor> masks =
                kindOfMask == 0
                        ? List.of()
                        : List.of(kindOfMask == 1 ? d.truth(mask) : d.real(mask));
        return new Contraction.ScaledDotProductAttention(query, key, value, masks);
    }

    private static Shape with(List<Integer> batch, int rows, int columns) {
        var dims = new ArrayList<>(batch);
        dims.add(rows);
        dims.add(columns);
        return new Shape(dims);
    }

    private static Tensor matrices(Draw d, Shape batch, int rows, int columns, boolean turned) {
        var dims = new ArrayList<>(d.narrower(batch).dims());
        dims.add(turned ? columns : rows);
        dims.add(turned ? rows : columns);
        return d.real(new Shape(dims));
    }
}
