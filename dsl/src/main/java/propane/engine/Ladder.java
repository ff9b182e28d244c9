package propane.engine;

import propane.spi.Bindings;
import propane.spi.CompiledProgram;
import propane.spi.Program;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Engines in order of preference, for the programs of one training: an engine on which a first step
 * failed is passed over by all programs that are compiled later, so that none of them pays for it
 * again and the training stays on one device.
 */
final class Ladder implements Engine.Forwarding {
    private final PreferredEngine preferred;
    // Programs of a predictor are compiled and begun by several threads.
    private final Map<Integer, String> left = new ConcurrentHashMap<>();

    Ladder(PreferredEngine preferred) {
        this.preferred = preferred;
    }

    @Override
    public PreferredEngine engine() {
        return preferred;
    }

    List<Engine> engines() {
        return preferred.engines();
    }

    /** Passes an engine over from now on. */
    void leave(int rung, String reason) {
        left.put(rung, reason);
    }

    boolean hasLeft(int rung) {
        return left.containsKey(rung);
    }

    String reason(int rung) {
        return left.get(rung);
    }

    @Override
    public CompiledProgram compile(Program program, Bindings bindings) {
        return CompiledProgram.guarded(
                name(), bindings, () -> new LadderProgram(this, program, bindings));
    }
}
