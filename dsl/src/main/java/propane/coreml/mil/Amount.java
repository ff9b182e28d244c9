package propane.coreml.mil;

import java.util.Locale;

/** Writes large amounts in few digits. */
public final class Amount {
    private static final String PREFIXES = " kMGTPE";

    private Amount() {}

    /** Returns an amount with its prefix, for example {@code 1.2 G}. */
    public static String of(long amount) {
        double rest = amount;
        int prefix = 0;
        while (rest >= 999.5) {
            rest /= 1000;
            prefix++;
        }
        if (prefix == 0) {
            return amount + " ";
        }
        return String.format(
                Locale.ROOT, rest < 9.95 ? "%.1f %c" : "%.0f %c", rest, PREFIXES.charAt(prefix));
    }

    /** Returns a share of a whole in percent, never rounded to all or nothing. */
    public static String percent(double share) {
        if (share == 0 || share == 1) {
            return share == 0 ? "0 %" : "100 %";
        }
        double shown = Math.clamp(Math.round(share * 1000) / 10.0, 0.1, 99.9);
        return String.format(Locale.ROOT, "%.1f %%", shown);
    }
}
