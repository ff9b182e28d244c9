package propane.tensor;

/**
 * What is known of a tensor before it has a value.
 *
 * @param dtype the type of its elements
 * @param shape its shape
 */
public record TensorType(DType dtype, Shape shape) {

    /** Returns a type of float32 elements. */
    public static TensorType float32(Shape shape) {
        return new TensorType(DType.FLOAT32, shape);
    }

    /** Returns a type of int32 elements. */
    public static TensorType int32(Shape shape) {
        return new TensorType(DType.INT32, shape);
    }

    /** Returns this type with another shape. */
    public TensorType with(Shape other) {
        return new TensorType(dtype, other);
    }

    /** Returns this type with other elements. */
    public TensorType with(DType other) {
        return new TensorType(other, shape);
    }

    /** Returns the number of bytes a packed value takes. */
    public long bytes() {
        return (long) shape.size() * dtype.bytes();
    }

    /** Returns for example {@code fp32[32, 10]}. */
    @Override
    public String toString() {
        return dtype.mil() + shape;
    }
}
