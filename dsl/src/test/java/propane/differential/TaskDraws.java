package propane.differential;

import propane.nn.loss.Losses;
import propane.nn.metric.Metric;
import propane.nn.metric.Metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Draws losses and the metrics that fit them. */
final class TaskDraws {
    private final Dice dice;

    TaskDraws(Dice dice) {
        this.dice = dice;
    }

    private static Term loss(String name, Object... arguments) {
        return Term.of(Losses.class, name, arguments);
    }

    private static Term metric(String name, Object... arguments) {
        return Term.of(Metrics.class, name, arguments);
    }

    /**
     * Draws a loss.
     *
     * @param isSequence whether outputs are [n, length, units]
     * @param length their length
     */
    Task draw(boolean isSequence, int length) {
        if (isSequence && length >= 4 && dice.chance(0.25)) {
            return spelling(length);
        }
        Task drawn = dice.chance(0.5) ? ofClasses() : ofElements();
        Task task = drawn.isByElement() && dice.chance(0.5) ? otherwise(drawn) : drawn;
        return dice.chance(0.15)
                ? task.with(task.loss().with("lossWeight", dice.real(0.2, 2)))
                : task;
    }

    private Task otherwise(Task task) {
        boolean isOfSides = task.target() == Task.Target.BITS || task.target() == Task.Target.SIGNS;
        return isOfSides && dice.chance(0.5) ? task.whole() : task.missing();
    }

    private Task spelling(int length) {
        return new Task(
                dice.between(3, 5),
                List.of(),
                loss("ctc", dice.between(1, length / 2)),
                Task.Target.SPELLINGS,
                List.of(),
                List.of());
    }

    private Task ofClasses() {
        int classes = dice.between(2, 6);
        return switch (dice.between(0, 5)) {
            case 0 -> ignoring(classes, List.of(), loss("focal", dice.real(0.5, 3)));
            case 1 ->
                    ignoring(
                            classes,
                            List.of(LayerDraws.layer("logSoftmax")),
                            weighted(loss("negativeLogLikelihood"), classes));
            case 2 -> shares(classes);
            default ->
                    ignoring(
                            classes,
                            List.of(),
                            weighted(smoothed(loss("softmaxCrossEntropy")), classes));
        };
    }

    private Term smoothed(Term loss) {
        return dice.chance(0.3) ? loss.with("labelSmoothing", dice.real(0.02, 0.3)) : loss;
    }

    private Term weighted(Term loss, int classes) {
        Object[] weights = IntStream.range(0, classes).mapToObj(_ -> dice.real(0.3, 3)).toArray();
        return dice.chance(0.3) ? loss.with("classWeights", weights) : loss;
    }

    private Task shares(int classes) {
        Term loss = weighted(smoothed(loss("softmaxCrossEntropy")), classes);
        var metrics = new ArrayList<>(List.of(metric("accuracy")));
        if (dice.chance(0.5)) {
            metrics.add(metric("topKAccuracy", dice.between(1, classes)));
        }
        return new Task(
                classes,
                List.of(),
                loss.with("softTargets"),
                Task.Target.SHARES,
                List.of(),
                metrics);
    }

    private Task ignoring(int classes, List<Term> last, Term loss) {
        if (!dice.chance(0.3)) {
            return labelled(classes, last, loss, List.of());
        }
        int ignored = dice.oneOf(-100, -1, 0, classes - 1);
        return labelled(classes, last, loss.with("ignoreIndex", ignored), List.of(ignored));
    }

    private int label(int classes) {
        return dice.between(0, classes - 1);
    }

    private Task labelled(int classes, List<Term> last, Term loss, List<Integer> ignored) {
        var all = new ArrayList<Term>();
        all.add(metric("perplexity"));
        all.add(metric("accuracy"));
        all.add(metric("topKAccuracy", dice.between(1, classes)));
        all.add(score());
        all.add(score());
        all.add(metric("confusionMatrix"));
        all.add(metric("auc"));
        all.replaceAll(each -> dice.chance(0.2) ? each.with("ignoreIndex", label(classes)) : each);
        all.add(score().with("perClass"));
        return new Task(classes, last, loss, Task.Target.LABELS, ignored, some(all));
    }

    /** Each name once. */
    private List<Term> some(List<Term> metrics) {
        var names = new ArrayList<String>();
        var chosen = new ArrayList<Term>();
        for (Term each : dice.some(dice.between(1, 4), metrics)) {
            String name = ((Metric) each.make()).name();
            if (!names.contains(name)) {
                names.add(name);
                chosen.add(each);
            }
        }
        return List.copyOf(chosen);
    }

    private Term score() {
        Term score = metric(dice.oneOf("precision", "recall", "f1"));
        return dice.chance(0.5) ? score.with(dice.oneOf("micro", "macro")) : score;
    }

    private Task ofElements() {
        int units = dice.between(1, 4);
        return switch (dice.between(0, 10)) {
            case 0, 1 -> bits(units);
            case 2 -> numbers(units, loss("meanAbsoluteError"), Task.Target.NUMBERS);
            case 3 -> numbers(units, loss("huber", dice.real(0.3, 2)), Task.Target.NUMBERS);
            case 4 -> numbers(units, loss("smoothL1", dice.real(0.3, 2)), Task.Target.NUMBERS);
            case 5 -> divergence(units + 1);
            case 6 -> numbers(units + 1, loss("cosineDistance"), Task.Target.NUMBERS);
            case 7 -> numbers(units, margin("hinge"), Task.Target.SIGNS);
            case 8 -> numbers(units, margin("hingeEmbedding"), Task.Target.SIGNS);
            case 9 -> numbers(units, loss("binaryCrossEntropy"), Task.Target.FRACTIONS);
            default -> numbers(units, loss("meanSquaredError"), Task.Target.NUMBERS);
        };
    }

    private Term margin(String loss) {
        return dice.chance(0.4) ? loss(loss, dice.real(0.3, 2)) : loss(loss);
    }

    private Task divergence(int units) {
        boolean isOfLogits = dice.chance(0.5);
        return new Task(
                units,
                isOfLogits ? List.of() : List.of(LayerDraws.layer("logSoftmax")),
                isOfLogits ? loss("klDivergence", true) : loss("klDivergence"),
                Task.Target.SHARES,
                List.of(),
                List.of(metric("mae")));
    }

    private Task numbers(int units, Term loss, Task.Target target) {
        var all = List.of(metric("mae"), metric("mse"), metric("rmse"), metric("r2"));
        return new Task(units, List.of(), loss, target, List.of(), some(all));
    }

    private Task bits(int units) {
        var all = new ArrayList<Term>();
        all.add(accuracy("binaryAccuracy"));
        all.add(above(several(score(), units)));
        all.add(above(several(score(), units)).with("perClass"));
        all.add(several(metric("auc"), units));
        if (units == 1) {
            all.add(accuracy("accuracy"));
            all.add(above(metric("confusionMatrix")));
        }
        return new Task(
                units,
                List.of(),
                loss("binaryCrossEntropy"),
                Task.Target.BITS,
                List.of(),
                some(all));
    }

    private static Term several(Term metric, int units) {
        return units > 1 ? metric.with("multiLabel") : metric;
    }

    private Term accuracy(String name) {
        return dice.chance(0.4) ? metric(name, dice.real(-0.5, 0.5)) : metric(name);
    }

    private Term above(Term metric) {
        return dice.chance(0.4) ? metric.with("threshold", dice.real(-0.5, 0.5)) : metric;
    }
}
