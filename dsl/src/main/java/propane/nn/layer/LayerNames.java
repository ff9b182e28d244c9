package propane.nn.layer;

import propane.nn.Layer;

import java.util.ArrayList;
import java.util.List;

/** What layers of others are called in texts. */
final class LayerNames {
    /** So many layers a text names. */
    private static final int MOST = 8;

    private LayerNames() {}

    /** Returns the kinds of layers, for example {@code sequential(dense, relu, … 12 more)}. */
    static String list(String kind, List<Layer> layers) {
        var shown = new ArrayList<String>();
        for (Layer layer : layers.subList(0, Math.min(MOST, layers.size()))) {
            shown.add(layer instanceof Named(String name, _) ? name : layer.kind());
        }
        if (layers.size() > MOST) {
            shown.add("… " + (layers.size() - MOST) + " more");
        }
        return kind + "(" + String.join(", ", shown) + ")";
    }
}
