package propane.train.run;

import propane.checkpoint.Weights;
import propane.nn.Model;
import propane.nn.Weight;
import propane.spi.Bindings;
import propane.tensor.NDArray;
import propane.train.port.Averages;

import java.util.LinkedHashMap;
import java.util.Map;

/** The state of the best epoch, which comes back in the end: what a model predicts by. */
final class KeptBest {
    /** What begins the names of its arrays among a checkpoint's slots. */
    private static final String PREFIX = "restore_best/";

    private KeptBest() {}

    /** Returns copies of weights, statistics and running means, by port. */
    static Map<String, NDArray> of(Model model, Bindings bindings) {
        var kept = new LinkedHashMap<String, NDArray>();
        for (Weight weight : model.variables()) {
            kept.put(weight.path(), bindings.read(weight.path()));
            String mean = Averages.port(weight).name();
            if (bindings.has(mean)) {
                kept.put(mean, bindings.read(mean));
            }
        }
        return kept;
    }

    static boolean isOwn(String name) {
        return name.startsWith(PREFIX);
    }

    /** Returns a checkpoint's slots and what is kept. */
    static Weights with(Weights slots, Map<String, NDArray> kept) {
        var all = new LinkedHashMap<>(slots.arrays());
        kept.forEach((name, array) -> all.put(PREFIX + name, array));
        return new Weights(all);
    }

    /** Returns what a checkpoint's slots keep. */
    static Map<String, NDArray> in(Weights slots) {
        var kept = new LinkedHashMap<String, NDArray>();
        slots.arrays()
                .forEach((name, array) -> {
                    if (isOwn(name)) {
                        kept.put(name.substring(PREFIX.length()), array);
                    }
                });
        return kept;
    }
}
