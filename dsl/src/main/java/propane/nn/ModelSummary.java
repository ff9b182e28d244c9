package propane.nn;

import propane.nn.rule.Names;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The table that {@link Model#summary} shows. */
final class ModelSummary {
    private final Model model;
    private final Set<Weight> trainable;
    private final String format;
    private final StringBuilder text = new StringBuilder();

    private ModelSummary(Model model) {
        this.model = model;
        this.trainable = Set.copyOf(model.trainable());
        int paths = model.layers().keySet().stream().mapToInt(String::length).reduce(32, Math::max);
        this.format = "%-" + paths + "s %-20s %12s";
    }

    static String of(Model model) {
        return new ModelSummary(model).text();
    }

    private String text() {
        text.append(String.format(Locale.ROOT, format, "layer", "output", "weights")).append('\n');
        Map<String, ModelTrace.LayerTrace> layers = model.layers();
        Map<String, List<Weight>> owned = owned(layers.keySet());
        for (ModelTrace.LayerTrace layer : layers.values()) {
            List<Weight> own = owned.getOrDefault(layer.path(), List.of());
            boolean hasParts =
                    layers.keySet().stream().anyMatch(path -> path.startsWith(layer.path() + "/"));
            if (!hasParts || !own.isEmpty()) {
                String output = layer.output().shape().tail().toString();
                row(layer.path(), output, own, slides(layer));
            }
        }
        for (Weight weight : owned.getOrDefault("", List.of())) {
            row(weight.path(), "", List.of(weight), "");
        }
        return text.append("trainable ")
                .append(String.format(Locale.ROOT, "%,d", size(model.trainable())))
                .append(" of ")
                .append(String.format(Locale.ROOT, "%,d weights", size(model.parameters())))
                .toString();
    }

    private void row(String path, String output, List<Weight> own, String note) {
        String weights = String.format(Locale.ROOT, "%,d", size(own));
        text.append(String.format(Locale.ROOT, format, path, output, weights))
                .append(note)
                .append(frozen(own))
                .append('\n');
    }

    private String frozen(List<Weight> own) {
        long still = own.stream().filter(weight -> !trainable.contains(weight)).count();
        if (still == 0) {
            return "";
        }
        return still == own.size() ? "  frozen" : "  partly frozen";
    }

    /** Returns the weights by the innermost layer that has them; by "" those of no layer. */
    private Map<String, List<Weight>> owned(Set<String> layers) {
        var owned = new LinkedHashMap<String, List<Weight>>();
        for (Weight weight : model.parameters()) {
            String owner =
                    Names.above(weight.path()).filter(layers::contains).reduce("", (_, b) -> b);
            owned.computeIfAbsent(owner, _ -> new ArrayList<>()).add(weight);
        }
        return owned;
    }

    /** Which axes are channels and which are slid over, a shape alone does not show. */
    private static String slides(ModelTrace.LayerTrace layer) {
        if (!layer.layer().slides()) {
            return "";
        }
        int axes = layer.input().rank() - 2;
        return "  "
                + layer.input().dim(1)
                + (layer.input().dim(1) == 1 ? " channel" : " channels")
                + " over "
                + axes
                + (axes == 1 ? " axis" : " axes");
    }

    private static long size(List<Weight> weights) {
        return weights.stream().mapToLong(weight -> weight.shape().size()).sum();
    }
}
