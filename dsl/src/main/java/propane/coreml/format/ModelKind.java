package propane.coreml.format;

import propane.coreml.proto.Model;

import java.util.Map;
import java.util.TreeMap;

/** What kind of model a file holds; the field that is set tells, even of kinds we do not read. */
public final class ModelKind {
    private static final Map<Integer, String> KINDS =
            new TreeMap<>(
                    Map.ofEntries(
                            Map.entry(200, "a pipeline classifier"),
                            Map.entry(201, "a pipeline regressor"),
                            Map.entry(202, "a pipeline"),
                            Map.entry(303, "a neural network regressor"),
                            Map.entry(403, "a neural network classifier"),
                            Map.entry(404, "a nearest-neighbours classifier"),
                            Map.entry(500, "a neural network"),
                            Map.entry(555, "a custom model"),
                            Map.entry(556, "a linked model")));

    /** The field numbers of Model from here on are kinds of model. */
    private static final int FIRST_KIND = 200;

    private ModelKind() {}

    /** Returns the kind as words, for example {@code a neural network classifier}. */
    public static String of(Model model) {
        if (model.hasMlProgram()) {
            return "an ML Program";
        }
        return model.getUnknownFields().asMap().keySet().stream()
                .filter(field -> field >= FIRST_KIND)
                .findFirst()
                .map(field -> KINDS.getOrDefault(field, "a model of kind " + field))
                .orElse("a file without a model");
    }
}
