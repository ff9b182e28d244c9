package propane.coreml.estimate;

import propane.coreml.format.FunctionPorts;
import propane.coreml.format.PackagePort;
import propane.coreml.format.PackagePorts;
import propane.coreml.mil.MilFunction;
import propane.spi.Program;
import propane.spi.op.Role;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What of a program is run in one step: of a training gradients and update, of others what
 * predicts, else the first function.
 *
 * @param what what the step does
 * @param parts the functions it runs, one after another
 * @param examples how many examples they take; 0 where that is not known
 */
public record Step(String what, List<Part> parts, long examples) {
    private static final String GRADIENTS = Program.Function.GRADIENTS;
    private static final String UPDATE = Program.Function.UPDATE;
    private static final String PREDICT = Program.Function.PREDICT;

    /** Copies the list. */
    public Step {
        parts = List.copyOf(parts);
    }

    /**
     * Returns the step of a program.
     *
     * @param functions its functions, at least one
     * @param ports what is told of their ports
     */
    public static Step of(List<MilFunction> functions, PackagePorts ports) {
        Map<String, MilFunction> named = new TreeMap<>();
        for (MilFunction function : functions) {
            var known = ports(function, ports).map(FunctionPorts::function);
            named.put(known.orElse(function.name()), function);
        }
        boolean isTraining = named.containsKey(GRADIENTS);
        var parts = new ArrayList<Part>();
        if (isTraining) {
            parts.add(part(named.get(GRADIENTS), Part.Place.NEURAL_ENGINE, ports));
            if (named.containsKey(UPDATE)) {
                parts.add(part(named.get(UPDATE), Part.Place.CPU, ports));
            }
        } else {
            MilFunction first = named.getOrDefault(PREDICT, functions.getFirst());
            parts.add(part(first, Part.Place.NEURAL_ENGINE, ports));
        }
        return new Step(
                isTraining ? "a training step" : "a prediction",
                parts,
                batch(ports, parts.getFirst()));
    }

    /** Returns this of a known number of examples. */
    public Step of(long batch) {
        return new Step(what, parts, batch);
    }

    private static Part part(MilFunction function, Part.Place place, PackagePorts ports) {
        Set<String> batch = new HashSet<>();
        Set<String> renewed = new HashSet<>();
        for (FunctionPorts each : ports(function, ports).stream().toList()) {
            for (PackagePort input : each.inputs()) {
                Role role = input.port().role();
                if (role == Role.BATCH || role == Role.RANDOM) {
                    batch.add(input.name());
                }
            }
            for (PackagePort output : each.outputs()) {
                if (!output.replaces().isEmpty()) {
                    renewed.add(output.name());
                }
            }
        }
        return new Part(function, place, batch, renewed);
    }

    private static Optional<FunctionPorts> ports(MilFunction function, PackagePorts ports) {
        return ports.functions().stream()
                .filter(each ->
                        each.name().equals(function.name())
                                || each.function().equals(function.name()))
                .findFirst();
    }

    /** The first axis of what the function takes of examples; 0 where the package is silent. */
    private static long batch(PackagePorts ports, Part part) {
        return ports(part.function(), ports).stream()
                .flatMap(each -> each.inputs().stream())
                .filter(input -> input.port().role() == Role.BATCH)
                // A single row is lengthened to 64 bytes, and no longer as long as the batch.
                .filter(input -> input.port().type().shape().rank() > 1)
                .mapToLong(input -> input.port().type().shape().dim(0))
                .min()
                .orElse(0);
    }

    /** Returns what it does with how many examples. */
    @Override
    public String toString() {
        return what + ", " + examples + " examples";
    }
}
