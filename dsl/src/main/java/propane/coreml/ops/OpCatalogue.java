package propane.coreml.ops;

import propane.spi.op.Leaf;
import propane.spi.op.Op;
import propane.spi.op.OpSchema;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The operations of MIL, and which records of ours stand for them. */
public final class OpCatalogue {
    private static final Map<String, Signature> SIGNATURES = signatures();
    private static final Map<String, Class<? extends Op>> RECORDS = records();
    private static final Map<String, String> LEFT_OUT = leftOut();

    private OpCatalogue() {}

    /** Returns what MIL says of an operation, if it has it. */
    public static Optional<Signature> signature(String name) {
        return Optional.ofNullable(SIGNATURES.get(name));
    }

    /** Returns the record that stands for an operation, if there is one. */
    public static Optional<Class<? extends Op>> record(String name) {
        return Optional.ofNullable(RECORDS.get(name));
    }

    /** Returns all records that stand for operations of MIL, by its names. */
    static Collection<Class<? extends Op>> all() {
        return RECORDS.values();
    }

    /** Returns why there is no record for operations of MIL, by their names. */
    public static Map<String, String> reasons() {
        return LEFT_OUT;
    }

    /** Returns all names of operations of MIL. */
    public static Set<String> names() {
        return SIGNATURES.keySet();
    }

    private static Map<String, Signature> signatures() {
        var found = new TreeMap<String, Signature>();
        lines("mil-ops.txt").map(Signature::parse).forEach(each -> found.put(each.name(), each));
        return found;
    }

    private static Map<String, String> leftOut() {
        var found = new TreeMap<String, String>();
        lines("mil-ops-left-out.txt")
                .map(line -> line.split(": ", 2))
                .forEach(line -> {
                    for (String name : line[0].split(" ")) {
                        found.put(name, line[1]);
                    }
                });
        return found;
    }

    private static Stream<String> lines(String file) {
        try (var in = OpCatalogue.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new AssertionError("the table " + file + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, Class<? extends Op>> records() {
        var found = new TreeMap<String, Class<? extends Op>>();
        collect(Op.class, found);
        return found;
    }

    private static void collect(Class<?> type, Map<String, Class<? extends Op>> found) {
        if (type.isSealed()) {
            for (Class<?> inner : type.getPermittedSubclasses()) {
                collect(inner, found);
            }
        } else if (type.isRecord() && !Leaf.class.isAssignableFrom(type)) {
            Class<? extends Op> op = type.asSubclass(Op.class);
            String name = OpSchema.of(op).name();
            if (SIGNATURES.containsKey(name)) {
                found.put(name, op);
            }
        }
    }
}
