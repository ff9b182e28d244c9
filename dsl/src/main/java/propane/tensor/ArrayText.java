package propane.tensor;

import propane.text.Columns;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What people see of an array: numbers as short as they tell the element, and few of them. */
final class ArrayText {
    /** Of more elements or rows than this, some are left out. */
    private static final int MOST = 12;

    private static final int FIRST = 6;
    private static final int LAST = 3;
    private static final int LEFT_OUT = -1;

    private ArrayText() {}

    static String of(NDArray array) {
        Shape shape = array.shape();
        if (shape.rank() < 2 || array.size() <= 1) {
            return array.type() + " {" + String.join(", ", row(array, 0, array.size())) + "}";
        }
        int columns = shape.dim(-1);
        var rows = new ArrayList<List<String>>();
        for (int row : shown(array.size() / columns)) {
            var cells = new ArrayList<String>();
            cells.add(row == LEFT_OUT ? "⋮" : index(shape, row));
            if (row != LEFT_OUT) {
                cells.addAll(row(array, row * columns, columns));
            }
            rows.add(cells);
        }
        return Columns.right(rows).stream()
                .map(line -> "\n  " + line)
                .collect(Collectors.joining("", array.type().toString(), ""));
    }

    /** Returns which of some places are shown, in order. */
    private static List<Integer> shown(int count) {
        var places = new ArrayList<Integer>();
        for (int i = 0; i < count; i++) {
            if (count <= MOST || i < FIRST || i >= count - LAST) {
                places.add(i);
            } else if (i == FIRST) {
                places.add(LEFT_OUT);
            }
        }
        return places;
    }

    private static List<String> row(NDArray array, int from, int columns) {
        return shown(columns).stream()
                .map(i -> i == LEFT_OUT ? "…" : element(array, from + i))
                .toList();
    }

    static String element(NDArray array, int index) {
        double value = array.at(index);
        return switch (array.dtype()) {
            case INT32 -> String.valueOf((int) value);
            case BOOL -> String.valueOf(value != 0);
            case FLOAT32, FLOAT16 -> String.valueOf((float) value);
        };
    }

    /** Returns where a row stands, for example {@code [0, 3]} of an array of three axes. */
    private static String index(Shape shape, int row) {
        var place = new ArrayList<Integer>();
        int rest = row;
        for (int axis = shape.rank() - 2; axis >= 0; axis--) {
            place.addFirst(rest % shape.dim(axis));
            rest /= shape.dim(axis);
        }
        return place.toString();
    }
}
