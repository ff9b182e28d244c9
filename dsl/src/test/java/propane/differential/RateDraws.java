package propane.differential;

import propane.nn.schedule.Schedules;

import java.util.ArrayList;
import java.util.TreeSet;

/** Draws learning rates: schedules of which a few updates see the turns. */
final class RateDraws {
    private final Dice dice;

    RateDraws(Dice dice) {
        this.dice = dice;
    }

    private static Term schedule(String name, Object... arguments) {
        return Term.of(Schedules.class, name, arguments);
    }

    /** Returns a learning rate, a number or a schedule. */
    Object rate(double about) {
        return dice.chance(0.3) ? value(about) : changed(about);
    }

    private double value(double about) {
        return dice.scale(about / 2, about * 2);
    }

    private int steps() {
        return dice.between(2, 7);
    }

    private Term changed(double about) {
        Term schedule = plain(about);
        if (dice.chance(0.2)) {
            schedule = schedule.with("join", dice.between(2, 5), plain(about));
        }
        if (dice.chance(0.2)) {
            schedule =
                    dice.chance(0.5)
                            ? schedule.with("warmup", dice.between(2, 4))
                            : schedule.with("warmup", dice.real(0.1, 0.6), dice.between(2, 4));
        }
        return schedule;
    }

    private Term plain(double about) {
        double from = value(about);
        double to = dice.scale(about / 10, about / 3);
        return switch (dice.between(0, 9)) {
            case 0 -> schedule("constant", from);
            case 1 ->
                    dice.chance(0.5)
                            ? schedule("cosineDecay", from, steps())
                            : schedule("cosineDecay", from, to, steps());
            case 2 -> schedule("stepDecay", from, dice.real(0.3, 0.9), dice.between(1, 3));
            case 3 -> schedule("exponentialDecay", from, dice.real(0.6, 0.95));
            case 4 -> multiStep(from);
            case 5 -> schedule("polynomialDecay", from, dice.real(0.5, 2), steps());
            case 6 ->
                    dice.chance(0.5)
                            ? schedule("linear", from, to, steps())
                            : schedule("linear", to, from, steps());
            case 7 ->
                    dice.chance(0.5)
                            ? schedule(
                                    "cosineWarmRestarts",
                                    from,
                                    dice.between(1, 4),
                                    dice.between(1, 2))
                            : schedule(
                                    "cosineWarmRestarts",
                                    from,
                                    to,
                                    dice.between(1, 4),
                                    dice.between(1, 2));
            case 8 -> schedule("oneCycle", from, dice.between(5, 10));
            default ->
                    schedule(
                            "oneCycle",
                            from,
                            dice.between(6, 10),
                            dice.real(0.3, 0.7),
                            dice.real(2, 20),
                            dice.real(10, 500));
        };
    }

    private Term multiStep(double from) {
        var milestones = new TreeSet<Integer>();
        for (int i = 0; i < 2; i++) {
            milestones.add(dice.between(1, 6));
        }
        var values = new ArrayList<>();
        values.add(from);
        values.add(dice.real(0.2, 0.9));
        values.addAll(milestones);
        return schedule("multiStepDecay", values.toArray());
    }
}
