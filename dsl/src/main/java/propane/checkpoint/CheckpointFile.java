package propane.checkpoint;

import propane.json.Json;
import propane.json.JsonField;
import propane.reading.Border;
import propane.safetensors.Safetensors;
import propane.spi.op.Role;
import propane.tensor.FormatException;
import propane.tensor.NDArray;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/** How a checkpoint lies in a safetensors file. */
final class CheckpointFile {
    private static final String FORMAT = "propane.checkpoint";
    private static final int VERSION = 1;
    private static final List<Role> PARTS =
            List.of(Role.WEIGHT, Role.SLOT, Role.STATISTIC, Role.HYPER);

    private CheckpointFile() {}

    static boolean isOne(Safetensors file) {
        return FORMAT.equals(file.metadata().get("format"));
    }

    static Safetensors contents(Checkpoint checkpoint) {
        var arrays = new LinkedHashMap<String, NDArray>();
        var ports = new LinkedHashMap<String, Json>();
        for (Role role : PARTS) {
            Weights part = part(checkpoint, role);
            arrays.putAll(part.arrays());
            ports.put(role.toString(), names(part.paths()));
        }
        var run =
                Json.object()
                        .with("step", checkpoint.step())
                        .with("epoch", checkpoint.epoch())
                        .with("examples", checkpoint.examples())
                        .with("seed", checkpoint.seed())
                        .with("trainable", names(List.copyOf(checkpoint.trainable())))
                        .with("schedule", schedule(checkpoint.schedule()));
        var metadata = new LinkedHashMap<String, String>();
        metadata.put("format", FORMAT);
        metadata.put("version", String.valueOf(VERSION));
        metadata.put("run", run.text());
        metadata.put("ports", new Json.Members(ports).text());
        metadata.put("history", checkpoint.history());
        return new Safetensors(metadata, arrays);
    }

    static Checkpoint parse(Safetensors contents, String file) {
        return Border.read(file, () -> parsed(contents, file));
    }

    private static Checkpoint parsed(Safetensors contents, String file) {
        requireVersion(contents, file);
        JsonField run = text(contents, file, "run");
        JsonField ports = text(contents, file, "ports");
        var parts = new LinkedHashMap<Role, Weights>();
        var left = new LinkedHashMap<>(contents.arrays());
        for (Role role : PARTS) {
            var part = new LinkedHashMap<String, NDArray>();
            for (JsonField name : ports.at(role.toString()).items()) {
                NDArray array = left.remove(name.string());
                if (array == null) {
                    throw name.error("names no array of the file, or one already named");
                }
                part.put(name.string(), array);
            }
            parts.put(role, new Weights(part));
        }
        if (!left.isEmpty()) {
            throw ports.error("names no role for the arrays " + left.keySet());
        }
        return checkpoint(parts, run, text(contents, file, "history"));
    }

    private static Checkpoint checkpoint(
            Map<Role, Weights> parts, JsonField run, JsonField history) {
        var trainable = new LinkedHashSet<String>();
        for (JsonField path : run.at("trainable").items()) {
            if (!parts.get(Role.WEIGHT).has(path.string())) {
                throw path.error("names no weight: " + path.string());
            }
            trainable.add(path.string());
        }
        long step = run.at("step").whole();
        if (step < 0) {
            throw run.at("step").error("must not be negative, is " + step);
        }
        Json.Members schedule = object(run.at("schedule"));
        return new Checkpoint(
                parts.get(Role.WEIGHT),
                parts.get(Role.SLOT),
                parts.get(Role.STATISTIC),
                parts.get(Role.HYPER),
                trainable,
                step,
                run.at("epoch").whole(0, Integer.MAX_VALUE),
                examples(run),
                run.at("seed").whole(),
                schedule.text(),
                array(history).text());
    }

    /**
     * Returns what the text of schedules holds.
     *
     * @throws FormatException if it is no object in JSON
     */
    static Json.Members schedule(String text) {
        return object(JsonField.parse(text, "the checkpoint's schedule"));
    }

    /**
     * Returns what the text of the history holds.
     *
     * @throws FormatException if it is no array in JSON
     */
    static Json.Items history(String text) {
        return array(JsonField.parse(text, "the checkpoint's history"));
    }

    private static Json.Members object(JsonField field) {
        if (field.value() instanceof Json.Members members) {
            return members;
        }
        throw field.error("must be an object");
    }

    private static Json.Items array(JsonField field) {
        return new Json.Items(field.items().stream().map(JsonField::value).toList());
    }

    /** Returns the place within an epoch; release 0.1 told it in batches. */
    private static int examples(JsonField run) {
        if (run.has("examples")) {
            return run.at("examples").whole(0, Integer.MAX_VALUE);
        }
        int batches = run.at("batch").whole(0, Integer.MAX_VALUE);
        if (batches == 0) {
            return 0;
        }
        long examples =
                (long) batches * run.at("schedule").at("batch_size").whole(1, Integer.MAX_VALUE);
        if (examples > Integer.MAX_VALUE) {
            throw run.at("batch").error("has its place beyond 2^31 examples");
        }
        return (int) examples;
    }

    private static void requireVersion(Safetensors contents, String file) {
        String version = contents.metadata().getOrDefault("version", "");
        if (!version.equals(String.valueOf(VERSION))) {
            throw new FormatException(
                    file,
                    "field __metadata__.version is \""
                            + version
                            + "\"; this release reads checkpoints of version "
                            + VERSION);
        }
    }

    private static JsonField text(Safetensors contents, String file, String key) {
        String text = contents.metadata().get(key);
        if (text == null) {
            throw new FormatException(file, "field __metadata__." + key + " is missing");
        }
        return JsonField.parse(text, file + ": __metadata__." + key);
    }

    private static Weights part(Checkpoint checkpoint, Role role) {
        return switch (role) {
            case WEIGHT -> checkpoint.weights();
            case SLOT -> checkpoint.slots();
            case STATISTIC -> checkpoint.statistics();
            case HYPER -> checkpoint.hypers();
            default -> throw new AssertionError(role);
        };
    }

    private static Json names(List<String> names) {
        var items = new ArrayList<Json>(names.size());
        names.forEach(name -> items.add(Json.of(name)));
        return new Json.Items(items);
    }
}
