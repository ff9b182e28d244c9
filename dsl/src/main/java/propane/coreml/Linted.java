package propane.coreml;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;

import propane.coreml.lint.Finding;
import propane.coreml.lint.FunctionPlacement;
import propane.coreml.lint.MilFunction;
import propane.coreml.lint.PlacementReport;
import propane.coreml.proto.Mil;
import propane.coreml.proto.Model;
import propane.ffm.disk.Disk;
import propane.spi.Program;
import propane.spi.op.Role;
import propane.tensor.FormatException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Puts a package, or a program that is to become one, before the placement lint. */
final class Linted {
    /** Kinds of pipelines, and the fields that lead from each to its models. */
    private static final Map<Integer, List<Integer>> PIPELINES =
            Map.of(202, List.of(), 200, List.of(1), 201, List.of(1));

    private static final int MODELS = 1;
    private static final int DEEPEST = 8;

    private final MlPackage origin;

    private Linted(MlPackage origin) {
        this.origin = origin;
    }

    /**
     * Judges what a package holds.
     *
     * @throws FormatException if there is nothing in it to judge, or it is broken
     */
    static PlacementReport report(MlPackage origin) {
        Model model = origin.read();
        int version = model.getSpecificationVersion();
        String title =
                String.format(
                        Locale.ROOT,
                        "%s: %s, specification %d (%s)",
                        origin.path().getFileName(),
                        ModelKind.of(model),
                        version,
                        Opset.systems(version));
        List<FunctionPlacement> functions;
        try {
            functions = new Linted(origin).functions(model, 0);
        } catch (InvalidProtocolBufferException e) {
            throw new FormatException(
                    origin.model() + ": its network is broken: " + e.getMessage(), e);
        }
        if (functions.isEmpty()) {
            throw new FormatException(
                    origin.model()
                            + ": is "
                            + ModelKind.of(model)
                            + "; ML Programs, neural networks and pipelines of them can be judged");
        }
        return new PlacementReport(title, functions);
    }

    private List<FunctionPlacement> functions(Model model, int depth)
            throws InvalidProtocolBufferException {
        if (depth > DEEPEST) {
            throw new FormatException(
                    origin.model()
                            + ": pipelines stand in each other more than "
                            + DEEPEST
                            + " deep");
        }
        if (model.hasMlProgram()) {
            return views(origin, model).stream().map(FunctionPlacement::of).toList();
        }
        var classic = ClassicView.of(model);
        if (classic.isPresent()) {
            var placed =
                    FunctionPlacement.of(classic.get())
                            .with(
                                    Finding.remark(
                                            "classic layers declare no shapes: work, memory and"
                                                    + " lengths of axes cannot be told"));
            return List.of(model.getIsUpdatable() ? placed.with(updatable()) : placed);
        }
        var all = new ArrayList<FunctionPlacement>();
        for (Map.Entry<Integer, List<Integer>> kind : PIPELINES.entrySet()) {
            for (ByteString bytes :
                    model.getUnknownFields().getField(kind.getKey()).getLengthDelimitedList()) {
                all.addAll(pipeline(bytes, kind.getValue(), depth + 1));
            }
        }
        return all;
    }

    private static Finding updatable() {
        return Finding.remark(
                "updatable: nobody is known to have seen Core ML's own updates on the Neural"
                        + " Engine");
    }

    private List<FunctionPlacement> pipeline(ByteString bytes, List<Integer> way, int depth)
            throws InvalidProtocolBufferException {
        ByteString pipeline = bytes;
        for (int field : way) {
            var inner = UnknownFieldSet.parseFrom(pipeline).getField(field);
            pipeline = inner.getLengthDelimitedList().stream().findFirst().orElse(ByteString.EMPTY);
        }
        var all = new ArrayList<FunctionPlacement>();
        int number = 0;
        for (ByteString each :
                UnknownFieldSet.parseFrom(pipeline).getField(MODELS).getLengthDelimitedList()) {
            number++;
            for (FunctionPlacement function : functions(Model.parseFrom(each), depth)) {
                all.add(function.named("model " + number + ", " + function.name()));
            }
        }
        return all;
    }

    /** Returns the functions of an ML Program as the lint sees them. */
    static List<MilFunction> views(MlPackage origin, Model model) {
        var reader = new ModelReader(origin, model);
        PackagePorts described = reader.told();
        var all = new ArrayList<MilFunction>();
        for (String name : reader.names()) {
            Mil.Function function = model.getMlProgram().getFunctionsMap().get(name);
            if (function == null) {
                throw new FormatException(origin.model() + ": there is no function " + name);
            }
            if (!function.containsBlockSpecializations(function.getOpset())) {
                throw new FormatException(
                        origin.model()
                                + ": function "
                                + name
                                + " has no body for its opset "
                                + function.getOpset());
            }
            all.add(MilView.of(described.called(name), function, weights(described, name)));
        }
        return all;
    }

    private static Set<String> weights(PackagePorts ports, String function) {
        Set<String> names = new HashSet<>();
        for (FunctionPorts each : ports.functions()) {
            if (each.name().equals(function)) {
                each.inputs().stream()
                        .filter(input -> input.port().role() == Role.WEIGHT)
                        .forEach(input -> names.add(input.name()));
            }
        }
        return names;
    }

    /**
     * Judges a program that is lowered already.
     *
     * @throws propane.tensor.EngineException if an op has no form in Core ML
     */
    static PlacementReport report(Program lowered, String title) {
        return new PlacementReport(
                title, views(lowered).stream().map(FunctionPlacement::of).toList());
    }

    /**
     * Returns the functions of a program that is lowered already as the lint sees them.
     *
     * @throws propane.tensor.EngineException if an op has no form in Core ML
     */
    static List<MilFunction> views(Program lowered) {
        PackagePorts ports = PackagePorts.of(lowered);
        var all = new ArrayList<MilFunction>();
        try {
            Path folder = Files.createTempDirectory("propane");
            Path file = folder.resolve("weight.bin");
            try (var weights = new WeightFileWriter(Disk.system().create(file))) {
                for (Program.Function function : lowered.functions()) {
                    FunctionPorts names = ports.function(function.name());
                    Mil.Function written =
                            new FunctionWriter(
                                            function,
                                            names,
                                            new MilConstants(weights, HeldWeights.NONE))
                                    .write();
                    all.add(MilView.of(function.name(), written, weights(ports, names.name())));
                }
            } finally {
                Files.deleteIfExists(file);
                Files.delete(folder);
            }
        } catch (IOException e) {
            throw new FormatException("a program could not be written: " + e.getMessage(), e);
        }
        return all;
    }
}
