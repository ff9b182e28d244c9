package propane.differential;

import propane.nn.Optimizers;
import propane.nn.Parameters;
import propane.nn.Weight;

import java.util.ArrayList;
import java.util.List;

/** Draws optimizers for the weights of a model. */
final class OptimizerDraws {
    private final Dice dice;
    private final RateDraws rates;
    private final List<Weight> weights;

    /**
     * Begins to draw.
     *
     * @param weights the weights that are trained, at least one
     */
    OptimizerDraws(Dice dice, List<Weight> weights) {
        this.dice = dice;
        this.rates = new RateDraws(dice);
        this.weights = weights;
    }

    private Term optimizer(String name, double about) {
        return Term.of(Optimizers.class, name, rates.rate(about));
    }

    static Term under(String path) {
        return Term.of(Parameters.class, "under", path);
    }

    private static String layer(Weight weight) {
        String path = weight.path();
        return path.contains("/") ? path.substring(0, path.lastIndexOf('/')) : path;
    }

    private boolean isMatrix(Weight weight) {
        return weight.shape().rank() == 2;
    }

    /** Returns an optimizer of all weights. */
    Term draw() {
        boolean isOrthogonal = weights.stream().anyMatch(this::isMatrix);
        if (isOrthogonal && dice.chance(0.12)) {
            return weights.stream().allMatch(this::isMatrix) && dice.chance(0.5)
                    ? muon()
                    : Term.of(Optimizers.class, "groups", muon().with("on", matrix()), one());
        }
        if (weights.size() > 1 && dice.chance(0.2)) {
            return Term.of(Optimizers.class, "groups", one().with("on", under(part())), one());
        }
        return one();
    }

    /** Selects weights of two axes: all of them, where no kernel has more. */
    private Term matrix() {
        boolean isAll = weights.stream().noneMatch(weight -> weight.shape().rank() > 2);
        var matrices = weights.stream().filter(this::isMatrix).map(Weight::path).toList();
        return isAll && dice.chance(0.5)
                ? Term.of(Parameters.class, "matrices")
                : under(dice.oneOf(matrices));
    }

    private String part() {
        return layer(dice.oneOf(weights));
    }

    private Term one() {
        return decayed(
                switch (dice.between(0, 12)) {
                    case 0 -> momentum(optimizer("sgd", 0.05));
                    case 1 -> optimizer("sgd", 0.1);
                    case 2, 3 ->
                            moments(optimizer(dice.oneOf("adam", "adamW", "amsgrad"), 0.01), true);
                    case 4 -> moments(optimizer("adamax", 0.01), true);
                    case 5 -> nadam();
                    case 6 -> apart(moments(optimizer("radam", 0.01), true));
                    case 7 -> rmsprop();
                    case 8 -> adagrad();
                    case 9 -> adadelta();
                    case 10 -> moments(optimizer("lion", 0.002), false);
                    default -> adafactor();
                });
    }

    private Term momentum(Term sgd) {
        double mu = dice.real(0.3, 0.95);
        if (dice.chance(0.4)) {
            return sgd.with("nesterov", mu);
        }
        Term with = sgd.with("momentum", mu);
        return dice.chance(0.4) ? with.with("dampening", dice.real(0.05, 0.8)) : with;
    }

    private Term moments(Term adam, boolean hasEpsilon) {
        Term set = adam;
        if (dice.chance(0.4)) {
            set = set.with("betas", dice.real(0.5, 0.95), dice.real(0.8, 0.999));
        }
        return hasEpsilon && dice.chance(0.4) ? set.with("epsilon", dice.scale(1e-7, 1e-3)) : set;
    }

    private Term apart(Term optimizer) {
        return dice.chance(0.4) ? optimizer.with("decoupled") : optimizer;
    }

    private Term nadam() {
        Term nadam = moments(optimizer("nadam", 0.01), true);
        return apart(
                dice.chance(0.4) ? nadam.with("momentumDecay", dice.scale(1e-3, 0.02)) : nadam);
    }

    private Term rmsprop() {
        Term set = optimizer("rmsprop", 0.005);
        if (dice.chance(0.4)) {
            set = set.with("alpha", dice.real(0.8, 0.995));
        }
        if (dice.chance(0.4)) {
            set = set.with("momentum", dice.real(0.3, 0.9));
        }
        if (dice.chance(0.4)) {
            set = set.with("centred");
        }
        return dice.chance(0.4) ? set.with("epsilon", dice.scale(1e-6, 1e-3)) : set;
    }

    private Term adagrad() {
        Term set = optimizer("adagrad", 0.02);
        if (dice.chance(0.4)) {
            set = set.with("startingAt", dice.real(0.01, 0.2));
        }
        return dice.chance(0.4) ? set.with("epsilon", dice.scale(1e-8, 1e-4)) : set;
    }

    private Term adadelta() {
        Term set = optimizer("adadelta", 1);
        if (dice.chance(0.4)) {
            set = set.with("rho", dice.real(0.7, 0.95));
        }
        return dice.chance(0.4) ? set.with("epsilon", dice.scale(1e-6, 1e-3)) : set;
    }

    private Term adafactor() {
        Term set = optimizer("adafactor", 0.02);
        if (dice.chance(0.4)) {
            set = set.with("power", -dice.real(0.5, 0.95));
        }
        if (dice.chance(0.4)) {
            set = set.with("epsilon", dice.scale(1e-4, 1e-2));
        }
        return dice.chance(0.4) ? set.with("largest", dice.real(1, 2)) : set;
    }

    private Term muon() {
        Term set = optimizer("muon", 0.02);
        if (dice.chance(0.4)) {
            set = set.with("momentum", dice.real(0.5, 0.95));
        }
        return decayed(dice.chance(0.4) ? set.with("withoutNesterov") : set);
    }

    private Term decayed(Term optimizer) {
        if (!dice.chance(0.4)) {
            return optimizer;
        }
        Term set = optimizer.with("weightDecay", dice.scale(1e-3, 0.1));
        return dice.chance(0.5) ? set.with("decaying", selection()) : set;
    }

    private Term selection() {
        var all = new ArrayList<Term>(List.of(under(part())));
        if (weights.stream().anyMatch(weight -> weight.shape().rank() > 1)) {
            all.add(Term.of(Parameters.class, "matrices"));
        }
        String one = part();
        if (weights.stream().anyMatch(weight -> !layer(weight).startsWith(one))) {
            all.add(Term.of(Parameters.class, "not", under(one)));
        }
        return dice.oneOf(all);
    }
}
