package propane.coreml.lowering;

import propane.spi.op.Leaf;
import propane.spi.op.Port;
import propane.tensor.Tensor;

import java.util.Set;

/**
 * Ports whose values are constants in the end. They stay ports while rules are applied: no rule can
 * compute with their values, or take two for one that are alike today.
 *
 * @param names the names of the ports
 */
public record ConstantPorts(Set<String> names) {
    /** No port is a constant. */
    public static final ConstantPorts NONE = new ConstantPorts(Set.of());

    /** Copies the set. */
    public ConstantPorts {
        names = Set.copyOf(names);
    }

    /** Returns whether a port is one of these. */
    public boolean has(Port port) {
        return names.contains(port.name());
    }

    /** Returns whether a tensor is a constant itself, or enters through one of these ports. */
    public boolean isConstant(Tensor tensor) {
        return tensor.op() instanceof Leaf.Const || isPort(tensor);
    }

    /** Returns whether a tensor enters through one of these ports. */
    boolean isPort(Tensor tensor) {
        return tensor.op() instanceof Leaf.Input(Port port) && has(port);
    }
}
