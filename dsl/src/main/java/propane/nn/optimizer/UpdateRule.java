package propane.nn.optimizer;

import propane.nn.rule.Names;

import java.util.List;

/** What a built-in optimizer does: a record of the settings that only this one has. */
interface UpdateRule {
    /** Returns the parts of the optimizer, which check the settings that they have a use for. */
    List<GradientTransform> transforms(Hyperparameters settings);

    /** Returns what the optimizer is called. */
    default String kind() {
        return Names.kind(getClass(), "optimizer");
    }
}
