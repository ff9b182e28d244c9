package propane.engine;

import propane.spi.Bindings;
import propane.spi.CompiledProgram;
import propane.spi.Program;
import propane.spi.ProgramMemory;
import propane.spi.Verdict;

import java.util.List;

/** An engine that is another one in all that it does not say itself. */
public interface ForwardingEngine extends Engine {
    /** Returns the other one. */
    Engine engine();

    @Override
    default String name() {
        return engine().name();
    }

    @Override
    default String describe() {
        return engine().describe();
    }

    @Override
    default Verdict available() {
        return engine().available();
    }

    @Override
    default Verdict supports(Program program) {
        return engine().supports(program);
    }

    @Override
    default CompiledProgram compile(Program program, Bindings bindings) {
        return engine().compile(program, bindings);
    }

    @Override
    default boolean usesSplitStep() {
        return engine().usesSplitStep();
    }

    @Override
    default List<String> notes() {
        return engine().notes();
    }

    @Override
    default ProgramMemory planned(Program program) {
        return engine().planned(program);
    }

    @Override
    default Bindings allocate(Program program) {
        return engine().allocate(program);
    }
}
