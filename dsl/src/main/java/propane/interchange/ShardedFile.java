package propane.interchange;

import propane.json.JsonField;
import propane.reading.Bounds;
import propane.tensor.FormatException;
import propane.tensor.NDArray;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Arrays cut into several files, with an index in JSON beside them that says which is where, as
 * Hugging Face's libraries write large models.
 */
final class ShardedFile {
    /** How the names of such an index end. */
    static final String ENDING = ".index.json";

    private static final long LARGEST = 64 << 20;

    private ShardedFile() {}

    static Map<String, NDArray> read(Path index) {
        JsonField all = JsonField.read(index, LARGEST);
        var shards = new LinkedHashMap<String, Map<String, NDArray>>();
        var arrays = new LinkedHashMap<String, NDArray>();
        for (Map.Entry<String, JsonField> entry : all.at("weight_map").members().entrySet()) {
            String file = entry.getValue().string();
            if (!shards.containsKey(file)) {
                shards.put(file, ForeignWeights.read(beside(index, entry.getValue()), ""));
            }
            NDArray array = shards.get(file).get(entry.getKey());
            if (array == null) {
                throw entry.getValue()
                        .error("names " + Bounds.shown(file) + ", which has no array of that name");
            }
            arrays.put(entry.getKey(), array);
        }
        for (Map.Entry<String, Map<String, NDArray>> shard : shards.entrySet()) {
            for (String name : shard.getValue().keySet()) {
                if (!arrays.containsKey(name)) {
                    throw new FormatException(
                            index + ": does not tell of " + name + " in " + shard.getKey());
                }
            }
        }
        return arrays;
    }

    private static Path beside(Path index, JsonField field) {
        String file = field.string();
        boolean isPlain =
                !file.isEmpty()
                        && !file.startsWith(".")
                        && file.chars().noneMatch(c -> c == '/' || c == '\\' || c == ':' || c == 0);
        if (!isPlain || file.endsWith(ENDING)) {
            throw field.error("must be the name of a file beside it, is " + Bounds.shown(file));
        }
        Path shard = index.resolveSibling(file);
        if (!Files.isRegularFile(shard)) {
            throw field.error("names " + Bounds.shown(file) + ", which is not beside it");
        }
        return shard;
    }
}
