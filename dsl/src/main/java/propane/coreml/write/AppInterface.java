package propane.coreml.write;

import propane.coreml.format.ClassNames;
import propane.coreml.format.FunctionPorts;
import propane.coreml.format.MilParts;
import propane.coreml.format.MilTypes;
import propane.coreml.format.PackagePort;
import propane.coreml.format.PackagePorts;
import propane.coreml.proto.FeatureDescription;
import propane.coreml.proto.ImageFeatureType;
import propane.coreml.proto.Mil;
import propane.coreml.proto.Model;
import propane.spi.ModelInterface;
import propane.spi.ModelInterface.ClassLabels;
import propane.spi.ModelInterface.Colors;
import propane.tensor.EngineException;
import propane.tensor.Shape;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Gives a written model what its inputs and outputs are to apps: images, and classes with names.
 */
final class AppInterface {
    private final Model.Builder model;
    private final ModelInterface shown;

    private AppInterface(Model model, ModelInterface shown) {
        this.model = model.toBuilder();
        this.shown = shown;
    }

    static Model of(Model model, PackagePorts ports, ModelInterface shown) {
        if (shown.images().isEmpty() && shown.labels().isEmpty()) {
            return model;
        }
        var changed = new AppInterface(model, shown);
        ports.functions().forEach(changed::function);
        return changed.model.build();
    }

    private void function(FunctionPorts function) {
        Stream.of(function.inputs(), function.outputs())
                .flatMap(List::stream)
                .filter(port -> shown.images().containsKey(port.port().name()))
                .forEach(port -> image(function, port));
        for (PackagePort output : function.outputs()) {
            if (shown.labels().containsKey(output.port().name())) {
                classes(function, output, shown.labels(output.port().name()));
            }
        }
    }

    private void image(FunctionPorts function, PackagePort port) {
        Shape shape = port.port().type().shape();
        Colors colors = shown.images().get(port.port().name());
        if (shape.rank() != 4 || shape.dim(0) != 1 || shape.dim(1) != colors.channels()) {
            throw new EngineException(
                    "port "
                            + port.port()
                            + ": an image of the colours "
                            + colors
                            + " is [1, "
                            + colors.channels()
                            + ", height, width]");
        }
        var image =
                ImageFeatureType.newBuilder()
                        .setHeight(shape.dim(2))
                        .setWidth(shape.dim(3))
                        .setColorSpace(
                                switch (colors) {
                                    case RGB -> ImageFeatureType.ColorSpace.RGB;
                                    case BGR -> ImageFeatureType.ColorSpace.BGR;
                                    case GRAY -> ImageFeatureType.ColorSpace.GRAYSCALE;
                                    case GRAY_FLOAT16 ->
                                            ImageFeatureType.ColorSpace.GRAYSCALE_FLOAT16;
                                });
        for (FeatureDescription.Builder feature : features(function)) {
            if (feature.getName().equals(port.name())) {
                feature.getTypeBuilder().setImageType(image);
            }
        }
    }

    /** Returns what the description says of a function's inputs and outputs. */
    private List<FeatureDescription.Builder> features(FunctionPorts function) {
        var description = model.getDescriptionBuilder();
        var features = new ArrayList<FeatureDescription.Builder>();
        if (description.getFunctionsCount() == 0) {
            features.addAll(description.getInputBuilderList());
            features.addAll(description.getOutputBuilderList());
        }
        for (var each : description.getFunctionsBuilderList()) {
            if (each.getName().equals(function.name())) {
                features.addAll(each.getInputBuilderList());
                features.addAll(each.getOutputBuilderList());
            }
        }
        return features;
    }

    private void classes(FunctionPorts function, PackagePort output, ClassLabels labels) {
        if (output.port().type().shape().size() != labels.names().size()) {
            throw new EngineException(
                    "port "
                            + output.port()
                            + ": tells of "
                            + labels.names().size()
                            + " classes, one element of each is needed");
        }
        var program = model.getMlProgramBuilder();
        var written = program.getFunctionsOrThrow(function.name()).toBuilder();
        Mil.Block.Builder block = MilParts.block(written);
        Mil.DataType type = labels.areNumbers() ? Mil.DataType.INT64 : Mil.DataType.STRING;
        var dictionary =
                Mil.DictionaryType.newBuilder()
                        .setKeyType(MilTypes.scalar(type))
                        .setValueType(MilTypes.scalar(Mil.DataType.FLOAT64));
        // The dictionary has a name of its own even where no app asked for it.
        String shares =
                labels.probabilities().isEmpty()
                        ? labels.label() + "_probabilities"
                        : labels.probabilities();
        requireFree(block, written.build(), List.of(labels.label(), shares));
        block.addOperations(
                Mil.Operation.newBuilder()
                        .setType(ClassNames.CLASSIFY)
                        .putInputs("probabilities", MilParts.argument(output.name()))
                        .putInputs(
                                "classes",
                                Mil.Argument.newBuilder()
                                        .addArguments(
                                                Mil.Argument.Binding.newBuilder()
                                                        .setValue(names(labels, type)))
                                        .build())
                        .addOutputs(
                                Mil.NamedValueType.newBuilder()
                                        .setName(labels.label())
                                        .setType(MilTypes.scalar(type)))
                        .addOutputs(
                                Mil.NamedValueType.newBuilder()
                                        .setName(shares)
                                        .setType(
                                                Mil.ValueType.newBuilder()
                                                        .setDictionaryType(dictionary)))
                        .putAttributes("name", MilParts.string(labels.label())));
        var outputs = new ArrayList<String>();
        for (String name : block.getOutputsList()) {
            outputs.addAll(
                    name.equals(output.name()) ? List.of(labels.label(), shares) : List.of(name));
        }
        block.clearOutputs().addAllOutputs(outputs);
        program.putFunctions(
                function.name(),
                written.putBlockSpecializations(written.getOpset(), block.build()).build());
        describe(function, output.name(), labels, shares);
    }

    private static void requireFree(
            Mil.Block.Builder block, Mil.Function function, List<String> names) {
        var taken = new ArrayList<String>();
        function.getInputsList().forEach(input -> taken.add(input.getName()));
        block.getOperationsList().stream()
                .flatMap(operation -> operation.getOutputsList().stream())
                .forEach(each -> taken.add(each.getName()));
        taken.retainAll(names);
        if (!taken.isEmpty()) {
            throw new EngineException(
                    "classes: " + taken + " are names of other values, not of class labels");
        }
    }

    private static Mil.Value names(ClassLabels labels, Mil.DataType type) {
        var tensor = Mil.TensorValue.newBuilder();
        if (labels.areNumbers()) {
            labels.names()
                    .forEach(name -> tensor.getLongIntsBuilder().addValues(Long.parseLong(name)));
        } else {
            tensor.getStringsBuilder().addAllValues(labels.names());
        }
        var list = MilTypes.scalar(type).toBuilder();
        list.getTensorTypeBuilder()
                .setRank(1)
                .addDimensionsBuilder()
                .getConstantBuilder()
                .setSize(labels.names().size());
        return MilParts.immediate(list.build(), tensor);
    }

    private void describe(
            FunctionPorts function, String output, ClassLabels labels, String shares) {
        var label = FeatureDescription.newBuilder().setName(labels.label());
        var probabilities = FeatureDescription.newBuilder().setName(shares);
        if (labels.areNumbers()) {
            label.getTypeBuilder().getInt64TypeBuilder();
            probabilities.getTypeBuilder().getDictionaryTypeBuilder().getInt64KeyTypeBuilder();
        } else {
            label.getTypeBuilder().getStringTypeBuilder();
            probabilities.getTypeBuilder().getDictionaryTypeBuilder().getStringKeyTypeBuilder();
        }
        var both = List.of(label.build(), probabilities.build());
        var description = model.getDescriptionBuilder();
        if (description.getFunctionsCount() == 0) {
            var all = replaced(description.getOutputList(), output, both);
            description
                    .clearOutput()
                    .addAllOutput(all)
                    .setPredictedFeatureName(labels.label())
                    .setPredictedProbabilitiesName(shares);
        }
        for (var each : description.getFunctionsBuilderList()) {
            if (each.getName().equals(function.name())) {
                var all = replaced(each.getOutputList(), output, both);
                each.clearOutput()
                        .addAllOutput(all)
                        .setPredictedFeatureName(labels.label())
                        .setPredictedProbabilitiesName(shares);
            }
        }
    }

    private static List<FeatureDescription> replaced(
            List<FeatureDescription> from, String name, List<FeatureDescription> by) {
        return from.stream()
                .flatMap(each -> each.getName().equals(name) ? by.stream() : Stream.of(each))
                .toList();
    }
}
