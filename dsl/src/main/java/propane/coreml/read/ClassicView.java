package propane.coreml.read;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;

import propane.coreml.mil.MilCall;
import propane.coreml.mil.MilFunction;
import propane.coreml.mil.MilValue;
import propane.coreml.proto.Model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Shows a classic neural network to the placement lint: its layers in order, by MIL's names. Such a
 * network declares no shapes between its layers, so that only what a layer itself says is known.
 */
public final class ClassicView {
    private static final List<Integer> NETWORKS = List.of(303, 403, 500);
    private static final int LAYERS = 1;

    /** Lower fields of a layer are its name, inputs and outputs. */
    private static final int FIRST_KIND = 100;

    private static final Map<Integer, String> NAMES = names();
    private static final int CONVOLUTION = 100;
    private static final int INNER_PRODUCT = 140;

    private ClassicView() {}

    private static Map<Integer, String> names() {
        try (var in = ClassicView.class.getResourceAsStream("classic-layers.txt")) {
            if (in == null) {
                throw new AssertionError("the table of classic layers is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split(" "))
                    .collect(
                            Collectors.toMap(
                                    words -> Integer.parseInt(words[0]), words -> words[1]));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Returns the layers of a model, nothing if it is no classic neural network.
     *
     * @throws InvalidProtocolBufferException if the network is broken
     */
    public static Optional<MilFunction> of(Model model) throws InvalidProtocolBufferException {
        for (int kind : NETWORKS) {
            for (ByteString network :
                    model.getUnknownFields().getField(kind).getLengthDelimitedList()) {
                return Optional.of(network(UnknownFieldSet.parseFrom(network)));
            }
        }
        return Optional.empty();
    }

    private static MilFunction network(UnknownFieldSet network)
            throws InvalidProtocolBufferException {
        var calls = new ArrayList<MilCall>();
        for (ByteString bytes : network.getField(LAYERS).getLengthDelimitedList()) {
            calls.add(layer(UnknownFieldSet.parseFrom(bytes)));
        }
        long weights =
                calls.stream()
                        .flatMap(call -> call.input("weight").stream())
                        .mapToLong(MilValue::count)
                        .sum();
        // Float16 or float32: the smaller one is sure.
        return new MilFunction("layers", List.of(), List.of(), calls, weights, 2 * weights);
    }

    private static MilCall layer(UnknownFieldSet layer) throws InvalidProtocolBufferException {
        for (Map.Entry<Integer, UnknownFieldSet.Field> field : layer.asMap().entrySet()) {
            int kind = field.getKey();
            if (kind >= FIRST_KIND && !field.getValue().getLengthDelimitedList().isEmpty()) {
                var of = field.getValue().getLengthDelimitedList().getFirst();
                var parameters = UnknownFieldSet.parseFrom(of);
                String name = NAMES.getOrDefault(kind, "layer_" + kind);
                return switch (kind) {
                    case CONVOLUTION -> convolution(parameters);
                    case INNER_PRODUCT ->
                            call(
                                    name,
                                    Map.of(
                                            "weight",
                                            constant(numbers(parameters, 2, 1)),
                                            "bias",
                                            constant(numbers(parameters, 2))));
                    default -> call(name, Map.of());
                };
            }
        }
        return call("layer_without_kind", Map.of());
    }

    private static MilCall convolution(UnknownFieldSet parameters)
            throws InvalidProtocolBufferException {
        boolean transposed = numbers(parameters, 60).contains(1L);
        var dims = new ArrayList<>(numbers(parameters, 1, 2));
        List<Long> kernel = numbers(parameters, 20);
        // Of no kernel size, three by three is meant.
        dims.addAll(kernel.isEmpty() ? List.of(3L, 3L) : kernel);
        return call(
                transposed ? "conv_transpose" : "conv",
                Map.of(
                        "weight", constant(dims),
                        "strides", list(numbers(parameters, 30)),
                        "dilations", list(numbers(parameters, 40))));
    }

    private static MilCall call(String name, Map<String, MilValue> inputs) {
        return new MilCall(
                name,
                inputs.entrySet().stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, e -> List.of(e.getValue()))),
                List.of(),
                false);
    }

    private static MilValue constant(List<Long> dims) {
        return new MilValue("", "fp16", dims, MilValue.Origin.CONSTANT, "", List.of(), "");
    }

    private static MilValue list(List<Long> numbers) {
        return new MilValue(
                "",
                "int32",
                List.of((long) numbers.size()),
                MilValue.Origin.CONSTANT,
                "",
                numbers.stream().map(Long::doubleValue).toList(),
                "");
    }

    /** Returns the whole numbers of fields one after the other, packed or not. */
    private static List<Long> numbers(UnknownFieldSet message, int... fields)
            throws InvalidProtocolBufferException {
        var numbers = new ArrayList<Long>();
        for (int field : fields) {
            message.getField(field).getVarintList().forEach(each -> numbers.add(Math.max(0, each)));
            for (ByteString packed : message.getField(field).getLengthDelimitedList()) {
                unpack(packed, numbers);
            }
        }
        return numbers;
    }

    private static void unpack(ByteString packed, List<Long> to)
            throws InvalidProtocolBufferException {
        try {
            CodedInputStream in = packed.newCodedInput();
            while (!in.isAtEnd()) {
                to.add(Math.max(0, in.readUInt64()));
            }
        } catch (InvalidProtocolBufferException e) {
            throw e;
        } catch (IOException e) {
            throw new AssertionError("memory does not fail", e);
        }
    }
}
