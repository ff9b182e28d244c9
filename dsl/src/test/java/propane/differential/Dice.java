package propane.differential;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Numbers drawn from a seed. */
final class Dice {
    private final Random random;

    Dice(long seed) {
        this.random = new Random(seed * 0x9E3779B97F4A7C15L + 7);
    }

    /** Returns whether something of a probability happens. */
    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    /** Returns a whole number between two, both included. */
    int between(int low, int high) {
        return random.nextInt(low, high + 1);
    }

    /** Returns a number between two, of three digits. */
    double real(double low, double high) {
        return rounded(random.nextDouble(low, high));
    }

    /** Returns a number between two, spread evenly by its logarithm, of three digits. */
    double scale(double low, double high) {
        return rounded(Math.exp(random.nextDouble(Math.log(low), Math.log(high))));
    }

    private static double rounded(double value) {
        return new BigDecimal(value).round(new MathContext(3)).doubleValue();
    }

    double normal() {
        return random.nextGaussian();
    }

    @SafeVarargs
    final <T> T oneOf(T... things) {
        return things[random.nextInt(things.length)];
    }

    <T> T oneOf(List<T> things) {
        return things.get(random.nextInt(things.size()));
    }

    /** Returns some of some things, in another order. */
    <T> List<T> some(int count, List<T> things) {
        var all = new ArrayList<>(things);
        Collections.shuffle(all, random);
        return List.copyOf(all.subList(0, Math.min(count, all.size())));
    }

    /** Returns a divisor of a number, the number included. */
    int divisor(int of) {
        var all = new ArrayList<Integer>();
        for (int i = 1; i <= of; i++) {
            if (of % i == 0) {
                all.add(i);
            }
        }
        return oneOf(all);
    }
}
