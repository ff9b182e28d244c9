package propane.samples;

import propane.tensor.ConstantWeight;
import propane.tensor.Linear;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;

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
                OpSample.of(d -> {
                    Tensor x = d.real(d.shape(d.number(1, 4)));
                    int out = d.number(1, 3);
                    return new ConstantWeight.Linear(x, d.real(out, x.dim(-1)), d.real(out));
                }));
    }

    private static Tensor matrices(Draw d, Shape batch, int rows, int columns, boolean turned) {
        var dims = new ArrayList<>(d.narrower(batch).dims());
        dims.add(turned ? columns : rows);
        dims.add(turned ? rows : columns);
        return d.real(new Shape(dims));
    }
}
