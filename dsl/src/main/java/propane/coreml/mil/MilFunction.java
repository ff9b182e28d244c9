package propane.coreml.mil;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A function of a MIL program.
 *
 * @param name its name
 * @param inputs what it takes
 * @param outputs what it gives
 * @param calls its operations in order, those in branches and loops too, constants not
 * @param weights how many numbers are its weights: constants, and inputs that are known to be
 *     weights
 * @param weightBytes how many bytes the weights take
 */
public record MilFunction(
        String name,
        List<MilValue> inputs,
        List<MilValue> outputs,
        List<MilCall> calls,
        long weights,
        long weightBytes) {
    /** Copies the lists. */
    public MilFunction {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        calls = List.copyOf(calls);
    }

    /** Returns what goes in and out. */
    public Set<MilValue> ports() {
        var all = new LinkedHashSet<>(inputs);
        all.addAll(outputs);
        return all;
    }

    /** Returns all values that are there while it runs. */
    public Set<MilValue> values() {
        Set<MilValue> all = ports();
        calls.forEach(call -> all.addAll(call.outputs()));
        return all;
    }

    /** Returns its name and how many operations it has. */
    @Override
    public String toString() {
        return name + ": " + calls.size() + " operations";
    }
}
