package propane.coreml;

import propane.coreml.estimate.DeviceTable;
import propane.coreml.estimate.EstimateReport;
import propane.coreml.estimate.Part;
import propane.coreml.lint.MilFunction;
import propane.coreml.proto.Model;
import propane.spi.Preconditions;
import propane.spi.Program;
import propane.spi.op.Role;
import propane.tensor.FormatException;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;

/** Estimates what a step of a package, or of a program that is to become one, would take. */
final class Estimated {
    private static final String GRADIENTS = Program.Function.GRADIENTS;
    private static final String UPDATE = Program.Function.UPDATE;
    private static final String PREDICT = Program.Function.PREDICT;

    private Estimated() {}

    /**
     * Estimates a package: of a training gradients and update, of others what predicts, else the
     * first function.
     *
     * @throws FormatException if it is no ML Program, or broken
     */
    static EstimateReport report(MlPackage origin, DeviceTable table) {
        Model model = origin.read();
        var reader = new ModelReader(origin, model);
        reader.requireProgram();
        if (model.getMlProgram().getFunctionsCount() == 0) {
            throw new FormatException(origin.path() + ": its program has no function to estimate");
        }
        PackagePorts ports = reader.told();
        String title = origin.path().getFileName().toString();
        return report(title, Linted.views(origin, model), ports, OptionalLong.empty(), table);
    }

    /**
     * Estimates a program that is lowered already.
     *
     * @param batch how many examples its functions take
     */
    static EstimateReport report(Program lowered, long batch, DeviceTable table) {
        Preconditions.atLeast(1, "estimate: the number of examples", batch);
        Preconditions.atLeast(1, "estimate: the number of functions", lowered.functions().size());
        return report(
                "the program",
                Linted.views(lowered),
                PackagePorts.of(lowered),
                OptionalLong.of(batch),
                table);
    }

    private static EstimateReport report(
            String title,
            List<MilFunction> functions,
            PackagePorts ports,
            OptionalLong batch,
            DeviceTable table) {
        Map<String, MilFunction> named = new TreeMap<>();
        for (MilFunction function : functions) {
            var known = ports(function, ports).map(FunctionPorts::function);
            named.put(known.orElse(function.name()), function);
        }
        var parts = new ArrayList<Part>();
        String what = "";
        if (named.containsKey(GRADIENTS)) {
            what = ", a training step";
            parts.add(part(named.get(GRADIENTS), Part.Place.NEURAL_ENGINE, ports));
            if (named.containsKey(UPDATE)) {
                parts.add(part(named.get(UPDATE), Part.Place.CPU, ports));
            }
        } else {
            MilFunction first = named.getOrDefault(PREDICT, functions.getFirst());
            what = ", a prediction";
            parts.add(part(first, Part.Place.NEURAL_ENGINE, ports));
        }
        long examples = batch.orElseGet(() -> batch(ports, parts.getFirst()));
        return EstimateReport.of(title + what, parts, examples, table);
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
}
