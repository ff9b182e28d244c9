package propane.nn;

/** The built-in schedules as values. */
final class Schedules {
    private Schedules() {}

    record Constant(double value) implements Schedule {
        @Override
        public double at(long step) {
            return value;
        }
    }
}
