package propane.coreml.format;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/** Names that are legal in MIL, each given once. */
public final class Identifiers {
    private static final Pattern LEGAL = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    /** Words with a meaning of their own in MIL's text. */
    private static final Set<String> RESERVED =
            Set.of(
                    "any", "bool", "program", "func", "tensor", "list", "dict", "tuple", "true",
                    "false", "string", "bf16", "fp16", "fp32", "fp64", "int8", "int16", "int32",
                    "int64", "uint8", "uint16", "uint32", "uint64", "state");

    private final Set<String> taken;

    /** None is taken yet. */
    public Identifiers() {
        this(Set.of());
    }

    private Identifiers(Set<String> taken) {
        this.taken = new HashSet<>(taken);
    }

    /** Returns names of which the same ones are taken, to be given out apart from these. */
    Identifiers copy() {
        return new Identifiers(taken);
    }

    /** Returns whether a name may stand in a program. */
    public static boolean isLegal(String name) {
        return LEGAL.matcher(name).matches() && !RESERVED.contains(name);
    }

    /** Returns a name made legal: other characters become underscores. */
    static String legal(String name) {
        String plain = name.replaceAll("[^A-Za-z0-9_]", "_");
        if (plain.isEmpty() || Character.isDigit(plain.charAt(0))) {
            plain = "_" + plain;
        }
        return RESERVED.contains(plain) ? plain + "_" : plain;
    }

    /** Takes a name out of the choice; returns whether it was free. */
    public boolean take(String name) {
        return taken.add(name);
    }

    /** Returns a wanted name made legal, with a number after it if it was given before. */
    public String unique(String wanted) {
        String legal = legal(wanted);
        String name = legal;
        for (int i = 2; !taken.add(name); i++) {
            name = legal + "_" + i;
        }
        return name;
    }
}
