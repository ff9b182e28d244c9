package propane.coreml.read;

import propane.coreml.proto.FeatureDescription;
import propane.coreml.proto.Mil;
import propane.coreml.proto.Model;
import propane.coreml.proto.ModelDescription;
import propane.spi.ModelInterface;
import propane.spi.ModelInterface.ClassLabels;
import propane.spi.ModelInterface.Colors;
import propane.spi.ModelInterface.FlexibleShape;
import propane.tensor.FormatException;
import propane.tensor.Problem;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.UnknownNameException;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * A model whose functions take and give arrays of fixed shapes alone, made of one that may have
 * more: flexible inputs have the shape that was asked for or the usual one; of classes there are
 * the probabilities that they are told from; states are inputs and outputs.
 */
final class PlainModel {
    private final Model from;
    private final Map<String, Shape> asked;
    private final String origin;
    private final Map<String, Colors> images = new LinkedHashMap<>();
    private final Map<String, ClassLabels> labels = new LinkedHashMap<>();
    private final Map<String, FlexibleShape> flexible = new LinkedHashMap<>();
    private final Map<String, Map<String, String>> renewed = new HashMap<>();
    private final Set<String> inputs = new TreeSet<>();
    private final Model made;

    /**
     * Makes a plain model.
     *
     * @param from the model as it is; one that is no ML Program stays so
     * @param asked shapes that were asked for, by names in Core ML
     * @param origin the model's file, for messages
     * @throws UnknownNameException if there is no such input in any function
     * @throws ShapeException if an input cannot have the shape that was asked for
     * @throws FormatException if the description is broken
     */
    PlainModel(Model from, Map<String, Shape> asked, String origin) {
        this.from = from;
        this.asked = asked;
        this.origin = origin;
        this.made = from.hasMlProgram() ? made() : from;
    }

    /** Returns the plain model. */
    Model model() {
        return made;
    }

    /** Returns what was more, by names in Core ML. */
    ModelInterface shown() {
        return new ModelInterface(images, labels, flexible);
    }

    /** Returns the states that outputs of a function renew, by the outputs' names. */
    Map<String, String> renewed(String function) {
        return renewed.getOrDefault(function, Map.of());
    }

    private Model made() {
        var changed = from.toBuilder();
        from.getMlProgram()
                .getFunctionsMap()
                .forEach((name, function) ->
                        changed.getMlProgramBuilder().putFunctions(name, plain(name, function)));
        for (String name : asked.keySet()) {
            if (!inputs.contains(name)) {
                throw UnknownNameException.among(origin + ": no input", name, inputs);
            }
        }
        return changed.build();
    }

    private Mil.Function plain(String name, Mil.Function function) {
        Map<String, FeatureDescription> features = features(name);
        features.values().forEach(this::image);
        var plain = function.toBuilder();
        var states = new ArrayList<String>();
        for (Mil.NamedValueType.Builder input : plain.getInputsBuilderList()) {
            inputs.add(input.getName());
            if (input.getType().hasStateType()) {
                states.add(input.getName());
                input.setType(input.getType().getStateType().getWrappedType());
            }
            var feature =
                    features.getOrDefault(input.getName(), FeatureDescription.getDefaultInstance());
            String where = origin + ": function " + name + ", input " + input.getName();
            input.setType(fixed(input.build(), feature, where));
        }
        if (!function.containsBlockSpecializations(function.getOpset())) {
            return plain.build();
        }
        var block = function.getBlockSpecializationsOrThrow(function.getOpset()).toBuilder();
        labels.putAll(Classes.taken(block, origin + ": function " + name));
        if (!states.isEmpty()) {
            renewed.put(name, StateInputs.made(block, states));
        }
        return plain.putBlockSpecializations(function.getOpset(), block.build()).build();
    }

    private Map<String, FeatureDescription> features(String function) {
        ModelDescription description = from.getDescription();
        Map<String, FeatureDescription> features = new LinkedHashMap<>();
        if (description.getFunctionsCount() == 0) {
            Stream.of(description.getInputList(), description.getOutputList())
                    .flatMap(List::stream)
                    .forEach(each -> features.put(each.getName(), each));
        }
        description.getFunctionsList().stream()
                .filter(each -> each.getName().equals(function))
                .flatMap(each -> Stream.of(each.getInputList(), each.getOutputList()))
                .flatMap(List::stream)
                .forEach(each -> features.put(each.getName(), each));
        return features;
    }

    private void image(FeatureDescription feature) {
        if (feature.getType().hasImageType()) {
            switch (feature.getType().getImageType().getColorSpace()) {
                case RGB -> images.put(feature.getName(), Colors.RGB);
                case BGR -> images.put(feature.getName(), Colors.BGR);
                case GRAYSCALE -> images.put(feature.getName(), Colors.GRAY);
                case GRAYSCALE_FLOAT16 -> images.put(feature.getName(), Colors.GRAY_FLOAT16);
                case INVALID_COLOR_SPACE, UNRECOGNIZED -> {
                    // Nothing is known of its colours: an array.
                }
            }
        }
    }

    private Mil.ValueType fixed(
            Mil.NamedValueType input, FeatureDescription feature, String where) {
        String name = input.getName();
        Mil.ValueType type = input.getType();
        if (!FlexibleInputs.isFlexible(type)) {
            if (asked.containsKey(name) && !FlexibleInputs.has(type, asked.get(name))) {
                Shape shape = asked.get(name);
                throw new ShapeException(
                        Problem.ofFile(where, "cannot have the shape " + shape + ", as it has one")
                                .operand("asked", shape));
            }
            return type;
        }
        var told = FlexibleInputs.shape(feature, type, where);
        told.ifPresent(shape -> flexible.putIfAbsent(name, shape));
        if (asked.containsKey(name)) {
            Shape shape = asked.get(name);
            if (!FlexibleInputs.has(type, shape) || told.isPresent() && !told.get().has(shape)) {
                String may = told.map(each -> "; it may have " + each).orElse("");
                throw new ShapeException(
                        Problem.ofFile(where, "cannot have the shape " + shape + may)
                                .operand("asked", shape));
            }
            return FlexibleInputs.fixed(type, shape);
        }
        return FlexibleInputs.fixed(
                type,
                told.map(FlexibleShape::usual)
                        .orElseThrow(() ->
                                new FormatException(
                                        where
                                                + ": has an axis of flexible length, and the"
                                                + " description tells of no usual one")));
    }
}
