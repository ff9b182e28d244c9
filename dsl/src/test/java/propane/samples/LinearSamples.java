package propane.samples;

import propane.spi.op.AttentionProduct.ScaledDotProductAttention;
import propane.spi.op.AttentionProduct.ScaledDotProductAttentionGradient;
import propane.spi.op.ConstantWeight;
import propane.spi.op.Contraction;
import propane.spi.op.Linear;
import propane.tensor.DType;
import propane.tensor.NDArray;
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
                OpSample.of(d -> attention(d, Mask.NONE, 1, false)),
                OpSample.of("masked", d -> attention(d, Mask.TRUTH, 1, false)),
                OpSample.of("with a bias", d -> attention(d, Mask.ADDED, 1, false)),
                OpSample.of("causal", d -> attention(d, Mask.CAUSAL, 1, false)),
                OpSample.of("of shared keys", d -> attention(d, Mask.TRUTH, 2, false)),
                OpSample.of("with shares dropped", d -> attention(d, Mask.NONE, 1, true)),
                OpSample.of(d -> gradient(d, attention(d, Mask.NONE, 1, false))),
                OpSample.of("masked", d -> gradient(d, attention(d, Mask.TRUTH, 2, true))),
                OpSample.of("with a bias", d -> gradient(d, attention(d, Mask.ADDED, 1, false))),
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

    private enum Mask {
        NONE,
        TRUTH,
        ADDED,
        CAUSAL
    }

    /** Attention where several queries' heads share a key, or shares are dropped. */
    private static ScaledDotProductAttention attention(
            Draw d, Mask kind, int sharing, boolean isDropped) {
        var batch = d.shape(d.number(1, 2)).dims();
        var heads = new ArrayList<>(batch);
        heads.set(heads.size() - 1, sharing * heads.getLast());
        int queries = d.number(1, 3);
        int keys = kind == Mask.CAUSAL ? queries : d.number(1, 4);
        int width = d.number(1, 3);
        Tensor query = d.real(with(heads, queries, width));
        Tensor key = d.real(with(batch, keys, width));
        Tensor value = d.real(with(batch, keys, d.number(1, 3)));
        Shape scores = with(heads, queries, keys);
        Shape narrower = d.narrower(scores);
        // Core ML wants a column for each key.
        Shape mask = narrower.rank() == 0 ? Shape.shape(keys) : narrower.with(-1, keys);
        List<Tensor> masks =
                switch (kind) {
                    case NONE -> List.of();
                    case TRUTH -> List.of(d.truth(mask));
                    case ADDED -> List.of(d.real(mask));
                    case CAUSAL -> List.of(causal(queries));
                };
        List<Tensor> kept = isDropped ? List.of(d.truth(scores)) : List.of();
        return new ScaledDotProductAttention(query, key, value, masks, kept);
    }

    private static Tensor causal(int length) {
        float[] seen = new float[length * length];
        for (int i = 0; i < seen.length; i++) {
            seen[i] = i % length <= i / length ? 1 : 0;
        }
        return Tensor.constant(NDArray.of(seen, length, length).cast(DType.BOOL));
    }

    private static ScaledDotProductAttentionGradient gradient(
            Draw d, ScaledDotProductAttention op) {
        Tensor gradient = d.real(op.infer().shape());
        return new ScaledDotProductAttentionGradient(
                op.query(), op.key(), op.value(), op.attnMask(), op.kept(), gradient);
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
