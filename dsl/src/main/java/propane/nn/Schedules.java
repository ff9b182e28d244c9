package propane.nn;

/** The built-in schedules as values; the formulas are PyTorch's. */
final class Schedules {
    private Schedules() {}

    record Constant(double value) implements Schedule {
        @Override
        public double at(long step) {
            return value;
        }
    }

    record Cosine(double from, double to, long steps) implements Schedule {
        @Override
        public double at(long step) {
            double turn = Math.PI * step / steps;
            return to + (from - to) * (1 + Math.cos(turn)) / 2;
        }
    }

    record Step(double from, double factor, long every) implements Schedule {
        @Override
        public double at(long step) {
            return from * Math.pow(factor, Math.floorDiv(step, every));
        }
    }

    record Exponential(double from, double factor) implements Schedule {
        @Override
        public double at(long step) {
            return from * Math.pow(factor, step);
        }
    }

    record Warmup(Schedule then, double start, long steps) implements Schedule {
        @Override
        public double at(long step) {
            double share = start + (1 - start) * Math.min(step, steps) / steps;
            return then.at(step) * share;
        }
    }
}
