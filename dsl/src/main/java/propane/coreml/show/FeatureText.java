package propane.coreml.show;

import propane.coreml.format.ClassNames;
import propane.coreml.proto.ArrayFeatureType;
import propane.coreml.proto.FeatureDescription;
import propane.coreml.proto.FunctionDescription;
import propane.coreml.proto.ImageFeatureType;
import propane.coreml.proto.Mil;
import propane.coreml.proto.ModelDescription;
import propane.coreml.proto.SizeRange;
import propane.reading.Bounds;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a description tells of inputs and outputs beside their types, in a few words. */
final class FeatureText {
    /** So many names of classes are shown. */
    private static final int SHOWN = 10;

    private FeatureText() {}

    /** Returns the inputs and outputs that a description tells of for a function. */
    static List<FeatureDescription> features(ModelDescription description, String function) {
        return description.getFunctionsCount() == 0
                ? Stream.of(description.getInputList(), description.getOutputList())
                        .flatMap(List::stream)
                        .toList()
                : description.getFunctionsList().stream()
                        .filter(each -> each.getName().equals(function))
                        .flatMap(FeatureText::both)
                        .toList();
    }

    private static Stream<FeatureDescription> both(FunctionDescription function) {
        return Stream.concat(function.getInputList().stream(), function.getOutputList().stream());
    }

    /** Returns what is told of one of them; empty if it is an array of one shape. */
    static String of(List<FeatureDescription> features, String name) {
        return features.stream()
                .filter(each -> each.getName().equals(name))
                .map(each ->
                        each.getType().hasImageType()
                                ? image(each.getType().getImageType())
                                : array(each.getType().getMultiArrayType()))
                .findFirst()
                .orElse("");
    }

    private static String image(ImageFeatureType image) {
        String colors = image.getColorSpace().name().toLowerCase(Locale.ROOT);
        String size = image.getWidth() + " × " + image.getHeight();
        String text = "image " + colors.replace('_', ' ') + ", " + size + " wide and high";
        if (image.hasEnumeratedSizes()) {
            text += ", one of " + image.getEnumeratedSizes().getSizesCount() + " sizes";
        }
        if (image.hasImageSizeRange()) {
            var range = image.getImageSizeRange();
            text += ", " + range(range.getWidthRange()) + " × " + range(range.getHeightRange());
        }
        return text;
    }

    private static String array(ArrayFeatureType array) {
        String usual = array.getShapeList() + " by default";
        if (array.hasEnumeratedShapes()) {
            return array.getEnumeratedShapes().getShapesList().stream()
                    .map(each -> each.getShapeList().toString())
                    .collect(Collectors.joining(", ", "one of ", ", " + usual));
        }
        if (array.hasShapeRange()) {
            return array.getShapeRange().getSizeRangesList().stream()
                    .map(FeatureText::range)
                    .collect(Collectors.joining(", ", "[", "], " + usual));
        }
        return "";
    }

    private static String range(SizeRange range) {
        String least = Long.toUnsignedString(range.getLowerBound());
        if (range.getUpperBound() < 0) {
            return least + " or more";
        }
        String most = Long.toString(range.getUpperBound());
        return most.equals(least) ? least : least + " to " + most;
    }

    /** Returns the labels of a function's classes; empty if it names none. */
    static String classes(Mil.Block block) {
        for (Mil.Operation operation : block.getOperationsList()) {
            if (operation.getType().equals(ClassNames.CLASSIFY)) {
                List<String> names =
                        ClassNames.of(operation, block.getOperationsList(), "op classify").names();
                String shown =
                        names.stream()
                                .limit(SHOWN)
                                .map(Bounds::shown)
                                .collect(Collectors.joining(", "));
                return names.size() + " classes: " + shown + (names.size() > SHOWN ? ", …" : "");
            }
        }
        return "";
    }
}
