package propane.ffm;

import java.util.Locale;

/** Numbers of bytes as people read them. */
public final class ByteCount {
    private static final String[] UNITS = {"bytes", "kB", "MB", "GB", "TB", "PB", "EB"};

    private ByteCount() {}

    /** Returns a number of bytes in the unit that suits it: {@code 3.2 GB} are 3.2·10⁹. */
    public static String text(long bytes) {
        double number = bytes;
        int unit = 0;
        while (Math.abs(number) >= 999.95 && unit + 1 < UNITS.length) {
            number /= 1_000;
            unit++;
        }
        return unit == 0
                ? bytes + " " + UNITS[0]
                : String.format(Locale.ROOT, "%.1f %s", number, UNITS[unit]);
    }
}
