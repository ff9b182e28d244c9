package propane.spi;

import propane.spi.op.Port;
import propane.tensor.Shape;
import propane.tensor.UnknownNameException;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What inputs and outputs of a model are to apps, beside arrays of numbers.
 *
 * @param images the inputs and outputs that are images, by port; their arrays are [1, 3, height,
 *     width] or, gray, [1, 1, height, width], of numbers from 0 to 255
 * @param labels the outputs that say how probable classes are, by port
 * @param shapes the shapes that inputs of flexible shape may have, by port; others have the shapes
 *     of their ports alone
 */
public record ModelInterface(
        Map<String, Colors> images,
        Map<String, ClassLabels> labels,
        Map<String, FlexibleShape> shapes) {
    /** Arrays of fixed shapes, and nothing else. */
    public static final ModelInterface ARRAYS = new ModelInterface(Map.of(), Map.of(), Map.of());

    /** The colours of an image, in the order in which they lie on the second axis. */
    public enum Colors {
        /** Red, green, blue. */
        RGB,
        /** Blue, green, red. */
        BGR,
        /** One number from 0 to 255. */
        GRAY,
        /** One number in float16, of any range. */
        GRAY_FLOAT16;

        /** Returns how many numbers a pixel has. */
        public int channels() {
            return this == RGB || this == BGR ? 3 : 1;
        }
    }

    /**
     * The classes that an output tells of.
     *
     * @param names what each is called, in the order of the output's elements
     * @param areNumbers whether the names are whole numbers
     * @param label the output by which apps are told the name of the most probable class
     * @param probabilities the output by which apps are told how probable each is, or empty
     */
    public record ClassLabels(
            List<String> names, boolean areNumbers, String label, String probabilities) {
        /** Copies the list. */
        public ClassLabels {
            names = List.copyOf(names);
        }

        /** Returns the name of a class by its number, from 0 on. */
        public String name(int number) {
            return names.get(number);
        }
    }

    /**
     * Shapes that an input may have.
     *
     * @param usual the one it has if nothing else is said
     * @param listed all shapes, if they are listed; else none
     * @param least the least length of each axis, if they are not listed
     * @param most the largest length of each axis, as many; {@link Integer#MAX_VALUE} for any
     */
    public record FlexibleShape(
            Shape usual, List<Shape> listed, List<Integer> least, List<Integer> most) {
        /** Copies the lists. */
        public FlexibleShape {
            listed = List.copyOf(listed);
            least = List.copyOf(least);
            most = List.copyOf(most);
        }

        /** Returns whether an input may have a shape. */
        public boolean has(Shape shape) {
            if (!listed.isEmpty()) {
                return listed.contains(shape);
            }
            boolean fits = shape.rank() == least.size();
            for (int i = 0; fits && i < least.size(); i++) {
                fits = shape.dim(i) >= least.get(i) && shape.dim(i) <= most.get(i);
            }
            return fits;
        }

        /** Returns the shapes, for example {@code [1 to 8, 4], [2, 4] by default}. */
        @Override
        public String toString() {
            var text = new StringBuilder();
            if (listed.isEmpty()) {
                text.append('[');
                for (int i = 0; i < least.size(); i++) {
                    text.append(i == 0 ? "" : ", ").append(range(least.get(i), most.get(i)));
                }
                text.append(']');
            } else {
                text.append("one of ").append(listed);
            }
            return text.append(", ").append(usual).append(" by default").toString();
        }

        private static String range(int least, int most) {
            if (least == most) {
                return Integer.toString(least);
            }
            return most == Integer.MAX_VALUE ? least + " or more" : least + " to " + most;
        }
    }

    /** Copies the maps. */
    public ModelInterface {
        images = Collections.unmodifiableMap(new LinkedHashMap<>(images));
        labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
        shapes = Collections.unmodifiableMap(new LinkedHashMap<>(shapes));
    }

    /** Returns what of this holds for a function's own ports. */
    ModelInterface of(Program.Function function) {
        var inputs = function.inputs().stream().map(Port::name).toList();
        var outputs = function.outputs().stream().map(output -> output.port().name()).toList();
        var shown = new LinkedHashMap<>(images);
        shown.keySet().removeIf(name -> !inputs.contains(name) && !outputs.contains(name));
        var told = new LinkedHashMap<>(labels);
        told.keySet().retainAll(outputs);
        var flexible = new LinkedHashMap<>(shapes);
        flexible.keySet().retainAll(inputs);
        return new ModelInterface(shown, told, flexible);
    }

    /**
     * Returns the classes that an output tells of.
     *
     * @throws UnknownNameException if there is no such output, or it tells of none
     */
    public ClassLabels labels(String output) {
        if (!labels.containsKey(output)) {
            throw UnknownNameException.among(
                    "classes: no output with labels", output, labels.keySet());
        }
        return labels.get(output);
    }

    /** Returns the names of images, of outputs with labels and of inputs of flexible shape. */
    @Override
    public String toString() {
        return "images "
                + images
                + ", labels of "
                + labels.keySet()
                + ", flexible "
                + shapes.keySet();
    }
}
