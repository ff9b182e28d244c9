package propane.spi;

import propane.spi.op.Operation;
import propane.tensor.EngineException;
import propane.tensor.Tensor;

import java.util.HashSet;

/** Checks that a program is whole; passes are followed by it. */
public final class Verifier {
    private Verifier() {}

    /**
     * Checks a program and returns it.
     *
     * @param stage what was done before, for the message
     * @throws EngineException if an operation's types are not what its op infers, or an output
     *     replaces no input of its function
     */
    public static Program verify(Program program, String stage) {
        program.functions().forEach(function -> verify(function, stage));
        return program;
    }

    /** Checks one function and returns it. */
    public static Program.Function verify(Program.Function function, String stage) {
        for (Operation operation : function.operations()) {
            var types = operation.results().stream().map(Tensor::type).toList();
            var inferred = operation.op().inferAll();
            if (!types.equals(inferred)) {
                throw broken(function, stage, operation + " has " + types + ", infers " + inferred);
            }
        }
        var inputs = new HashSet<>(function.inputs());
        for (Program.Output output : function.outputs()) {
            if (output.replaces() && !inputs.contains(output.port())) {
                throw broken(
                        function,
                        stage,
                        output.port().name() + " replaces " + output.of() + ", which is no input");
            }
        }
        return function;
    }

    private static EngineException broken(Program.Function function, String stage, String fault) {
        return new EngineException(
                "after " + stage + " the function " + function.name() + " is broken: " + fault);
    }
}
