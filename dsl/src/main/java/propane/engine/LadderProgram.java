package propane.engine;

import propane.spi.Bindings;
import propane.spi.CompiledProgram;
import propane.spi.DeviceReport;
import propane.spi.Program;
import propane.spi.RunStats;
import propane.spi.Verdict;
import propane.tensor.EngineException;

import java.util.ArrayList;
import java.util.List;

/**
 * A program on the first engine of a ladder that takes it. Until its first step has ended, one that
 * fails is made again on the next engine, from the same state and examples: functions that ran
 * before, whose outputs may lie in the left engine's own memory, first, and each that moves the
 * state exactly once.
 */
final class LadderProgram implements CompiledProgram {
    private final Ladder ladder;
    private final Program source;
    private final Bindings bindings;
    private final PassedOver passedOver = new PassedOver();
    private final boolean moves;
    private final List<String> begun = new ArrayList<>();
    private CompiledProgram program;
    private int rung;
    private int changes;
    private boolean isSettled;

    LadderProgram(Ladder ladder, Program source, Bindings bindings) {
        this.ladder = ladder;
        this.source = source;
        this.bindings = bindings;
        this.moves = source.functions().stream().anyMatch(LadderProgram::moves);
        this.program = compiled(0);
    }

    private static boolean moves(Program.Function function) {
        return !function.replacements().isEmpty();
    }

    /** Compiles for the first engine from a rung on that takes the program. */
    private CompiledProgram compiled(int first) {
        List<Engine> engines = ladder.engines();
        int last = engines.size() - 1;
        for (rung = first; rung <= last; rung++) {
            Engine engine = engines.get(rung);
            if (ladder.hasLeft(rung)) {
                passedOver.add(engine, ladder.reason(rung));
                continue;
            }
            Verdict verdict = engine.available().and(() -> engine.supports(source));
            if (verdict instanceof Verdict.Unsupported) {
                passedOver.add(engine, verdict.toString());
                continue;
            }
            try {
                CompiledProgram compiled = engine.compile(source, bindings);
                // Below the last engine there is nothing to fall back to.
                isSettled = rung == last;
                return compiled;
            } catch (EngineException e) {
                passedOver.add(engine, PassedOver.reason(e));
                if (rung == last) {
                    throw e;
                }
            }
        }
        throw new EngineException(
                "no engine takes the program\n    " + String.join("\n    ", passedOver.lines()));
    }

    @Override
    public boolean run(String function) {
        return isSettled ? program.run(function) : first(function);
    }

    @Override
    public boolean run(String function, Runnable meanwhile) {
        // What is done meanwhile may bring other examples, with which no step could be made again.
        return isSettled
                ? program.run(function, meanwhile)
                : CompiledProgram.super.run(function, meanwhile);
    }

    private boolean first(String name) {
        Program.Function function = source.function(name);
        boolean isFinite;
        try (var before = new StateCopy(function, bindings)) {
            isFinite = tried(name, before);
        }
        if (!isFinite) {
            // The step has ended; the next one begins anew.
            begun.clear();
        } else if (!moves || moves(function)) {
            begun.clear();
            isSettled = true;
        } else {
            begun.remove(name);
            begun.add(name);
        }
        return isFinite;
    }

    private boolean tried(String name, StateCopy before) {
        List<String> due = List.of(name);
        while (true) {
            try {
                return all(due);
            } catch (EngineException e) {
                before.restore();
                String reason = PassedOver.atFirstStep(engine(), e);
                descend(e, reason);
                due = new ArrayList<>(begun);
                due.add(name);
            }
        }
    }

    /** Runs functions in order; ends where results of one are not finite. */
    private boolean all(List<String> names) {
        for (String name : names) {
            if (!program.run(name)) {
                return false;
            }
        }
        return true;
    }

    private Engine engine() {
        return ladder.engines().get(rung);
    }

    /** Leaves the engine at hand for the next that takes the program. */
    private void descend(EngineException error, String reason) {
        if (rung + 1 >= ladder.engines().size()) {
            throw error;
        }
        passedOver.add(engine(), reason);
        ladder.leave(rung, reason);
        changes += 1 + program.changes();
        // The next one may need the memory.
        program.close();
        program = new Nowhere(error);
        try {
            program = compiled(rung + 1);
        } catch (EngineException e) {
            e.addSuppressed(error);
            throw e;
        }
    }

    @Override
    public boolean isSpoiled() {
        return program.isSpoiled();
    }

    @Override
    public void upload() {
        program.upload();
    }

    /** An engine that cannot make the program anew is left as one that could not make it. */
    @Override
    public void refresh() {
        try {
            program.refresh();
        } catch (EngineException e) {
            descend(e, PassedOver.reason(e));
        }
    }

    @Override
    public DeviceReport report() {
        return program.report().passingOver(passedOver.lines()).noting(ladder.notes());
    }

    @Override
    public int changes() {
        return changes + program.changes();
    }

    @Override
    public List<RunStats> stats() {
        return program.stats();
    }

    @Override
    public void close() {
        // A closed program is no reason to leave an engine.
        isSettled = true;
        program.close();
    }

    /** A program that no engine takes any more. */
    private record Nowhere(EngineException why) implements CompiledProgram {
        @Override
        public boolean run(String function) {
            throw new EngineException(PassedOver.reason(why), why);
        }

        @Override
        public void refresh() {
            throw new EngineException(PassedOver.reason(why), why);
        }

        @Override
        public DeviceReport report() {
            return new DeviceReport("none", List.of(), List.of(), 0);
        }

        @Override
        public void close() {}
    }
}
