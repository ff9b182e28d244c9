package propane.differential;

import propane.nn.Weight;
import propane.nn.WeightFilters;
import propane.nn.optimizer.EveryOptimizer;
import propane.nn.optimizer.Optimizers;
import propane.nn.schedule.Schedules;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Draws optimizers for the weights of a model. */
final class OptimizerDraws {
    /** Learning rates of which a few updates show something; others are 0.01. */
    private static final Map<String, Double> RATES =
            Map.of(
                    "sgd", 0.05,
                    "lars", 1.0,
                    "lion", 0.002,
                    "adagrad", 0.02,
                    "rmsprop", 0.005,
                    "adadelta", 1.0,
                    "adafactor", 0.02,
                    "muon", 0.02);

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

    static Term under(String path) {
        return Term.of(WeightFilters.class, "under", path);
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
                    : Term.of(
                            Optimizers.class,
                            "paramGroups",
                            muon().with("paramGroup", matrix()),
                            one());
        }
        if (weights.size() > 1 && dice.chance(0.2)) {
            return Term.of(
                    Optimizers.class,
                    "paramGroups",
                    one().with("paramGroup", under(part())),
                    one());
        }
        return one();
    }

    /** Selects weights of two axes: all of them, where no kernel has more. */
    private Term matrix() {
        boolean isAll = weights.stream().noneMatch(weight -> weight.shape().rank() > 2);
        var matrices = weights.stream().filter(this::isMatrix).map(Weight::path).toList();
        return isAll && dice.chance(0.5)
                ? Term.of(WeightFilters.class, "matrices")
                : under(dice.oneOf(matrices));
    }

    private String part() {
        return layer(dice.oneOf(weights));
    }

    private Term one() {
        var plain = new ArrayList<>(EveryOptimizer.made(1).keySet());
        plain.remove("muon");
        return optimizer(dice.oneOf(plain));
    }

    private Term muon() {
        return optimizer("muon");
    }

    private Term optimizer(String name) {
        double about = RATES.getOrDefault(name, 0.01);
        var given = new ArrayList<Object>(List.of(rates.rate(about)));
        boolean isOwn =
                EveryOptimizer.OWN.containsKey(name) && !name.equals("muon") && dice.chance(0.5);
        if (isOwn) {
            given.addAll(own(name));
        }
        Term term = Term.of(Optimizers.class, name, given.toArray());
        Class<?> type = EveryOptimizer.made(1).get(name).getClass();
        var settings =
                EveryOptimizer.settings(type).map(Method::getName).distinct().sorted().toList();
        // Of a momentum that is 0 by default nothing else can be set.
        boolean moves = settings.contains("momentum") && dice.chance(0.6);
        for (String setting : settings) {
            boolean isWanted =
                    switch (setting) {
                        case "momentum" -> moves;
                        // PyTorch has no dampening with Nesterov's momentum.
                        case "nesterov" -> moves && !isDampened(name, isOwn) && dice.chance(0.4);
                        default -> dice.chance(0.4);
                    };
            if (isWanted) {
                term = set(term, setting);
            }
        }
        return term;
    }

    private static boolean isDampened(String name, boolean isOwn) {
        return isOwn && name.equals("sgd");
    }

    /** Returns what only this optimizer can be set to, as its factory takes it. */
    private List<Object> own(String name) {
        return switch (name) {
            case "sgd" -> List.of(dice.real(0.3, 0.95), dice.real(0.05, 0.8));
            case "lars" -> List.of(dice.scale(1e-3, 0.1), selection());
            case "lamb" -> List.of(selection());
            case "adagrad" -> List.of(dice.real(0.01, 0.2));
            case "adadelta" -> List.of(dice.real(0.7, 0.95));
            case "nadam" -> List.of(dice.scale(1e-3, 0.02));
            case "adafactor" -> List.of(-dice.real(0.5, 0.95), dice.real(1, 2));
            default -> throw new IllegalArgumentException("no values are known of " + name);
        };
    }

    private Term set(Term term, String setting) {
        return switch (setting) {
            case "betas" -> term.with(setting, dice.real(0.5, 0.95), dice.real(0.8, 0.999));
            case "nesterov" -> term.with(setting, dice.chance(0.7));
            default -> term.with(setting, value(term.name(), setting));
        };
    }

    private Object value(String optimizer, String setting) {
        return switch (setting) {
            case "momentum" -> changing(dice.real(0.3, 0.95), dice.real(0.3, 0.95));
            case "weightDecay" -> changing(dice.scale(1e-3, 0.1), dice.scale(1e-3, 0.1));
            case "centered", "decoupledWeightDecay" -> dice.chance(0.5);
            case "decayMask" -> selection();
            case "epsilon" -> dice.scale(1e-6, optimizer.equals("adafactor") ? 1e-2 : 1e-3);
            case "alpha" -> dice.real(0.8, 0.995);
            default -> throw new IllegalArgumentException("no values are known of " + setting);
        };
    }

    /** Returns a number, or a schedule from one to another. */
    private Object changing(double from, double to) {
        return dice.chance(0.6)
                ? from
                : Term.of(Schedules.class, "linear", from, to, dice.between(2, 7));
    }

    private Term selection() {
        var all = new ArrayList<Term>(List.of(under(part())));
        if (weights.stream().anyMatch(weight -> weight.shape().rank() > 1)) {
            all.add(Term.of(WeightFilters.class, "matrices"));
        }
        String one = part();
        if (weights.stream().anyMatch(weight -> !layer(weight).startsWith(one))) {
            all.add(Term.of(WeightFilters.class, "not", under(one)));
        }
        return dice.oneOf(all);
    }
}
