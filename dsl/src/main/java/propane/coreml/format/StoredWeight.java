package propane.coreml.format;

import propane.json.Json;
import propane.json.JsonField;
import propane.tensor.FormatException;
import propane.tensor.TensorType;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where a weight stands in a package, so that an app can write another one in its place. The
 * package's user metadata tell it of all weights under {@link #KEY}: by path {@code {"offset": 64,
 * "shape": [10, 64], "type": "fp16"}}.
 *
 * @param offset where in {@code weights/weight.bin} the 64 bytes begin that describe it, in bytes;
 *     the numbers themselves follow, row-major
 * @param type its element type and shape
 */
public record StoredWeight(long offset, TensorType type) {
    /** The key of the user metadata that holds the JSON text. */
    public static final String KEY = "propane.weights";

    private Json json() {
        return Json.object()
                .with("offset", offset)
                .with("shape", Json.array(type.shape().dims()))
                .with("type", type.dtype().mil());
    }

    /** Returns the JSON text that stands in the package. */
    public static String text(Map<String, StoredWeight> weights) {
        var json = Json.object();
        for (Map.Entry<String, StoredWeight> weight : weights.entrySet()) {
            json = json.with(weight.getKey(), weight.getValue().json());
        }
        return json.text();
    }

    /**
     * Reads the JSON text of a package.
     *
     * @param origin the file, for messages
     * @throws FormatException if a member is missing or is not what it must be
     */
    public static Map<String, StoredWeight> parse(String text, String origin) {
        var weights = new LinkedHashMap<String, StoredWeight>();
        JsonField.parse(text, origin + ": metadata " + KEY)
                .members()
                .forEach((path, json) -> weights.put(path, read(json)));
        return weights;
    }

    private static StoredWeight read(JsonField json) {
        return new StoredWeight(json.at("offset").whole(), PackagePort.type(json));
    }
}
