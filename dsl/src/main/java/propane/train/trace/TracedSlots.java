package propane.train.trace;

import propane.nn.Initializer;
import propane.spi.op.Port;
import propane.train.port.Slot;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The slots of a step that is traced, in the order in which they were first asked for. */
final class TracedSlots {
    private final Map<String, TracedSlot> named = new LinkedHashMap<>();

    /** Returns the slot at a port, which the first to ask for it makes. */
    TracedSlot at(Port port, Initializer initializer) {
        return named.computeIfAbsent(port.name(), _ -> new TracedSlot(new Slot(port, initializer)));
    }

    Collection<TracedSlot> traced() {
        return named.values();
    }

    /** Returns where they lie and what they begin with. */
    List<Slot> all() {
        return named.values().stream().map(TracedSlot::slot).toList();
    }
}
