package propane.coreml.read;

import propane.coreml.proto.ArrayFeatureType;
import propane.coreml.proto.FeatureDescription;
import propane.coreml.proto.ImageFeatureType;
import propane.coreml.proto.Mil;
import propane.coreml.proto.SizeRange;
import propane.reading.Bounds;
import propane.spi.ModelInterface.FlexibleShape;
import propane.tensor.FormatException;
import propane.tensor.Shape;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a description says of the shapes that an input may have, and types fixed to one of them. */
final class FlexibleInputs {
    private FlexibleInputs() {}

    /** Returns whether a type has an axis of flexible length. */
    static boolean isFlexible(Mil.ValueType type) {
        return type.getTensorType().getDimensionsList().stream()
                .anyMatch(dimension -> !dimension.hasConstant());
    }

    /** Returns whether a type has a shape, or may have it. */
    static boolean has(Mil.ValueType type, Shape shape) {
        List<Mil.Dimension> axes = type.getTensorType().getDimensionsList();
        boolean fits = shape.rank() == axes.size();
        for (int i = 0; fits && i < axes.size(); i++) {
            fits =
                    !axes.get(i).hasConstant()
                            || axes.get(i).getConstant().getSize() == shape.dim(i);
        }
        return fits;
    }

    /** Returns a type whose axes have the lengths of a shape of as many. */
    static Mil.ValueType fixed(Mil.ValueType type, Shape shape) {
        var changed = type.toBuilder();
        var tensor = changed.getTensorTypeBuilder();
        for (int i = 0; i < shape.rank(); i++) {
            tensor.getDimensionsBuilder(i).getConstantBuilder().setSize(shape.dim(i));
        }
        return changed.build();
    }

    /**
     * Returns the shapes that an input may have.
     *
     * @param type its type in the program
     * @param where the file and input, for messages
     * @throws FormatException if the description does not fit the type; nothing where it does not
     *     tell of a shape
     */
    static Optional<FlexibleShape> shape(
            FeatureDescription feature, Mil.ValueType type, String where) {
        List<Mil.Dimension> axes = type.getTensorType().getDimensionsList();
        Optional<FlexibleShape> shape =
                feature.getType().hasImageType()
                        ? image(feature.getType().getImageType(), axes, where)
                        : array(feature.getType().getMultiArrayType(), where);
        shape.ifPresent(told -> {
            if (!has(type, told.usual())) {
                throw new FormatException(
                        where + ": is described as " + told.usual() + ", which it is not");
            }
        });
        return shape;
    }

    private static Optional<FlexibleShape> array(ArrayFeatureType array, String where) {
        var listed =
                array.getEnumeratedShapes().getShapesList().stream()
                        .map(each -> Bounds.shape(each.getShapeList(), where))
                        .toList();
        var ranges = array.getShapeRange().getSizeRangesList();
        List<Integer> least = ranges.stream().map(FlexibleInputs::least).toList();
        List<Integer> most = ranges.stream().map(FlexibleInputs::most).toList();
        Shape usual =
                array.getShapeCount() > 0
                        ? Bounds.shape(array.getShapeList(), where)
                        : listed.isEmpty() ? new Shape(least) : listed.getFirst();
        return usual.rank() == 0
                ? Optional.empty()
                : Optional.of(new FlexibleShape(usual, listed, least, most));
    }

    private static Optional<FlexibleShape> image(
            ImageFeatureType image, List<Mil.Dimension> axes, String where) {
        if (axes.size() != 4) {
            return Optional.empty();
        }
        long channels = axes.get(1).getConstant().getSize();
        var listed =
                image.getEnumeratedSizes().getSizesList().stream()
                        .map(size -> image(channels, size.getHeight(), size.getWidth(), where))
                        .toList();
        Shape usual = image(channels, image.getHeight(), image.getWidth(), where);
        List<Integer> least = List.of();
        List<Integer> most = List.of();
        if (image.hasImageSizeRange()) {
            SizeRange height = image.getImageSizeRange().getHeightRange();
            SizeRange width = image.getImageSizeRange().getWidthRange();
            least = List.of(1, usual.dim(1), least(height), least(width));
            most = List.of(1, usual.dim(1), most(height), most(width));
        }
        return Optional.of(new FlexibleShape(usual, listed, least, most));
    }

    private static Shape image(long channels, long height, long width, String where) {
        return Bounds.shape(new ArrayList<>(List.of(1L, channels, height, width)), where);
    }

    private static int least(SizeRange range) {
        long least = range.getLowerBound();
        return least < 0 || least > Integer.MAX_VALUE ? Integer.MAX_VALUE : (int) least;
    }

    private static int most(SizeRange range) {
        long most = range.getUpperBound();
        return most < 0 || most > Integer.MAX_VALUE ? Integer.MAX_VALUE : (int) most;
    }
}
