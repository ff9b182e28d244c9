package propane.engine;

import propane.tensor.Program;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Engines in order of preference, for the programs of one training: an engine on which a first step
 * failed is passed over by all programs that are compiled later, so that none of them pays for it
 * again and the training stays on one device.
 */
final class Ladder implements Engine {
    private final PreferredEngine preferred;
    private final Map<Integer, String> left = new HashMap<>();

    Ladder(PreferredEngine preferred) {
        this.preferred = preferred;
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
    public String name() {
        return preferred.name();
    }

    @Override
    public String describe() {
        return preferred.describe();
    }

    @Override
    public Verdict available() {
        return preferred.available();
    }

    @Override
    public Verdict supports(Program program) {
        return preferred.supports(program);
    }

    @Override
    public boolean takesHalves() {
        return preferred.takesHalves();
    }

    @Override
    public List<String> notes() {
        return preferred.notes();
    }

    @Override
    public ProgramMemory planned(Program program) {
        return preferred.planned(program);
    }

    @Override
    public CompiledProgram compile(Program program, Frame frame) {
        return CompiledProgram.guarded(
                name(), frame, () -> new LadderProgram(this, program, frame));
    }
}
