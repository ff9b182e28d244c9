package propane.nn;

import propane.spi.Preconditions;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.DType;
import propane.tensor.Problem;
import propane.tensor.Shape;
import propane.tensor.TensorType;
import propane.tensor.UnknownNameException;

/**
 * An input or target of a model, for one example.
 *
 * @param name its name; {@code input} where there is one only
 * @param shape the shape of one example
 * @param dtype the element type
 */
public record Input(String name, Shape shape, DType dtype) {
    /** Checks that an example has elements and the input a name. */
    public Input {
        for (int length : shape.dims()) {
            Preconditions.atLeast(1, "input " + name + ": each axis", length);
        }
        if (name.isBlank()) {
            throw new UnknownNameException(
                    Problem.ofRule("input: the name is empty").fix("input(\"left\", …)"));
        }
    }

    /** Returns a float32 input named {@code input}. */
    public static Input input(int... dims) {
        Preconditions.given("input: dims", dims);
        return input("input", dims);
    }

    /** Returns a float32 input. */
    public static Input input(String name, int... dims) {
        Preconditions.given("input: name", name);
        Preconditions.given("input: dims", dims);
        return new Input(name, Shape.shape(dims), DType.FLOAT32);
    }

    /** Returns an input of images; in the program their axes are channels, height, width. */
    public static Input image(int height, int width, int channels) {
        return input("image", channels, height, width);
    }

    /** Returns an input of int32 token numbers named {@code input}. */
    public static Input tokens(int length) {
        return tokens("input", length);
    }

    /** Returns an input of int32 token numbers. */
    public static Input tokens(String name, int length) {
        Preconditions.given("tokens: name", name);
        return new Input(name, Shape.shape(length), DType.INT32);
    }

    /** Returns a target of one int32 class number an example. */
    public static Input labels(String name) {
        Preconditions.given("labels: name", name);
        return new Input(name, Shape.shape(), DType.INT32);
    }

    /** Returns the port of a batch of examples. */
    public Port port(int batch) {
        return new Port(name, Role.BATCH, new TensorType(dtype, shape.prepend(batch)));
    }
}
