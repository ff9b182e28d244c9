package propane.checkpoint;

import java.util.regex.Pattern;

/** How PyTorch's names of weights become paths. */
final class TorchNames {
    private static final Pattern NUMBER = Pattern.compile("(?:^|\\.)(\\d+)(?=\\.)");

    private TorchNames() {}

    /** Returns the path for a name; empty for what is no weight and no statistic. */
    static String path(String name, Weights all) {
        int dot = name.lastIndexOf('.');
        String module = name.substring(0, dot + 1);
        String own = name.substring(dot + 1);
        return own.equals("num_batches_tracked")
                ? ""
                : NUMBER.matcher(module).replaceAll("_$1").replace('.', '/')
                        + own(own, isNorm(module, all));
    }

    private static String own(String name, boolean isNorm) {
        return switch (name) {
            case "running_mean" -> "mean";
            case "running_var" -> "variance";
            case "weight" -> isNorm ? "gamma" : name;
            case "bias" -> isNorm ? "beta" : name;
            default -> name;
        };
    }

    private static boolean isNorm(String module, Weights all) {
        return all.has(module + "weight") && all.at(module + "weight").shape().rank() == 1;
    }
}
