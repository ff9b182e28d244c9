package propane.coreml;

import propane.coreml.format.MilParts;
import propane.coreml.format.MlPackage;
import propane.coreml.format.PackagePorts;
import propane.coreml.proto.Mil;
import propane.coreml.read.ModelReader;
import propane.json.Json;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.tensor.TensorType;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the stand-in for Core ML must know of a package, taken from the package alone, whoever wrote
 * it: its features, and its program with states as plain inputs and outputs. Ports are called as
 * the features are.
 */
public final class StandInPackage {
    /**
     * The function whose only result is the loss of one sample, in packages that can be trained.
     */
    public static final String UPDATE = "update";

    private final Map<String, Program.Function> program = new LinkedHashMap<>();
    private final Map<String, String> metadata;
    private final Map<String, Map<String, String>> writes = new TreeMap<>();

    private StandInPackage(MlPackage opened) {
        var model = opened.read().toBuilder();
        this.metadata = model.getDescription().getMetadata().getUserDefinedMap();
        // Ports are called by what the package says, not by what it says they are for.
        model.getDescriptionBuilder().getMetadataBuilder().removeUserDefined(PackagePorts.KEY);
        Map<String, Mil.Function> functions = Map.copyOf(model.getMlProgram().getFunctionsMap());
        functions.forEach((name, function) ->
                model.getMlProgramBuilder().putFunctions(name, stateless(name, function)));
        new ModelReader(opened, model.build())
                .functions()
                .forEach(function -> program.put(function.name(), function));
    }

    /** Opens a package, or a copy of one. */
    public static StandInPackage open(Path path) {
        return new StandInPackage(MlPackage.open(path));
    }

    /** Returns a function: its inputs and, after them, what it keeps; its results likewise. */
    public Program.Function function(String name) {
        return program.get(name);
    }

    /**
     * Returns the names of the states of a function, each with the result that is its new value.
     */
    public Map<String, String> writes(String function) {
        return writes.get(function);
    }

    private Mil.Function stateless(String name, Mil.Function kept) {
        var function = kept.toBuilder();
        Mil.Block.Builder block = MilParts.block(function);
        Map<String, String> written = new TreeMap<>();
        for (Mil.NamedValueType.Builder input : function.getInputsBuilderList()) {
            if (input.getType().hasStateType()) {
                written.put(input.getName(), "");
                input.setType(input.getType().getStateType().getWrappedType());
            }
        }
        var operations = new ArrayList<Mil.Operation>();
        for (int i = 0; i < block.getOperationsCount(); i++) {
            Mil.Operation operation = block.getOperations(i);
            switch (operation.getType()) {
                case "read_state" -> {
                    String read = operation.getOutputs(0).getName();
                    block.getOperationsBuilderList()
                            .forEach(each ->
                                    MilParts.rename(each, read, operand(operation, "input")));
                }
                case "write_state" -> {
                    String value = operand(operation, "data");
                    written.put(operand(operation, "input"), value);
                    block.addOutputs(value);
                }
                default -> operations.add(operation);
            }
        }
        writes.put(name, written);
        block.clearOperations().addAllOperations(operations);
        return function.putBlockSpecializations(function.getOpset(), block.build()).build();
    }

    private static String operand(Mil.Operation operation, String parameter) {
        return operation.getInputsOrThrow(parameter).getArguments(0).getName();
    }

    /**
     * Returns the stand-in's description as JSON.
     *
     * @param backed whether outputs are written into memory that is given for them
     */
    public String json(boolean backed) {
        var functions = Json.object();
        for (Program.Function function : program.values()) {
            functions = functions.with(function.name(), features(function, backed));
        }
        var told = Json.object();
        for (var entry : metadata.entrySet()) {
            told = told.with(entry.getKey(), entry.getValue());
        }
        var json =
                Json.object()
                        .with("defaultFunction", program.keySet().iterator().next())
                        .with("metadata", told)
                        .with("functions", functions);
        boolean isUpdatable = program.containsKey(UPDATE) && function(UPDATE).outputs().size() == 1;
        return (isUpdatable ? json.with(UPDATE, features(function(UPDATE), true)) : json).text();
    }

    private Json.Members features(Program.Function function, boolean backed) {
        Map<String, String> kept = writes(function.name());
        var inputs = new ArrayList<Json>();
        var states = new ArrayList<Json>();
        for (Port port : function.inputs()) {
            (kept.containsKey(port.name()) ? states : inputs).add(feature(port));
        }
        List<Json> outputs =
                function.outputs().stream()
                        .filter(output -> !kept.containsValue(output.port().name()))
                        .map(output -> (Json) feature(output.port()).with("backed", backed))
                        .toList();
        return Json.object()
                .with("inputs", Json.array(inputs.toArray(Json[]::new)))
                .with("outputs", Json.array(outputs.toArray(Json[]::new)))
                .with("states", Json.array(states.toArray(Json[]::new)));
    }

    /** Arrays have at least one axis; a result without any is told to have one of length 1. */
    private static Json.Members feature(Port port) {
        TensorType type = port.type();
        List<Integer> dims = type.shape().rank() == 0 ? List.of(1) : type.shape().dims();
        return Json.object()
                .with("name", port.name())
                .with("dtype", type.dtype().name().toLowerCase(Locale.ROOT))
                .with("shape", Json.array(dims));
    }
}
