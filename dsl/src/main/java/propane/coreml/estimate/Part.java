package propane.coreml.estimate;

import propane.coreml.lint.PlacementLint;
import propane.coreml.mil.MilFunction;
import propane.coreml.mil.MilValue;
import propane.coreml.report.FunctionPlacement;

import java.util.Set;
import java.util.stream.Stream;

/**
 * A function that a step runs.
 *
 * @param function the function
 * @param place what runs it
 * @param batchInputs names of the inputs whose first axis is the batch
 * @param renewed names of the outputs that are new values of inputs
 */
public record Part(
        MilFunction function, Place place, Set<String> batchInputs, Set<String> renewed) {
    /** What runs a function. */
    public enum Place {
        /** The Neural Engine, as far as nothing known keeps an operation off it. */
        NEURAL_ENGINE,
        /** The CPU, which is as fast as the memory. */
        CPU
    }

    /** Copies the sets. */
    public Part {
        batchInputs = Set.copyOf(batchInputs);
        renewed = Set.copyOf(renewed);
    }

    /** Returns whether the function fixes the lengths of all axes. */
    boolean isFixed() {
        return Stream.concat(
                        function.ports().stream(),
                        function.calls().stream().flatMap(call -> call.outputs().stream()))
                .allMatch(MilValue::isStatic);
    }

    /** Returns what the lint says of the function. */
    FunctionPlacement placement() {
        return PlacementLint.judge(function);
    }
}
