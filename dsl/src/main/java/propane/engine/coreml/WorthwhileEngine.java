package propane.engine.coreml;

import propane.coreml.lowering.HostEmbeddingLookup;
import propane.coreml.lowering.NeuralEngineLowering;
import propane.coreml.report.FunctionPlacement;
import propane.coreml.write.ProgramPackage;
import propane.engine.Engine;
import propane.spi.Program;
import propane.spi.Verdict;
import propane.tensor.EngineException;

import java.util.List;
import java.util.Map;

/**
 * The engine over Core ML for programs alone that the placement lint does not see on the CPU: there
 * the CPU engine is the shorter way.
 *
 * @param engine the engine for all programs
 */
record WorthwhileEngine(CoreMlEngine engine) implements Engine.Forwarding {
    @Override
    public Verdict supports(Program program) {
        Verdict verdict = engine.supports(program);
        return verdict instanceof Verdict.Supported && program.has(CoreMlProgram.GRADIENTS)
                ? placed(HostEmbeddingLookup.apart(program).function(CoreMlProgram.GRADIENTS))
                : verdict;
    }

    /** Whether weights are frozen, and so constants, changes neither their number nor the work. */
    private static Verdict placed(Program.Function gradients) {
        FunctionPlacement placement;
        try {
            Program lowered =
                    Program.of(NeuralEngineLowering.float16(gradients, Map.of()).function());
            placement = ProgramPackage.lint(lowered).functions().getFirst();
        } catch (EngineException e) {
            return Verdict.no(e.rule());
        }
        List<String> reasons = placement.onCpu();
        return reasons.isEmpty()
                ? Verdict.yes()
                : Verdict.no(
                        String.join("; ", reasons)
                                + ". Engine.neuralEngine() asks Core ML all the same");
    }
}
