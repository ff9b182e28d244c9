package propane.engine.coreml;

import propane.engine.CompiledProgram;
import propane.engine.Engine;
import propane.engine.Frame;
import propane.engine.Verdict;
import propane.tensor.EngineException;
import propane.tensor.Program;

/** The Neural Engine, reached through Core ML. */
public final class CoreMlEngine implements Engine {
    /** Makes the engine; nothing is loaded before it is asked to compile. */
    public CoreMlEngine() {}

    @Override
    public String name() {
        return "Neural Engine";
    }

    @Override
    public String describe() {
        return name();
    }

    @Override
    public Verdict available() {
        String os = System.getProperty("os.name");
        String processor = System.getProperty("os.arch");
        if (!os.startsWith("Mac") || !processor.equals("aarch64")) {
            return Verdict.no(
                    "needs macOS 15 on Apple silicon; this is " + os + " on " + processor);
        }
        return Verdict.no("this build carries no shim for Core ML");
    }

    @Override
    public Verdict supports(Program program) {
        return available();
    }

    @Override
    public CompiledProgram compile(Program program, Frame frame) {
        throw new EngineException("Neural Engine: " + available());
    }
}
