package propane.coreml.ops;

import propane.reading.Bounds;
import propane.spi.op.MilEnum;
import propane.spi.op.OpSchema;
import propane.tensor.DType;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The Java type of a component of an op's record.
 *
 * @param type the type; of lists that of their elements
 * @param list whether it is a list
 */
public record ComponentType(Class<?> type, boolean list) {

    /** Returns the type of a component. */
    public static ComponentType of(OpSchema.Operand part) {
        Type generic = part.genericType();
        return generic instanceof ParameterizedType parameterized
                ? new ComponentType((Class<?>) parameterized.getActualTypeArguments()[0], true)
                : new ComponentType(part.javaType(), false);
    }

    /** Returns whether components are lists of tensors. */
    public boolean isTensors() {
        return list && type == Tensor.class;
    }

    /** Returns whether MIL spells components as strings. */
    public boolean isSpelled() {
        return type == String.class || type == DType.class || MilEnum.class.isAssignableFrom(type);
    }

    /**
     * Returns a component that MIL has as an array.
     *
     * @param where the file and field, for messages
     * @throws FormatException if the array is none of this type
     */
    public Object read(NDArray array, String where) {
        if (type == NDArray.class) {
            return array;
        }
        boolean many = list || type == Shape.class;
        boolean fits =
                type == float.class || type == Float.class
                        ? array.dtype().isFloat()
                        : array.dtype()
                                == (type == boolean.class || type == Boolean.class
                                        ? DType.BOOL
                                        : DType.INT32);
        if (array.shape().rank() != (many ? 1 : 0) || !fits) {
            throw new FormatException(where, "is " + array.type() + ", which does not fit");
        }
        return many ? several(array) : one(array, 0);
    }

    /**
     * Returns a component that MIL spells as a string.
     *
     * @param where the file and field, for messages
     * @throws FormatException if nothing of this type is spelled so
     */
    public Object spelled(String name, String where) {
        if (type == DType.class) {
            return choose(DType.values(), dtype -> dtype.mil(), name, where);
        }
        return MilEnum.class.isAssignableFrom(type)
                ? choose(type.getEnumConstants(), each -> ((MilEnum) each).mil(), name, where)
                : name;
    }

    private Object several(NDArray array) {
        var all = new ArrayList<Object>(array.size());
        for (int i = 0; i < array.size(); i++) {
            all.add(one(array, i));
        }
        return type == Shape.class ? Shape.shape(array.ints()) : List.copyOf(all);
    }

    private static Object one(NDArray array, int i) {
        return switch (array.dtype()) {
            case FLOAT32, FLOAT16 -> (float) array.at(i);
            case INT32 -> (int) array.at(i);
            case BOOL -> array.at(i) != 0;
        };
    }

    private interface Spelling<T> {
        public String of(T value);
    }

    private static <T> T choose(T[] among, Spelling<T> spelling, String name, String where) {
        return Arrays.stream(among)
                .filter(each -> spelling.of(each).equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new FormatException(
                                where,
                                "is "
                                        + Bounds.shown(name)
                                        + ", can be read: "
                                        + Arrays.stream(among).map(spelling::of).toList()));
    }
}
