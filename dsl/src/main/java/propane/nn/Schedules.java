package propane.nn;

import java.util.List;

/** The built-in schedules as values; the formulas are PyTorch's. */
final class Schedules {
    private Schedules() {}

    /** Returns whether a schedule is known to be 0 at all steps. */
    static boolean isZero(Schedule schedule) {
        return schedule instanceof Constant(double value) && value == 0;
    }

    /** A schedule whose formula others can compute, too; {@link ScheduleForm} tells it. */
    sealed interface Known extends Schedule {}

    record Constant(double value) implements Known {
        @Override
        public double at(long step) {
            return value;
        }
    }

    record Cosine(double from, double to, long steps) implements Known {
        @Override
        public double at(long step) {
            return between(from, to, (double) step / steps);
        }
    }

    record Step(double from, double factor, long every) implements Known {
        @Override
        public double at(long step) {
            return from * Math.pow(factor, Math.floorDiv(step, every));
        }
    }

    record Exponential(double from, double factor) implements Known {
        @Override
        public double at(long step) {
            return from * Math.pow(factor, step);
        }
    }

    record Warmup(Schedule join, double start, long steps) implements Known {
        @Override
        public double at(long step) {
            double share = start + (1 - start) * Math.min(step, steps) / steps;
            return join.at(step) * share;
        }
    }

    record MultiStep(double from, double factor, List<Long> milestones) implements Known {
        @Override
        public double at(long step) {
            long passed = milestones.stream().filter(milestone -> milestone <= step).count();
            return from * Math.pow(factor, passed);
        }
    }

    record Polynomial(double from, double power, long steps) implements Known {
        @Override
        public double at(long step) {
            return from * Math.pow(1 - (double) Math.min(step, steps) / steps, power);
        }
    }

    record Linear(double from, double to, long steps) implements Known {
        @Override
        public double at(long step) {
            double share = (double) Math.min(step, steps) / steps;
            return from * (1 - share) + to * share;
        }
    }

    record CosineRestarts(double from, double to, long steps, long longer) implements Known {
        @Override
        public double at(long step) {
            long since = step;
            long length = steps;
            if (longer == 1) {
                since %= length;
            }
            while (since >= length) {
                since -= length;
                length *= longer;
            }
            return between(from, to, (double) since / length);
        }
    }

    record OneCycle(double largest, long steps, double rise, double first, double last)
            implements Known {
        @Override
        public double at(long step) {
            double top = rise * steps - 1;
            double end = steps - 1;
            double start = largest / first;
            if (step <= top) {
                return between(start, largest, step / top);
            }
            return between(largest, start / last, (Math.min(step, end) - top) / (end - top));
        }
    }

    record Joined(Schedule before, long stepDecay, Schedule next) implements Known {
        @Override
        public double at(long now) {
            return now < stepDecay ? before.at(now) : next.at(now - stepDecay);
        }
    }

    /** Returns a value on half a cosine from one to another. */
    private static double between(double from, double to, double share) {
        return to + (from - to) * (1 + Math.cos(Math.PI * share)) / 2;
    }
}
