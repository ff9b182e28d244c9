package propane.coreml.read;

import propane.coreml.format.FunctionPorts;
import propane.coreml.format.MilTypes;
import propane.coreml.format.MlPackage;
import propane.coreml.format.ModelKind;
import propane.coreml.format.PackagePort;
import propane.coreml.format.PackagePorts;
import propane.coreml.format.StoredWeight;
import propane.coreml.mil.MilFunction;
import propane.coreml.proto.FunctionDescription;
import propane.coreml.proto.Mil;
import propane.coreml.proto.Model;
import propane.reading.Border;
import propane.spi.ModelInterface;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.FormatException;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the program of a package. */
public final class ModelReader {
    private final MlPackage origin;
    private final Model model;
    private final PlainModel plain;

    /**
     * Prepares to read.
     *
     * @param origin the package, for messages and its weights
     * @param model what its model's file holds
     */
    public ModelReader(MlPackage origin, Model model) {
        this(origin, model, new PlainModel(Model.getDefaultInstance(), Map.of(), ""));
    }

    private ModelReader(MlPackage origin, Model model, PlainModel plain) {
        this.origin = origin;
        this.model = model;
        this.plain = plain;
    }

    /**
     * Prepares to read a model as one whose functions take and give arrays of fixed shapes alone.
     *
     * @throws FormatException if it is broken
     */
    public static ModelReader plain(MlPackage origin, Model model) {
        return of(origin, new PlainModel(model, Map.of(), origin.model().toString()));
    }

    /** Prepares to read a model whose functions were made plain. */
    static ModelReader of(MlPackage origin, PlainModel plain) {
        return new ModelReader(origin, plain.model(), plain);
    }

    /**
     * Returns the program.
     *
     * @throws FormatException if the model is no ML Program, has an op that no record of ours
     *     stands for, or is broken
     */
    public Program program() {
        var functions = functions();
        return Border.read(origin.model().toString(), () -> new Program(functions));
    }

    /** Returns the functions, each for itself: what a name means may differ from one to another. */
    public List<Program.Function> functions() {
        requireProgram();
        boolean isTold = !portsText().isEmpty();
        PackagePorts ports = isTold ? ports() : inputs();
        Map<String, String> shared = new HashMap<>();
        for (FunctionPorts function : ports.functions()) {
            for (PackagePort input : function.inputs()) {
                if (input.port().role().isShared()) {
                    shared.putIfAbsent(input.name(), input.port().name());
                }
            }
        }
        var functions = new ArrayList<Program.Function>();
        try (var values = new Values(origin, model.getSerializedSize())) {
            for (FunctionPorts function : ports.functions()) {
                Mil.Function found = model.getMlProgram().getFunctionsMap().get(function.name());
                if (found == null) {
                    throw new FormatException(
                            origin.model() + ": there is no function " + function.name());
                }
                var reader = new FunctionReader(found, function, values, origin.model().toString());
                functions.add(
                        isTold
                                ? reader.read(shared)
                                : reader.untold(plain.renewed(function.name())));
            }
            return functions;
        }
    }

    /**
     * Requires an ML Program.
     *
     * @throws FormatException if the model is of another kind
     */
    public void requireProgram() {
        if (!model.hasMlProgram()) {
            throw new FormatException(
                    origin.model() + ": is " + ModelKind.of(model) + ", no ML Program");
        }
    }

    /** Returns what the package says of its ports as text, empty if it says nothing. */
    public String portsText() {
        return model.getDescription().getMetadata().getUserDefinedOrDefault(PackagePorts.KEY, "");
    }

    /** Returns where weights stand by their paths; none where the package does not tell. */
    Map<String, StoredWeight> weights() {
        String text =
                model.getDescription()
                        .getMetadata()
                        .getUserDefinedOrDefault(StoredWeight.KEY, "{}");
        return StoredWeight.parse(text, origin.model().toString());
    }

    /** Returns the paths of weights by the names of the constants that are their values. */
    Map<String, String> paths() {
        Map<Long, String> places = new HashMap<>();
        weights().forEach((path, stored) -> places.put(stored.offset(), path));
        Map<String, String> paths = new HashMap<>();
        for (Mil.Function function : model.getMlProgram().getFunctionsMap().values()) {
            for (Mil.Block block : function.getBlockSpecializationsMap().values()) {
                for (Mil.Operation operation : block.getOperationsList()) {
                    Mil.Value value =
                            operation.getAttributesOrDefault("val", Mil.Value.getDefaultInstance());
                    String path = places.get(value.getBlobFileValue().getOffset());
                    if (value.hasBlobFileValue()
                            && path != null
                            && operation.getOutputsCount() == 1) {
                        paths.put(operation.getOutputs(0).getName(), path);
                    }
                }
            }
        }
        return paths;
    }

    /** Returns what inputs and outputs are to apps, by ports in place of names in Core ML. */
    ModelInterface shown(ModelInterface named) {
        Map<String, String> ports = new HashMap<>();
        for (FunctionPorts function : told().functions()) {
            function.inputs().forEach(port -> ports.put(port.name(), port.port().name()));
            function.outputs().forEach(port -> ports.put(port.name(), port.port().name()));
        }
        return new ModelInterface(
                moved(named.images(), ports),
                moved(named.labels(), ports),
                moved(named.shapes(), ports));
    }

    private static <T> Map<String, T> moved(Map<String, T> from, Map<String, String> ports) {
        var to = new LinkedHashMap<String, T>();
        from.forEach((name, value) -> to.put(ports.getOrDefault(name, name), value));
        return to;
    }

    /** Returns what the package says of its ports; no functions if it says nothing. */
    public PackagePorts told() {
        return portsText().isEmpty() ? new PackagePorts(List.of()) : ports();
    }

    /** Returns what the package says of its ports, or what its program shows of them. */
    PackagePorts ports() {
        String text = portsText();
        if (!text.isEmpty()) {
            return PackagePorts.parse(text, origin.model().toString());
        }
        var functions = new ArrayList<FunctionPorts>();
        for (String name : names()) {
            Mil.Function function =
                    model.getMlProgram()
                            .getFunctionsOrDefault(name, Mil.Function.getDefaultInstance());
            functions.add(
                    new FunctionPorts(
                            name,
                            name,
                            ports(function.getInputsList(), Role.BATCH, name),
                            ports(outputs(function), Role.RESULT, name)));
        }
        return new PackagePorts(functions);
    }

    /** Returns the inputs of functions that nobody told of; what they give is seen when read. */
    private PackagePorts inputs() {
        var functions = new ArrayList<FunctionPorts>();
        for (String name : names()) {
            Mil.Function function =
                    model.getMlProgram()
                            .getFunctionsOrDefault(name, Mil.Function.getDefaultInstance());
            var states = plain.renewed(name).values();
            var inputs = new ArrayList<PackagePort>();
            for (Mil.NamedValueType input : function.getInputsList()) {
                Role role = states.contains(input.getName()) ? Role.STATISTIC : Role.BATCH;
                inputs.addAll(ports(List.of(input), role, name));
            }
            functions.add(new FunctionPorts(name, name, inputs, List.of()));
        }
        return new PackagePorts(functions);
    }

    /** Returns the functions as the lint and the estimates see them. */
    public List<MilFunction> views() {
        PackagePorts described = told();
        var all = new ArrayList<MilFunction>();
        for (String name : names()) {
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
            all.add(MilView.of(described.called(name), function, described.weights(name)));
        }
        return all;
    }

    /** Returns the functions' names in the order in which they are described. */
    public List<String> names() {
        var description = model.getDescription();
        return description.getFunctionsCount() == 0
                ? List.copyOf(model.getMlProgram().getFunctionsMap().keySet())
                : description.getFunctionsList().stream()
                        .map(FunctionDescription::getName)
                        .toList();
    }

    private List<PackagePort> ports(List<Mil.NamedValueType> named, Role role, String function) {
        var ports = new ArrayList<PackagePort>();
        for (Mil.NamedValueType each : named) {
            String where = origin.model() + ": function " + function + ", " + each.getName();
            var type = MilTypes.read(each.getType(), where);
            ports.add(
                    new PackagePort(each.getName(), new Port(each.getName(), role, type), "", ""));
        }
        return ports;
    }

    /** Returns what a function gives, with the types that its operations declare. */
    public static List<Mil.NamedValueType> outputs(Mil.Function function) {
        var block =
                function.getBlockSpecializationsOrDefault(
                        function.getOpset(), Mil.Block.getDefaultInstance());
        Map<String, Mil.NamedValueType> made = new HashMap<>();
        function.getInputsList().forEach(input -> made.put(input.getName(), input));
        for (Mil.Operation operation : block.getOperationsList()) {
            operation.getOutputsList().forEach(output -> made.put(output.getName(), output));
        }
        return block.getOutputsList().stream()
                .map(name -> made.getOrDefault(name, Mil.NamedValueType.getDefaultInstance()))
                .toList();
    }
}
