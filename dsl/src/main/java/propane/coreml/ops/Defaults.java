package propane.coreml.ops;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/** The values of parameters that are left out. */
public final class Defaults {
    private Defaults() {}

    /**
     * Returns what a parameter is when it is left out, as an op's record holds it.
     *
     * @param parameter a parameter whose {@link Signature.Parameter#whenOmitted} is not empty
     * @param rank the number of axes of the operand x
     * @param type the record component's type, or Object where no record has it
     */
    public static Object of(Signature.Parameter parameter, int rank, Class<?> type) {
        String spelled = parameter.whenOmitted();
        int spatial = Math.max(0, rank - 2);
        if (spelled.endsWith("*")) {
            Object one = one(spelled.substring(0, spelled.length() - 1), parameter.type(), type);
            return Collections.nCopies(rank, one);
        }
        return switch (spelled) {
            case "ones" -> Collections.nCopies(spatial, 1);
            case "zeros" -> Collections.nCopies(2 * spatial, 0);
            case "all" -> IntStream.range(0, rank).boxed().toList();
            default -> one(spelled, parameter.type(), type);
        };
    }

    private static Object one(String spelled, String milType, Class<?> type) {
        if (spelled.equals("true") || spelled.equals("false")) {
            return Boolean.valueOf(spelled);
        }
        if (milType.equals("string")) {
            return spelled;
        }
        boolean whole =
                type == int.class
                        || type != float.class
                                && List.of("int32", "U", "K").contains(milType)
                                && spelled.matches("-?\\d+");
        return whole ? (Object) Integer.valueOf(spelled) : Float.valueOf(spelled);
    }
}
