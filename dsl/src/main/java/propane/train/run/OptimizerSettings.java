package propane.train.run;

import propane.json.Json;
import propane.json.JsonField;
import propane.nn.optimizer.Optimizer;
import propane.reading.Bounds;
import propane.tensor.FormatException;
import propane.tensor.Problem;

import java.util.Map;

/** What is set of optimizers beside their learning rates, in a checkpoint. */
final class OptimizerSettings {
    private OptimizerSettings() {}

    /** Returns the settings of optimizers, as a checkpoint holds them. */
    static Json.Members json(Map<String, Optimizer> optimizers) {
        Json.Members all = Json.object();
        for (var optimizer : optimizers.entrySet()) {
            Json.Members one = Json.object();
            for (var setting : optimizer.getValue().settings().entrySet()) {
                one = one.with(setting.getKey(), setting.getValue());
            }
            all = all.with(optimizer.getKey(), one);
        }
        return all;
    }

    /**
     * Requires that a checkpoint's optimizers were set as these are. What only one side knows, of
     * another release for example, is not compared.
     *
     * @throws FormatException if one was set otherwise
     */
    static void requireSame(JsonField there, Map<String, Optimizer> here, String file) {
        here.forEach((name, optimizer) -> {
            if (!there.has(name)) {
                return;
            }
            JsonField settings = there.at(name);
            optimizer
                    .settings()
                    .forEach((setting, value) -> {
                        if (settings.has(setting) && !settings.at(setting).string().equals(value)) {
                            throw new FormatException(
                                    Problem.ofFile(
                                                    file,
                                                    "it was trained by another optimizer: "
                                                            + name
                                                            + " with "
                                                            + setting
                                                            + " "
                                                            + Bounds.shown(
                                                                    settings.at(setting).string())
                                                            + ", here "
                                                            + value)
                                            .fix(
                                                    "use the same optimizer, or load the weights"
                                                            + " alone: load(Weights.read(path))"));
                        }
                    });
        });
    }
}
