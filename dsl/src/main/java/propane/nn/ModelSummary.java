package propane.nn;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The table that {@link Model#summary} shows. */
final class ModelSummary {
    private ModelSummary() {}

    static String of(Model model) {
        ModelTrace trace = model.dry();
        var text = new StringBuilder();
        text.append(String.format(Locale.ROOT, "%-32s %-20s %12s%n", "layer", "output", "weights"));
        Set<String> paths = trace.applied().keySet();
        Map<String, Boolean> trainable =
                model.parameters().stream()
                        .collect(
                                Collectors.toMap(
                                        Weight::path,
                                        weight -> model.trainable().contains(weight)));
        for (ModelTrace.LayerTrace layer : trace.applied().values()) {
            if (paths.stream().anyMatch(path -> path.startsWith(layer.path() + "/"))) {
                continue; // its parts are shown
            }
            List<Weight> own =
                    model.parameters().stream()
                            .filter(WeightFilter.under(layer.path())::includes)
                            .toList();
            boolean frozen = !own.isEmpty() && own.stream().noneMatch(w -> trainable.get(w.path()));
            text.append(
                    String.format(
                            Locale.ROOT,
                            "%-32s %-20s %,12d%s%n",
                            layer.path(),
                            layer.output().shape().tail(),
                            size(own),
                            frozen ? "  frozen" : ""));
        }
        text.append(
                String.format(
                        Locale.ROOT,
                        "trainable %,d of %,d weights",
                        size(model.trainable()),
                        size(model.parameters())));
        return text.toString();
    }

    private static long size(List<Weight> weights) {
        return weights.stream().mapToLong(weight -> weight.shape().size()).sum();
    }
}
