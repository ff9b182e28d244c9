package propane.coreml.estimate;

import propane.coreml.report.Range;
import propane.tensor.UnknownNameException;

import java.util.Arrays;
import java.util.List;

/** What can be known of a device. */
public enum Figure {
    /** How fast it multiplies by constants, as convolutions do, in float16. */
    CONVOLUTION("convolution", "TFLOP/s", 1e12, "products with constants"),
    /** How fast it multiplies two values that are known when it runs, in float16. */
    PRODUCT("product", "TFLOP/s", 1e12, "products of two values that are known when it runs"),
    /** How fast numbers pass through inputs and outputs of a program. */
    TRANSFER("transfer", "GB/s", 1e9, "what goes in and out"),
    /** How fast the memory is. */
    BANDWIDTH("bandwidth", "GB/s", 1e9, "the memory's bandwidth"),
    /** How long one prediction of next to nothing takes. */
    CALL("call", "us", 1e-6, "the time of a call"),
    /** How much memory devices of its kind have. */
    MEMORY("memory", "GB", 1e9, "its memory"),
    /** How much memory one program may take there. */
    PROGRAM("program", "GB", 1e9, "what one program may take");

    private final String word;
    private final String unit;
    private final double scale;
    private final String meaning;

    Figure(String word, String unit, double scale, String meaning) {
        this.word = word;
        this.unit = unit;
        this.scale = scale;
        this.meaning = meaning;
    }

    /**
     * Returns the figure of a word.
     *
     * @throws UnknownNameException if there is none
     */
    static Figure named(String word) {
        List<String> words = Arrays.stream(values()).map(Figure::word).toList();
        if (!words.contains(word)) {
            throw UnknownNameException.among("figures of devices: no figure", word, words);
        }
        return values()[words.indexOf(word)];
    }

    /** Returns the word for it in files, for example {@code bandwidth}. */
    public String word() {
        return word;
    }

    /** Returns the unit of its values, for example {@code GB/s}. */
    public String unit() {
        return unit;
    }

    /** Returns a range of values in FLOP, bytes and seconds. */
    Range plain(Range values) {
        return values.times(scale);
    }

    /** Returns what it is, in a few words. */
    String meaning() {
        return meaning;
    }

    /** Whether a single value is all there is to know: sizes are what they are. */
    boolean isExact() {
        return this == MEMORY;
    }
}
