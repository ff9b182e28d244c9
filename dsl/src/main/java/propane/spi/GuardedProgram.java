package propane.spi;

import propane.ffm.Occupancy;
import propane.ffm.Refusal;
import propane.ffm.Resources;
import propane.tensor.EngineException;

import java.util.List;
import java.util.function.Supplier;

/**
 * A program that knows who uses it.
 *
 * @param program the program
 * @param use who does
 * @param taken all that it holds, itself too
 */
record GuardedProgram(CompiledProgram program, Occupancy use, Resources taken)
        implements CompiledProgram {
    static GuardedProgram of(String engine, Bindings bindings, Supplier<CompiledProgram> maker) {
        var taken = new Resources();
        try {
            taken.add(bindings.keep());
            var refusal =
                    new Refusal(
                            engine + ": the program",
                            "compile it once for each thread",
                            "close it after its last run",
                            EngineException::new);
            return new GuardedProgram(taken.add(maker.get()), Occupancy.ofOne(refusal), taken);
        } catch (RuntimeException | Error e) {
            taken.closedBy(e);
            throw e;
        }
    }

    @Override
    public boolean run(String function) {
        int seat = use.enter(function);
        try {
            return program.run(function);
        } finally {
            use.leave(seat);
        }
    }

    @Override
    public boolean run(String function, Runnable meanwhile) {
        int seat = use.enter(function);
        try {
            return program.run(function, meanwhile);
        } finally {
            use.leave(seat);
        }
    }

    @Override
    public boolean isSpoiled() {
        return program.isSpoiled();
    }

    @Override
    public void upload() {
        int seat = use.enter("upload");
        try {
            program.upload();
        } finally {
            use.leave(seat);
        }
    }

    @Override
    public void refresh() {
        int seat = use.enter("refresh");
        try {
            program.refresh();
        } finally {
            use.leave(seat);
        }
    }

    @Override
    public DeviceReport report() {
        return program.report();
    }

    @Override
    public int changes() {
        return program.changes();
    }

    @Override
    public List<RunStats> stats() {
        return program.stats();
    }

    @Override
    public void close() {
        use.close(taken::close);
    }
}
