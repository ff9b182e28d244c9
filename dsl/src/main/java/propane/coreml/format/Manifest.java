package propane.coreml.format;

import propane.json.Json;
import propane.json.JsonField;
import propane.tensor.FormatException;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;

/**
 * The table of contents of a package, its file {@code Manifest.json}.
 *
 * @param items what the package holds
 * @param root the identifier of the item that is the model
 */
public record Manifest(List<Item> items, String root) {
    /** The author of what Core ML knows, and the folder that it lies in. */
    public static final String AUTHOR = "com.apple.CoreML";

    /** The name of the model's file. */
    public static final String MODEL = "model.mlmodel";

    /** The name of the folder of weights. */
    public static final String WEIGHTS = "weights";

    private static final String VERSION = "1.0.0";

    /**
     * One entry.
     *
     * @param identifier a name of its own
     * @param author who made it
     * @param description what it is
     * @param name its file's name
     * @param path where it lies under {@code Data}
     */
    record Item(String identifier, String author, String description, String name, String path) {}

    /** Copies the list. */
    public Manifest {
        items = List.copyOf(items);
    }

    /** Returns the contents of a package of ours. */
    public static Manifest of(boolean weights) {
        var items = new ArrayList<Item>();
        Item model = item(MODEL, "CoreML Model Specification");
        items.add(model);
        if (weights) {
            items.add(item(WEIGHTS, "CoreML Model Weights"));
        }
        return new Manifest(items, model.identifier());
    }

    private static Item item(String name, String description) {
        String path = AUTHOR + '/' + name;
        // From the name alone: the same package has the same bytes, whenever it is written.
        var id = UUID.nameUUIDFromBytes(path.getBytes(StandardCharsets.UTF_8));
        return new Item(id.toString(), AUTHOR, description, name, path);
    }

    /** Returns the item that is the model. */
    Item model() {
        return items.stream()
                .filter(item -> item.identifier().equals(root))
                .findFirst()
                .orElseThrow();
    }

    /** Returns the text of the file. */
    public String text() {
        var entries = Json.object();
        for (Item item : items) {
            entries =
                    entries.with(
                            item.identifier(),
                            Json.object()
                                    .with("author", item.author())
                                    .with("description", item.description())
                                    .with("name", item.name())
                                    .with("path", item.path()));
        }
        return Json.object()
                        .with("fileFormatVersion", VERSION)
                        .with("itemInfoEntries", entries)
                        .with("rootModelIdentifier", root)
                        .indented()
                + '\n';
    }

    /**
     * Reads the file's text.
     *
     * @param origin the file, for messages
     * @throws FormatException if a field is missing or is not what it must be
     */
    static Manifest parse(String text, String origin) {
        var json = JsonField.parse(text, origin);
        checkVersion(json.at("fileFormatVersion"));
        var items = new ArrayList<Item>();
        var identifiers = new HashSet<String>();
        json.at("itemInfoEntries")
                .members()
                .forEach((identifier, entry) -> {
                    identifiers.add(identifier);
                    items.add(
                            new Item(
                                    identifier,
                                    entry.at("author").string(),
                                    entry.at("description").string(),
                                    entry.at("name").string(),
                                    entry.at("path").string()));
                });
        var root = json.at("rootModelIdentifier");
        if (!identifiers.contains(root.string())) {
            throw root.error("names " + root.string() + ", which is none of the items");
        }
        return new Manifest(items, root.string());
    }

    private static void checkVersion(JsonField field) {
        String version = field.string();
        if (!version.matches("\\d{1,9}\\.\\d{1,9}\\.\\d{1,9}")) {
            throw field.error("must be three numbers with points, as 1.0.0, is " + version);
        }
        if (!version.matches("0+\\..*|0*1\\.0+\\.0+")) {
            throw field.error("is " + version + "; can be read: up to " + VERSION);
        }
    }
}
