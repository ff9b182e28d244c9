package propane.golden;

import static org.assertj.core.api.Assertions.fail;

import propane.json.Json;
import propane.json.JsonField;
import propane.safetensors.Safetensors;
import propane.tensor.NDArray;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * One file of reference vectors; {@code golden/README.md} among the test resources tells what the
 * files hold. {@code -Dpropane.golden=DIR} reads another folder of the same layout.
 *
 * @param folder ops, optimizers, schedules or training
 * @param name the file's name without its ending
 * @param json the case: what was computed, with which settings
 * @param arrays every array of the file, under its name there
 */
public record GoldenCase(String folder, String name, JsonField json, Map<String, NDArray> arrays) {

    /** The tolerance of outputs and gradients, relative to the largest golden element. */
    public static final double CLOSE = 1e-5;

    /** Returns all cases of a folder, sorted by name. */
    public static List<GoldenCase> all(String folder) {
        try (Stream<Path> files = Files.list(root().resolve(folder))) {
            return files.filter(file -> file.toString().endsWith(".safetensors"))
                    .sorted()
                    .map(file -> read(folder, file))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns one case. */
    public static GoldenCase of(String folder, String name) {
        return read(folder, root().resolve(folder).resolve(name + ".safetensors"));
    }

    /** Returns the folder of the folders. */
    public static Path root() {
        String given = System.getProperty("propane.golden", "");
        if (!given.isEmpty()) {
            return Path.of(given);
        }
        try {
            var own = GoldenCase.class.getResource("/golden/README.md");
            return Path.of(Objects.requireNonNull(own, "golden/README.md").toURI()).getParent();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static GoldenCase read(String folder, Path file) {
        Safetensors read = Safetensors.read(file);
        String ending = ".safetensors";
        String fileName = file.getFileName().toString();
        return new GoldenCase(
                folder,
                fileName.substring(0, fileName.length() - ending.length()),
                JsonField.parse(read.metadata().get("case"), file + ": case"),
                read.arrays());
    }

    /** Returns the op of a case of {@code ops}. */
    public String op() {
        return json.at("op").string();
    }

    /** Returns the attributes of a case of {@code ops}. */
    public JsonField attributes() {
        return json.at("attrs");
    }

    /** Returns an attribute that is one whole number, or several; one is repeated. */
    public List<Integer> ints(String attribute, int count, int otherwise) {
        if (!attributes().has(attribute)) {
            return Collections.nCopies(count, otherwise);
        }
        JsonField field = attributes().at(attribute);
        if (field.value() instanceof Json.Digits) {
            return Collections.nCopies(count, (int) field.whole());
        }
        var numbers = new ArrayList<Integer>();
        field.items().forEach(item -> numbers.add((int) item.whole()));
        return numbers;
    }

    /** Returns one array. */
    public NDArray array(String key) {
        NDArray array = arrays.get(key);
        if (array == null) {
            throw new AssertionError(this + " has no array " + key + "; has " + arrays.keySet());
        }
        return array;
    }

    /** Returns the arrays whose names begin with a prefix, without it, in the order of the file. */
    public Map<String, NDArray> arrays(String prefix) {
        var found = new LinkedHashMap<String, NDArray>();
        arrays.forEach((key, array) -> {
            if (key.startsWith(prefix)) {
                found.put(key.substring(prefix.length()), array);
            }
        });
        return found;
    }

    /**
     * Fails unless {@code max|actual − golden| ≤ tolerance · max|golden|} and the shapes agree.
     *
     * @param key the golden array's name
     * @param actual what was computed
     * @param tolerance relative to the largest golden element
     */
    public void requireClose(String key, NDArray actual, double tolerance) {
        requireClose(this + " " + key, actual, array(key), tolerance);
    }

    /** Fails unless {@code max|actual − golden| ≤ tolerance · max|golden|} and shapes agree. */
    public static void requireClose(String what, NDArray actual, NDArray golden, double tolerance) {
        if (!actual.shape().equals(golden.shape())) {
            fail(what + ": shape " + actual.shape() + ", golden has " + golden.shape());
        }
        double largest = 0;
        for (int i = 0; i < golden.size(); i++) {
            largest = Math.max(largest, Math.abs(golden.at(i)));
        }
        int beyond = 0;
        int worst = -1;
        double most = -1;
        for (int i = 0; i < golden.size(); i++) {
            double difference = Math.abs(actual.at(i) - golden.at(i));
            // Not "difference > bound": a NaN must fail.
            if (!(difference <= tolerance * largest)) {
                beyond++;
            }
            if (Double.isNaN(difference) || difference > most) {
                most = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
                worst = i;
            }
        }
        if (beyond > 0) {
            fail(
                    "%s: element %s is %s, golden %s; %.3g of the largest golden element %s,"
                            + " allowed %.3g; %d of %d elements are beyond",
                    what,
                    index(worst, golden),
                    actual.at(worst),
                    golden.at(worst),
                    most / largest,
                    largest,
                    tolerance,
                    beyond,
                    golden.size());
        }
    }

    private static String index(int flat, NDArray array) {
        var index = new ArrayList<Integer>();
        int[] strides = array.shape().strides();
        for (int axis = 0; axis < strides.length; axis++) {
            index.add(flat / strides[axis] % array.shape().dim(axis));
        }
        return index.toString();
    }

    @Override
    public String toString() {
        return folder + "/" + name;
    }
}
