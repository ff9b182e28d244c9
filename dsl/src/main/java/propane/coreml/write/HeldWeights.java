package propane.coreml.write;

import propane.coreml.format.StoredWeight;
import propane.coreml.lowering.ConstantPorts;
import propane.spi.op.Port;
import propane.tensor.NDArray;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Values of ports that a package holds as constants. Each stands in the file of weights as it is
 * and by itself, however small and like another it may be, so that who knows its place can write
 * another one there: see {@link StoredWeight}.
 *
 * @param values the values by the names of the ports; numbers become those of the port's type that
 *     are nearest
 */
public record HeldWeights(Map<String, NDArray> values) {
    /** No port is held. */
    public static final HeldWeights NONE = new HeldWeights(Map.of());

    /** Copies the map. */
    public HeldWeights {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** Returns the ports. */
    ConstantPorts ports() {
        return new ConstantPorts(values.keySet());
    }

    /** Returns the value of a port in its type. */
    public NDArray value(Port port) {
        NDArray value = values.get(port.name());
        return value.type().equals(port.type()) ? value : NDArray.of(value.doubles(), port.type());
    }

    /** Returns the names of the ports. */
    @Override
    public String toString() {
        return "held: " + values.keySet();
    }
}
