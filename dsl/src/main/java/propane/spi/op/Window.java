package propane.spi.op;

import propane.tensor.ShapeException;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * The arithmetic of windows that slide over the last axes: of convolutions and pools alike.
 *
 * @param lengths the length of each spatial axis
 * @param kernel the length of the window on each
 * @param strides how far it moves on each
 * @param dilations the distance of its elements on each
 * @param before the padding before each axis
 * @param after the padding after each axis
 * @param places how many places the window takes on each
 */
public record Window(
        List<Integer> lengths,
        List<Integer> kernel,
        List<Integer> strides,
        List<Integer> dilations,
        List<Integer> before,
        List<Integer> after,
        List<Integer> places) {

    /**
     * Returns the windows of an op.
     *
     * @throws ShapeException if the numbers do not fit the axes, or the window is longer than a
     *     padded axis
     */
    static Window of(
            Op op,
            List<Integer> lengths,
            List<Integer> kernel,
            List<Integer> strides,
            List<Integer> dilations,
            PadType padType,
            List<Integer> pad,
            boolean ceil) {
        int rank = lengths.size();
        if (rank < 1
                || rank > 3
                || kernel.size() != rank
                || strides.size() != rank
                || dilations.size() != rank
                || pad.size() != 2 * rank) {
            throw OpRule.shape(
                    op,
                    "kernel "
                            + kernel
                            + ", strides "
                            + strides
                            + ", dilations "
                            + dilations
                            + " and pads "
                            + pad
                            + " do not fit the spatial axes "
                            + lengths,
                    "give one number (of pads two) for each of 1 to 3 axes after batch and"
                            + " channels");
        }
        var before = new ArrayList<Integer>();
        var after = new ArrayList<Integer>();
        var places = new ArrayList<Integer>();
        for (int i = 0; i < rank; i++) {
            int length = lengths.get(i);
            int stride = strides.get(i);
            int span = (kernel.get(i) - 1) * dilations.get(i) + 1;
            if (kernel.get(i) < 1 || stride < 1 || dilations.get(i) < 1) {
                throw OpRule.shape(
                        op,
                        "kernel "
                                + kernel
                                + ", strides "
                                + strides
                                + ", dilations "
                                + dilations
                                + " must be positive",
                        "use numbers from 1 on");
            }
            int total =
                    switch (padType) {
                        case VALID -> 0;
                        case CUSTOM -> pad.get(2 * i) + pad.get(2 * i + 1);
                        case SAME, SAME_LOWER ->
                                Math.max(
                                        0,
                                        (Math.ceilDiv(length, stride) - 1) * stride
                                                + span
                                                - length);
                    };
            int first =
                    switch (padType) {
                        case VALID -> 0;
                        case CUSTOM -> pad.get(2 * i);
                        case SAME -> total / 2;
                        case SAME_LOWER -> total - total / 2;
                    };
            int free = length + total - span;
            if (free < 0 || first < 0 || total - first < 0) {
                throw OpRule.shape(
                        op,
                        "a window of "
                                + span
                                + " does not fit into "
                                + length
                                + " with padding "
                                + total,
                        "use a smaller kernel, or padding");
            }
            before.add(first);
            after.add(total - first);
            int last = ceil ? Math.ceilDiv(free, stride) : free / stride;
            // A place that would begin after the last element sees nothing; PyTorch, too, drops
            // it.
            places.add(ceil && last * stride >= length + first ? last : last + 1);
        }
        return new Window(
                lengths,
                kernel,
                strides,
                dilations,
                List.copyOf(before),
                List.copyOf(after),
                List.copyOf(places));
    }

    /** Returns the pads as MIL writes them: before and after each axis. */
    public List<Integer> pads() {
        var pads = new ArrayList<Integer>();
        for (int i = 0; i < before.size(); i++) {
            pads.add(before.get(i));
            pads.add(after.get(i));
        }
        return List.copyOf(pads);
    }

    /** Returns the number of elements of the window. */
    public int size() {
        return product(kernel);
    }

    /** Returns the number of places of the window. */
    public int count() {
        return product(places);
    }

    /** Returns the number of elements of the spatial axes. */
    public int area() {
        return product(lengths);
    }

    /**
     * Returns where an element of the window lies at a place, counted over the spatial axes in
     * row-major order, or −1 where it lies in the padding.
     */
    public int at(int place, int element) {
        int index = 0;
        int placeLeft = place;
        int elementLeft = element;
        int stride = 1;
        for (int i = lengths.size() - 1; i >= 0; i--) {
            int p = placeLeft % places.get(i);
            int e = elementLeft % kernel.get(i);
            placeLeft /= places.get(i);
            elementLeft /= kernel.get(i);
            int x = p * strides.get(i) + e * dilations.get(i) - before.get(i);
            if (x < 0 || x >= lengths.get(i)) {
                return -1;
            }
            index += x * stride;
            stride *= lengths.get(i);
        }
        return index;
    }

    /** Returns the table of {@link #at}: for each place, each element of the window. */
    public int[] table() {
        int size = size();
        int[] table = new int[count() * size];
        for (int i = 0; i < table.length; i++) {
            table[i] = at(i / size, i % size);
        }
        return table;
    }

    /**
     * Returns the part of a padded tensor [n, c, spatial…] that one element of the window meets, a
     * tensor [n, c, places…].
     */
    Tensor slice(Tensor padded, int element) {
        int rank = padded.rank();
        var begin = new ArrayList<Integer>(List.of(0, 0));
        var end = new ArrayList<>(List.of(padded.dim(0), padded.dim(1)));
        var stride = new ArrayList<>(List.of(1, 1));
        int left = element;
        int[] offsets = new int[lengths.size()];
        for (int i = lengths.size() - 1; i >= 0; i--) {
            offsets[i] = left % kernel.get(i) * dilations.get(i);
            left /= kernel.get(i);
        }
        for (int i = 0; i < rank - 2; i++) {
            begin.add(offsets[i]);
            end.add(offsets[i] + (places.get(i) - 1) * strides.get(i) + 1);
            stride.add(strides.get(i));
        }
        return Tensor.of(new TensorTransformation.SliceByIndex(padded, begin, end, stride));
    }

    /** Returns a tensor [n, c, spatial…] with the padding around it. */
    Tensor pad(Tensor x, float value) {
        var pads = new ArrayList<>(List.of(0, 0, 0, 0));
        pads.addAll(reachedPads());
        return pads.stream().allMatch(p -> p == 0)
                ? x
                : Tensor.of(
                        new TensorOperation.Pad(
                                x, List.copyOf(pads), TensorOperation.PadMode.CONSTANT, value));
    }

    /** Returns a tensor [n, c, padded spatial…] without its padding. */
    Tensor unpad(Tensor padded) {
        int[] begin = new int[padded.rank()];
        int[] end = padded.shape().toArray();
        for (int i = 0; i < lengths.size(); i++) {
            begin[i + 2] = before.get(i);
            end[i + 2] = before.get(i) + lengths.get(i);
        }
        return padded.slice(begin, end);
    }

    /** The pads, after an axis as far as the last place reaches (with ceil, beyond the pad). */
    private List<Integer> reachedPads() {
        var pads = new ArrayList<Integer>();
        for (int i = 0; i < before.size(); i++) {
            int span = (kernel.get(i) - 1) * dilations.get(i) + 1;
            int reached = (places.get(i) - 1) * strides.get(i) + span;
            pads.add(before.get(i));
            pads.add(Math.max(after.get(i), reached - lengths.get(i) - before.get(i)));
        }
        return pads;
    }

    private static int product(List<Integer> numbers) {
        int product = 1;
        for (int number : numbers) {
            product *= number;
        }
        return product;
    }
}
