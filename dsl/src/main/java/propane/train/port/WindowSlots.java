package propane.train.port;

import propane.spi.Bindings;
import propane.spi.op.Port;
import propane.tensor.NDArray;

import java.util.LinkedHashMap;
import java.util.Map;

/** The numbers that several batches of one update keep beside the gradients added up. */
public final class WindowSlots {
    /** What their names begin with. */
    public static final String NUMBERS = "window/";

    /** How many batches the update at hand has so far, float32 [1]. */
    public static final Port BATCHES = HyperPorts.number(NUMBERS + "batches");

    /** 1 if one of its batches was not fine, else 0; float32 [1]. */
    public static final Port FAULT = HyperPorts.number(NUMBERS + "fault");

    /** The weight of what counted in its batches, float32 [1]. */
    public static final Port WEIGHT = HyperPorts.number(NUMBERS + "weight");

    private WindowSlots() {}

    /** Returns whether a slot is one of these, which former releases did not keep. */
    public static boolean isNumber(String slot) {
        return slot.startsWith(NUMBERS);
    }

    /**
     * Returns what they are where a file does not tell: of so many batches, all of which counts.
     *
     * @param state the state that has the slots
     * @param known what the file tells
     * @param batches how many batches the update at hand has
     */
    public static Map<String, NDArray> missing(
            Bindings state, Map<String, NDArray> known, long batches) {
        var values = new LinkedHashMap<String, NDArray>();
        for (Port port : state.ports()) {
            if (isNumber(port.name()) && !known.containsKey(port.name())) {
                double value = port.equals(FAULT) ? 0 : batches;
                values.put(port.name(), NDArray.full(port.type(), value));
            }
        }
        return values;
    }
}
