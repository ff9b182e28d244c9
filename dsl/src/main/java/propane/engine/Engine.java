package propane.engine;

import propane.spi.Bindings;
import propane.spi.CompiledProgram;
import propane.spi.Program;
import propane.spi.ProgramMemory;
import propane.spi.Verdict;
import propane.tensor.EngineException;

import java.util.List;

/** Compiles programs for a device and runs them there. */
public interface Engine {
    /** Returns the name, for example {@code CPU}. */
    String name();

    /** Returns one line on what this engine works with here. */
    String describe();

    /** Returns whether this engine can run on this machine at all. */
    Verdict available();

    /** Returns whether this engine takes a program, and if not, which ops stand against it. */
    Verdict supports(Program program);

    /**
     * Compiles a program over bindings that holds all its ports. Nothing is allocated when it runs.
     *
     * @throws EngineException if this engine is not available or does not take the program
     */
    CompiledProgram compile(Program program, Bindings bindings);

    /**
     * Returns whether this engine is given a training step split into two parts, {@code gradients}
     * and {@code update}, with the loss scaled: one that computes gradients in float16 and keeps
     * weights in float32.
     */
    default boolean usesSplitStep() {
        return false;
    }

    /**
     * Returns this engine for the programs of one training: what running one of them shows of the
     * device holds for the others. Each training asks anew.
     */
    default Engine forOneTraining() {
        return this;
    }

    /**
     * Returns what goes on at the device beside the programs that run there and may slow them down,
     * a line each; empty if nothing does.
     */
    default List<String> notes() {
        return List.of();
    }

    /**
     * Returns what native memory a compiled program would hold beside its ports; nothing is taken.
     * What an engine does not know of its device it leaves out.
     */
    default ProgramMemory planned(Program program) {
        return new ProgramMemory(0, 0);
    }

    /** Returns storage for ports that suits this engine's device. */
    default Bindings allocate(Program program) {
        return Bindings.allocate(program.ports());
    }

    /** Returns the embedded engine that runs on every machine. */
    static Engine cpu() {
        return Engines.named("CPU");
    }

    /**
     * Returns an engine by its {@link #name}, for example one of others that is found as a service:
     * by {@code provides propane.engine.Engine with …} in a module, or a file {@code
     * META-INF/services/propane.engine.Engine} on the class path.
     *
     * @throws propane.tensor.UnknownNameException if there is none of that name; says which are
     */
    static Engine named(String name) {
        return Engines.named(name);
    }

    /**
     * Returns Core ML over some processors, whatever the system property {@code propane.units}
     * says. It is an error to compile for it where there is none; {@link #neuralEngine} falls back.
     */
    static Engine coreMl(ComputeUnits units) {
        return Engines.coreMl().on(units);
    }

    /**
     * Returns an engine that takes the Neural Engine where that can be had, else the GPU, else the
     * CPU, and reports the reasons. One that cannot load a program in time, computes a first step
     * other than the CPU does, or fails at the first real one is passed over too; that step is then
     * made by the next, from the same state and examples. The system property {@code propane.units}
     * names other processors than the first two.
     *
     * @throws propane.tensor.UnknownNameException if that property is none of {@code cpu}, {@code
     *     gpu}, {@code all} and {@code neural-engine}
     */
    static PreferredEngine neuralEngine() {
        return PreferredEngine.overCpu(
                ComputeUnits.asked().map(List::of).orElse(ComputeUnits.LADDER), Engine::coreMl);
    }

    /**
     * Returns an engine that takes the best device of this machine: as {@link #neuralEngine} does,
     * but programs that Core ML would leave to the CPU anyway, as far as is known, run on the CPU
     * engine, and the report says why. Processors that the system property {@code propane.units}
     * names are taken at its word.
     *
     * @throws propane.tensor.UnknownNameException if that property is none of {@code cpu}, {@code
     *     gpu}, {@code all} and {@code neural-engine}
     */
    static PreferredEngine best() {
        return ComputeUnits.asked().isPresent()
                ? neuralEngine()
                : PreferredEngine.overCpu(ComputeUnits.LADDER, Engines.coreMl()::worthwhile);
    }

    /** An engine that is another one in all that it does not say itself. */
    interface Forwarding extends Engine {
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

    /** An engine that can be told which processors it may use. */
    interface OverComputeUnits extends Engine {
        /** Returns the same engine over other processors. */
        Engine on(ComputeUnits units);

        /**
         * Returns the same engine over other processors for programs alone that are not known to
         * end up on the CPU there: of others it says why they would.
         */
        Engine worthwhile(ComputeUnits units);
    }
}
