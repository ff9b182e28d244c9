package propane.golden;

import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Tensor;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Spells a golden case of an op in ours. */
@FunctionalInterface
interface GoldenReader {
    /** Returns the tensors whose values are {@code out.0}, {@code out.1}, …. */
    List<Tensor> outputs(Inputs in);

    /** The inputs of a case as ports, and its attributes. */
    final class Inputs {
        private final GoldenCase golden;
        private final Map<String, Tensor> tensors = new LinkedHashMap<>();

        Inputs(GoldenCase golden) {
            this.golden = golden;
            golden.arrays("in.")
                    .forEach((name, array) ->
                            tensors.put(name, new Port(name, Role.BATCH, array.type()).tensor()));
        }

        GoldenCase golden() {
            return golden;
        }

        Tensor at(String name) {
            if (!tensors.containsKey(name)) {
                throw new AssertionError(golden + " has no input " + name + ": " + tensors);
            }
            return tensors.get(name);
        }

        Tensor x() {
            return at("x");
        }

        Tensor y() {
            return at("y");
        }

        Map<String, NDArray> values() {
            return golden.arrays("in.");
        }

        boolean isFloat(String name) {
            return at(name).dtype() == DType.FLOAT32;
        }

        double number(String attribute) {
            return golden.attributes().at(attribute).number();
        }

        int whole(String attribute) {
            return (int) golden.attributes().at(attribute).whole();
        }

        boolean truth(String attribute, boolean otherwise) {
            return golden.attributes().has(attribute)
                    ? golden.attributes().at(attribute).truth()
                    : otherwise;
        }

        /** Returns whole numbers, as many as the attribute has. */
        int[] wholes(String attribute) {
            return golden.attributes().at(attribute).items().stream()
                    .mapToInt(item -> (int) item.whole())
                    .toArray();
        }

        /** Returns a list of numbers as a constant. */
        Tensor constant(String attribute) {
            var items = golden.attributes().at(attribute).items();
            float[] numbers = new float[items.size()];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = (float) items.get(i).number();
            }
            return Tensor.constant(NDArray.of(numbers));
        }
    }
}
