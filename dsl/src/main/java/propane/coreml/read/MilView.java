package propane.coreml.read;

import propane.coreml.format.MilTypes;
import propane.coreml.mil.MilCall;
import propane.coreml.mil.MilFunction;
import propane.coreml.mil.MilValue;
import propane.coreml.proto.Mil;
import propane.reading.Bounds;

import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Shows a function to the placement lint, also one whose operations Propane does not have. */
public final class MilView {
    private static final String CONST = "const";

    /** Operations that make a constant of a smaller one when the program is compiled. */
    private static final String CONSTEXPR = "constexpr_";

    private final Map<String, MilValue> values = new HashMap<>();
    private final List<MilCall> calls = new ArrayList<>();
    private final Set<Mil.Value> stored = new HashSet<>();
    private final Set<String> weights;

    private MilView(Set<String> weights) {
        this.weights = weights;
    }

    /**
     * Returns what the lint needs to know of a function.
     *
     * @param weights names of inputs that are weights
     */
    public static MilFunction of(String name, Mil.Function function, Set<String> weights) {
        return new MilView(weights).view(name, function);
    }

    private MilFunction view(String name, Mil.Function function) {
        var inputs = new ArrayList<MilValue>();
        for (Mil.NamedValueType input : function.getInputsList()) {
            boolean state = input.getType().hasStateType();
            var origin = state ? MilValue.Origin.STATE : MilValue.Origin.INPUT;
            inputs.add(put(value(input, origin, "")));
        }
        Mil.Block block =
                function.getBlockSpecializationsOrDefault(
                        function.getOpset(), Mil.Block.getDefaultInstance());
        block(block, false);
        var outputs = block.getOutputsList().stream().map(this::known).toList();
        var given = inputs.stream().filter(input -> weights.contains(input.name())).toList();
        long count = given.stream().mapToLong(MilValue::count).sum() + constants();
        long bytes = given.stream().mapToLong(MilValue::bytes).sum() + storedBytes();
        return new MilFunction(name, inputs, outputs, calls, count, bytes);
    }

    /** Counts constants that are used; those of one number are no weights. */
    private long constants() {
        return calls.stream()
                .flatMap(call -> call.inputs().values().stream().flatMap(List::stream))
                .filter(value -> value.isConstant() && value.count() > 1)
                .filter(value -> value.isOf("fp16", "fp32", "bf16", "int8", "uint8"))
                .distinct()
                .mapToLong(MilValue::count)
                .sum();
    }

    private long storedBytes() {
        return stored.stream()
                .map(value -> value(named(value.getType()), MilValue.Origin.CONSTANT, ""))
                .filter(value -> value.count() > 1)
                .mapToLong(MilValue::bytes)
                .sum();
    }

    private static Mil.NamedValueType named(Mil.ValueType type) {
        return Mil.NamedValueType.newBuilder().setType(type).build();
    }

    private void block(Mil.Block block, boolean nested) {
        for (Mil.NamedValueType input : block.getInputsList()) {
            put(value(input, MilValue.Origin.COMPUTED, ""));
        }
        for (Mil.Operation operation : block.getOperationsList()) {
            boolean constant =
                    operation.getType().equals(CONST) || operation.getType().startsWith(CONSTEXPR);
            if (constant) {
                constant(operation);
            } else {
                call(operation, nested);
            }
            operation.getBlocksList().forEach(inner -> block(inner, true));
        }
    }

    private void constant(Mil.Operation operation) {
        for (Map.Entry<String, Mil.Value> attribute : operation.getAttributesMap().entrySet()) {
            if (!attribute.getKey().equals("name")) {
                stored.add(attribute.getValue());
            }
        }
        Mil.Value value = operation.getAttributesOrDefault("val", Mil.Value.getDefaultInstance());
        for (Mil.NamedValueType output : operation.getOutputsList()) {
            var type = operation.getType();
            put(value(output, MilValue.Origin.CONSTANT, type.equals(CONST) ? "" : type, value));
        }
    }

    private void call(Mil.Operation operation, boolean nested) {
        Map<String, List<MilValue>> inputs = new LinkedHashMap<>();
        operation.getInputsMap().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(input ->
                        inputs.put(
                                input.getKey(),
                                input.getValue().getArgumentsList().stream()
                                        .map(this::bound)
                                        .toList()));
        var outputs =
                operation.getOutputsList().stream()
                        .map(output -> value(output, MilValue.Origin.COMPUTED, operation.getType()))
                        .map(this::put)
                        .toList();
        // A long one would widen every row of a table of them.
        calls.add(new MilCall(Bounds.shown(operation.getType()), inputs, outputs, nested));
    }

    private MilValue bound(Mil.Argument.Binding binding) {
        return binding.hasValue()
                ? value(
                        named(binding.getValue().getType()),
                        MilValue.Origin.CONSTANT,
                        "",
                        binding.getValue())
                : known(binding.getName());
    }

    private MilValue put(MilValue value) {
        values.put(value.name(), value);
        return value;
    }

    /** Returns the value of a name; of one that is not made, nothing is known. */
    private MilValue known(String name) {
        return values.getOrDefault(
                name,
                new MilValue(
                        name, "unknown", List.of(), MilValue.Origin.COMPUTED, "", List.of(), ""));
    }

    private static MilValue value(Mil.NamedValueType named, MilValue.Origin origin, String maker) {
        return value(named, origin, maker, Mil.Value.getDefaultInstance());
    }

    private static MilValue value(
            Mil.NamedValueType named, MilValue.Origin origin, String maker, Mil.Value constant) {
        Mil.ValueType type =
                named.getType().hasStateType()
                        ? named.getType().getStateType().getWrappedType()
                        : named.getType();
        if (!type.hasTensorType()) {
            String what = type.getTypeCase().name().replace("TYPE", "").toLowerCase(Locale.ROOT);
            return new MilValue(named.getName(), what, List.of(), origin, maker, List.of(), "");
        }
        var dims =
                type.getTensorType().getDimensionsList().stream()
                        .map(dim ->
                                dim.hasConstant()
                                        ? Math.max(0, dim.getConstant().getSize())
                                        : MilValue.FLEXIBLE)
                        .toList();
        Mil.TensorValue tensor = constant.getImmediateValue().getTensor();
        var texts = tensor.getStrings().getValuesList();
        return new MilValue(
                named.getName(),
                MilTypes.name(type.getTensorType().getDataType()),
                dims,
                origin,
                maker,
                numbers(tensor, type.getTensorType().getDataType()),
                texts.isEmpty() ? "" : texts.getFirst());
    }

    private static List<Double> numbers(Mil.TensorValue tensor, Mil.DataType type) {
        Stream<Double> numbers =
                switch (tensor.getValueCase()) {
                    case FLOATS ->
                            tensor.getFloats().getValuesList().stream().map(Float::doubleValue);
                    case INTS ->
                            tensor.getInts().getValuesList().stream().map(Integer::doubleValue);
                    case BOOLS ->
                            tensor.getBools().getValuesList().stream().map(set -> set ? 1.0 : 0.0);
                    case BYTES -> bytes(tensor, type);
                    default -> Stream.empty();
                };
        return numbers.toList();
    }

    private static Stream<Double> bytes(Mil.TensorValue tensor, Mil.DataType type) {
        var buffer =
                tensor.getBytes().getValues().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        return switch (type) {
            case FLOAT16 ->
                    IntStream.range(0, buffer.remaining() / Short.BYTES)
                            .mapToObj(i ->
                                    (double)
                                            Float.float16ToFloat(buffer.getShort(i * Short.BYTES)));
            case UINT32, INT32 ->
                    IntStream.range(0, buffer.remaining() / Integer.BYTES)
                            .mapToObj(i -> (double) buffer.getInt(i * Integer.BYTES));
            default -> Stream.empty();
        };
    }
}
