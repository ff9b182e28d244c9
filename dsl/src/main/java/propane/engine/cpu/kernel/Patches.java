package propane.engine.cpu.kernel;

import propane.engine.cpu.math.ScalarOps;
import propane.spi.op.Window;

import java.lang.foreign.MemorySegment;

/**
 * The patches of an image that a window meets, as the columns of a matrix: a row for each channel
 * and element of the window, a column for each place (im2col).
 */
final class Patches {
    private final int size;
    private final int count;
    private final int area;
    private final int[] sources;

    Patches(Window window) {
        this.size = window.size();
        this.count = window.count();
        this.area = window.area();
        int[] table = window.table();
        this.sources = new int[table.length];
        for (int i = 0; i < table.length; i++) {
            sources[i % size * count + i / size] = table[i];
        }
    }

    /** Returns the number of elements of the window. */
    int size() {
        return size;
    }

    /** Returns the number of places. */
    int count() {
        return count;
    }

    /** Returns the number of elements of one channel of an image. */
    int area() {
        return area;
    }

    /** Writes the matrix of some channels, zeros where a window meets padding. */
    void gather(MemorySegment image, int base, int channels, MemorySegment matrix) {
        int to = 0;
        for (int channel = 0; channel < channels; channel++) {
            int from = base + channel * area;
            for (int source : sources) {
                ScalarOps.store(source < 0 ? 0 : ScalarOps.load(image, from + source), matrix, to);
                to++;
            }
        }
    }

    /** Adds the elements of a matrix to those of some channels that they stand for. */
    void scatter(MemorySegment matrix, MemorySegment image, int base, int channels) {
        int at = 0;
        for (int channel = 0; channel < channels; channel++) {
            int to = base + channel * area;
            for (int source : sources) {
                if (source >= 0) {
                    float sum = ScalarOps.load(image, to + source) + ScalarOps.load(matrix, at);
                    ScalarOps.store(sum, image, to + source);
                }
                at++;
            }
        }
    }
}
