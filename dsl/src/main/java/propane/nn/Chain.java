package propane.nn;

import java.util.List;

/** An optimizer that is the parts it is given. */
record Chain(List<GradientTransform> transforms) implements ChainedOptimizer {
    Chain {
        transforms = List.copyOf(transforms);
    }
}
