package propane.interchange;

import propane.reading.Bounds;
import propane.safetensors.StoredType;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.Shape;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A tensor in a file of PyTorch: a view of a storage.
 *
 * @param storage where its elements are
 * @param offset the element of the storage that is its first
 * @param shape its shape
 * @param strides for each axis, how many elements of the storage a step is
 */
record TorchTensor(Storage storage, long offset, Shape shape, List<Long> strides) {

    /**
     * A row of elements, in a part of the file of its own.
     *
     * @param key the part's name
     * @param type the type of an element
     * @param count how many there are
     */
    record Storage(String key, StoredType type, long count) {}

    /**
     * Returns the tensor of the arguments of {@code torch._utils._rebuild_tensor_v2}.
     *
     * @throws FormatException if it reaches beyond its storage
     */
    static TorchTensor of(List<Object> arguments, String where) {
        if (arguments.size() < 4
                || !(arguments.get(0) instanceof Storage storage)
                || !(arguments.get(1) instanceof Long offset)
                || !(arguments.get(2) instanceof List<?> sizes)
                || !(arguments.get(3) instanceof List<?> steps)
                || sizes.size() != steps.size()) {
            throw new FormatException(where + ": has a tensor without storage, sizes or strides");
        }
        Shape shape = Bounds.shape(whole(sizes, where), where);
        List<Long> strides = whole(steps, where);
        if (shape.size() > 0 && !isInside(storage, offset, shape, strides)) {
            throw new FormatException(
                    where
                            + ": has a tensor of shape "
                            + shape
                            + " and strides "
                            + strides
                            + " that reaches beyond the "
                            + storage.count()
                            + " elements of its storage");
        }
        return new TorchTensor(storage, offset, shape, strides);
    }

    private static boolean isInside(Storage storage, long offset, Shape shape, List<Long> strides) {
        long last = offset;
        for (int axis = 0; axis < strides.size() && last >= 0 && last < storage.count(); axis++) {
            long stride = strides.get(axis);
            if (shape.dim(axis) > 1 && (stride < 0 || stride > storage.count())) {
                return false;
            }
            last += shape.dim(axis) > 1 ? stride * (shape.dim(axis) - 1) : 0;
        }
        return last >= 0 && last < storage.count();
    }

    private static List<Long> whole(List<?> numbers, String where) {
        return numbers.stream()
                .map(number -> {
                    if (number instanceof Long whole) {
                        return whole;
                    }
                    throw new FormatException(
                            where + ": has a size or stride that is no whole number");
                })
                .toList();
    }

    /** Reads the elements of the storage's bytes. */
    NDArray read(ByteBuffer bytes, String where) throws IOException {
        return Strided.read(storage.type(), bytes, offset, shape, strides, where);
    }
}
