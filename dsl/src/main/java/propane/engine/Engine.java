package propane.engine;

import propane.tensor.EngineException;
import propane.tensor.Program;

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
     * Compiles a program over a frame that holds all its ports. Nothing is allocated when it runs.
     *
     * @throws EngineException if this engine is not available or does not take the program
     */
    CompiledProgram compile(Program program, Frame frame);

    /**
     * Returns whether this engine is given a training step as its two halves, {@code gradients} and
     * {@code update}, with the loss scaled: one that computes gradients in float16 and keeps
     * weights in float32.
     */
    default boolean takesHalves() {
        return false;
    }

    /** Returns storage for ports that suits this engine's device. */
    default Frame allocate(Program program) {
        return Frame.allocate(program.ports());
    }

    /** Returns the embedded engine that runs on every machine. */
    static Engine cpu() {
        return Engines.named("CPU");
    }

    /**
     * Returns an engine that takes the Neural Engine where that can be had and the CPU elsewhere,
     * and reports the reason.
     */
    static PreferredEngine neuralEngine() {
        return new PreferredEngine(List.of(Engines.named("Neural Engine"), cpu()));
    }

    /** Returns an engine that takes the best device of this machine. */
    static Engine best() {
        return neuralEngine();
    }
}
