package propane.coreml;

import propane.coreml.format.MlPackage;
import propane.coreml.lowering.PortLayout;
import propane.json.JsonField;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.spi.op.CounterRandom;
import propane.spi.op.Port;
import propane.spi.op.RandomNumbers;
import propane.spi.op.Role;
import propane.tensor.NDArray;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A package that was read back, its functions run by the interpreter as a host must run them:
 * values by their paths, random numbers drawn, float16 made of what everybody knows in float32.
 */
public final class PackageRun {
    private static final String HALF = "half/";
    private static final String NORMAL = "random/normal/";
    private static final String UNIFORM = "random/uniform/";

    private final Program program;
    private final JsonField start;
    private final Map<String, String> told;

    /** Reads a training package. */
    public PackageRun(Path mlpackage) {
        this.program = CoreMl.read(mlpackage);
        var metadata = MlPackage.open(mlpackage).read().getDescription().getMetadata();
        this.told = Map.copyOf(metadata.getUserDefinedMap());
        this.start = JsonField.parse(told.getOrDefault("propane.start", "{}"), "start");
    }

    /** Returns what the package's metadata tell under a key. */
    public String told(String key) {
        return told.get(key);
    }

    /** Returns the program as it was read. */
    public Program program() {
        return program;
    }

    /** Returns counters, the seed and rates as the package's metadata tell them. */
    public Map<String, NDArray> start() {
        var values = new LinkedHashMap<String, NDArray>();
        start.members()
                .forEach((path, numbers) -> {
                    double[] elements =
                            numbers.items().stream().mapToDouble(JsonField::number).toArray();
                    boolean whole = List.of("step", "updates", "seed").contains(path);
                    int[] ints = new int[elements.length];
                    float[] floats = new float[elements.length];
                    for (int i = 0; i < elements.length; i++) {
                        ints[i] = (int) elements[i];
                        floats[i] = (float) elements[i];
                    }
                    values.put(path, whole ? NDArray.of(ints) : NDArray.of(floats));
                });
        return values;
    }

    /**
     * Runs a function.
     *
     * @param values the state, the examples, the seed and the rates by their paths
     * @return what it gives, by path, as everybody knows it
     */
    public Map<String, NDArray> run(String function, Map<String, NDArray> values) {
        Program.Function body = program.function(function);
        var given = new HashMap<String, NDArray>();
        for (Port port : body.inputs()) {
            String path = plain(port.name());
            NDArray value =
                    port.role() == Role.RANDOM
                            ? drawn(isHalf(port) ? wholes(port).getFirst() : port, values)
                            : values.get(path);
            if (value == null) {
                throw new AssertionError(function + ": there is no value for " + port);
            }
            given.put(
                    port.name(),
                    isHalf(port)
                            ? new PortLayout(new Port(path, port.role(), value.type()), port)
                                    .lower(value)
                            : value);
        }
        var found = new LinkedHashMap<String, NDArray>();
        Map<String, NDArray> results = Interpreter.run(body, given);
        for (Program.Output output : body.outputs()) {
            Port port = output.port();
            NDArray value = results.get(port.name());
            if (!isHalf(port)) {
                found.put(port.name(), value);
            }
            for (Port whole : isHalf(port) ? wholes(port) : List.<Port>of()) {
                found.put(whole.name(), new PortLayout(whole, port).raise(value));
            }
        }
        return found;
    }

    private static boolean isHalf(Port port) {
        return port.name().startsWith(HALF);
    }

    private static String plain(String path) {
        return path.startsWith(HALF) ? path.substring(HALF.length()) : path;
    }

    /** Returns the port that one in float16 stands for, as another function of a step has it. */
    private List<Port> wholes(Port half) {
        return program.functions().stream()
                .filter(function -> !function.name().startsWith("predict"))
                .flatMap(function -> function.ports().stream())
                .filter(port -> port.name().equals(plain(half.name())))
                .filter(port -> port.role() == half.role())
                .distinct()
                .toList();
    }

    private static NDArray drawn(Port port, Map<String, NDArray> values) {
        String path = port.name();
        boolean normal = path.startsWith(NORMAL);
        long stream = CounterRandom.stream(path.substring((normal ? NORMAL : UNIFORM).length()));
        int[] seed = values.get("seed").ints();
        long mixed = RandomNumbers.seedOf(seed[0], seed[1], values.get("step").ints()[0]);
        float[] numbers = new float[port.type().shape().size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] =
                    normal
                            ? (float) CounterRandom.normal(mixed, stream, i)
                            : CounterRandom.uniform(mixed, stream, i);
        }
        return NDArray.of(numbers, port.type().shape());
    }
}
