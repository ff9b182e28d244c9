package propane.coreml.format;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The sets of operations that MIL had over the years, each with the file format and the iOS that
 * brought it.
 */
public enum Opset {
    /** Came with iOS 15 and macOS 12. */
    CORE_ML_5("CoreML5", 6, 15),
    /** Came with iOS 16 and macOS 13. */
    CORE_ML_6("CoreML6", 7, 16),
    /** Came with iOS 17 and macOS 14. */
    CORE_ML_7("CoreML7", 8, 17),
    /** Came with iOS 18 and macOS 15. */
    CORE_ML_8("CoreML8", 9, 18),
    /** Came with iOS 26 and macOS 26. */
    CORE_ML_9("CoreML9", 10, 26);

    /** The set that programs are written for, and that the table of operations tells of. */
    public static final Opset OURS = CORE_ML_8;

    /** Those that read versions 1 to 5, which came before ML Programs. */
    private static final List<String> BEFORE =
            List.of(
                    "iOS 11, macOS 10.13",
                    "iOS 11.2, macOS 10.13.2",
                    "iOS 12, macOS 10.14",
                    "iOS 13, macOS 10.15",
                    "iOS 14, macOS 11");

    private final String mil;
    private final int specification;
    private final int ios;

    Opset(String mil, int specification, int ios) {
        this.mil = mil;
        this.specification = specification;
        this.ios = ios;
    }

    /** Returns its name in MIL. */
    public String mil() {
        return mil;
    }

    /** Returns the first version of the file format that has it. */
    public int specification() {
        return specification;
    }

    /** Returns the first iOS that has it. */
    public int ios() {
        return ios;
    }

    /** Returns the set of a name. */
    public static Optional<Opset> named(String mil) {
        return Arrays.stream(values()).filter(opset -> opset.mil.equals(mil)).findFirst();
    }

    /** Returns which systems read a version of the file format, for people. */
    public static String systems(int specification) {
        if (specification >= 1 && specification <= BEFORE.size()) {
            return BEFORE.get(specification - 1);
        }
        return Arrays.stream(values())
                .filter(opset -> opset.specification == specification)
                .findFirst()
                .map(opset -> "iOS " + opset.ios + ", macOS " + opset.macos())
                .orElse("systems unknown");
    }

    private int macos() {
        return ios >= 26 ? ios : ios - 3;
    }
}
