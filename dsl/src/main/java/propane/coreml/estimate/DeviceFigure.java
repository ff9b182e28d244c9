package propane.coreml.estimate;

import propane.coreml.report.Range;

import java.util.Locale;

/**
 * One figure of a device.
 *
 * @param device the device's generation, for example {@code m4}
 * @param figure what it is
 * @param values the value, or from where to where it was seen, in the figure's unit
 * @param kind how it is known: {@code measured}, {@code published}, {@code derived}, {@code
 *     reported}, or {@code here}, by the doctor on such a machine
 * @param source who vouches for it
 */
public record DeviceFigure(String device, Figure figure, Range values, String kind, String source) {
    /** The kind of what the doctor measured. */
    static final String HERE = "here";

    /** Returns it in one line, for example {@code m4 bandwidth 120 GB/s, published: Apple}. */
    String text() {
        return String.format(
                Locale.ROOT,
                "%s %s %s %s, %s: %s",
                device,
                figure.word(),
                values.text(),
                figure.unit(),
                kind,
                source);
    }
}
