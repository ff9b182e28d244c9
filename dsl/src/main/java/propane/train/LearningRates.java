package propane.train;

import propane.nn.Schedule;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;

/** The learning rates of a training: at each step four bytes each. */
final class LearningRates {
    private final Schedule[] schedules;
    private final MemorySegment[] ports;

    LearningRates(Compilation programs) {
        this.schedules = programs.step().rates().values().toArray(Schedule[]::new);
        var found = new ArrayList<MemorySegment>();
        for (String optimizer : programs.step().rates().keySet()) {
            found.add(programs.state().segment(StepTrace.ratePort(optimizer).name()));
        }
        this.ports = found.toArray(MemorySegment[]::new);
    }

    /** Sets the rates for the update after some others. */
    void set(long updates) {
        for (int i = 0; i < schedules.length; i++) {
            ports[i].set(ValueLayout.JAVA_FLOAT, 0, (float) schedules[i].at(updates));
        }
    }

    void replace(Schedule schedule) {
        Arrays.fill(schedules, schedule);
    }
}
