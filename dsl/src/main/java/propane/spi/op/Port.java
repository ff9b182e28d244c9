package propane.spi.op;

import propane.tensor.Tensor;
import propane.tensor.TensorType;
import propane.tensor.UnknownNameException;

/**
 * A named place through which values enter and leave a program. Equal ports are one storage in all
 * functions of a program; a batch and a result may have one name and are two.
 *
 * @param name the path, for example {@code head/dense_1/weight}
 * @param role what it carries
 * @param type element type and shape; scalars have shape [1]
 */
public record Port(String name, Role role, TensorType type) {
    /** What the name of a port begins with that gradients are added up at. */
    public static final String GATHERED = "accumulated/";

    /** What the name of a port begins with that holds a gradient. */
    public static final String GRADIENT = "gradient/";

    /** What the name of a port begins with that holds the running mean of a weight. */
    public static final String AVERAGE = "average/";

    /**
     * What the name of a port begins with that holds another one in float16, with zeros after its
     * rows.
     */
    public static final String HALF = "half/";

    /** What the name of a port begins with that the host fills with random numbers. */
    public static final String RANDOM = "random/";

    /** Checks the name. */
    public Port {
        if (name.isEmpty()) {
            throw new UnknownNameException("port: the name is empty");
        }
    }

    /**
     * Returns whether it holds what the batches of an update add up to so far. That alone may be
     * infinite, since gradients are clipped when all of them are there.
     */
    public boolean isGathered() {
        return role == Role.SLOT && name.startsWith(GATHERED);
    }

    /** Returns a new tensor that stands for the value at this port. */
    public Tensor tensor() {
        return Tensor.of(new Leaf.Input(this));
    }

    /** Returns name and type. */
    @Override
    public String toString() {
        return name + ": " + type;
    }
}
