package propane.train.run;

import propane.train.port.Rate;
import propane.train.port.ScheduledSetting;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The learning rates and scheduled settings of a training: at each step four bytes each. */
public final class LearningRates {
    private final List<Rate> rates;
    private final MemorySegment[] ports;
    private final ScheduledSetting[] settings;
    private final MemorySegment[] settingPorts;
    private Change change = Change.NONE;

    /**
     * How rates differ from what their schedules say.
     *
     * @param instead the rate of all optimizers in place of their schedules; not a number where
     *     these hold
     * @param shares what rates are multiplied by, by the option that says so
     */
    public record Change(double instead, Map<String, Double> shares) {
        static final Change NONE = new Change(Double.NaN, Map.of());

        double of(double scheduled) {
            return (Double.isNaN(instead) ? scheduled : instead) * share();
        }

        /** Returns what rates are multiplied by in all. */
        public double share() {
            double product = 1;
            for (double each : shares.values()) {
                product *= each;
            }
            return product;
        }

        /** Returns this with one rate in place of all schedules. */
        public Change instead(double rate) {
            return new Change(rate, shares);
        }

        /** Returns this with rates multiplied by what an option says. */
        public Change share(String option, double other) {
            // In the order of their names, so that a product is the same whoever came first.
            var more = new TreeMap<>(shares);
            more.put(option, other);
            return new Change(instead, Collections.unmodifiableMap(more));
        }

        Change without(String option) {
            var fewer = new TreeMap<>(shares);
            fewer.remove(option);
            return new Change(instead, Collections.unmodifiableMap(fewer));
        }
    }

    LearningRates(Compilation programs) {
        this.rates = programs.step().rates();
        this.ports =
                rates.stream()
                        .map(rate -> programs.state().segment(rate.port()))
                        .toArray(MemorySegment[]::new);
        this.settings = programs.step().scheduled().toArray(ScheduledSetting[]::new);
        this.settingPorts =
                Stream.of(settings)
                        .map(setting -> programs.state().segment(setting.port()))
                        .toArray(MemorySegment[]::new);
    }

    /** Sets the rates for the update after some others. */
    void set(long updates) {
        for (int i = 0; i < ports.length; i++) {
            double rate = at(rates.get(i), updates);
            if (!ScheduledSetting.isIn(rate, Double.POSITIVE_INFINITY)) {
                throw ScheduledSetting.outOfRange(
                        "schedule: the learning rate of " + rates.get(i).optimizer(),
                        updates,
                        rate,
                        Double.POSITIVE_INFINITY,
                        " and what it is made of");
            }
            ports[i].set(ValueLayout.JAVA_FLOAT, 0, (float) rate);
        }
        for (int i = 0; i < settings.length; i++) {
            settingPorts[i].set(ValueLayout.JAVA_FLOAT, 0, settings[i].at(updates));
        }
    }

    /** Returns a rate for the update after some others. */
    public double at(Rate rate, long updates) {
        return change.of(rate.schedule().at(updates));
    }

    /** Returns how rates differ from their schedules. */
    public Change change() {
        return change;
    }

    /** Sets how rates differ from their schedules. */
    public void change(Change to) {
        change = to;
    }
}
