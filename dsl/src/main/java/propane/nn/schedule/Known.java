package propane.nn.schedule;

import propane.nn.rule.ScheduleForm;
import propane.nn.schedule.Schedules.Constant;
import propane.nn.schedule.Schedules.Cosine;
import propane.nn.schedule.Schedules.CosineRestarts;
import propane.nn.schedule.Schedules.Exponential;
import propane.nn.schedule.Schedules.Joined;
import propane.nn.schedule.Schedules.Linear;
import propane.nn.schedule.Schedules.MultiStep;
import propane.nn.schedule.Schedules.OneCycle;
import propane.nn.schedule.Schedules.Polynomial;
import propane.nn.schedule.Schedules.Step;
import propane.nn.schedule.Schedules.Warmup;

import java.util.List;

/** A schedule whose formula others can compute, too; its form tells it. */
sealed interface Known extends Schedule, ScheduleForm.Known<Schedule>
        permits Constant,
                Cosine,
                Step,
                Exponential,
                Warmup,
                MultiStep,
                Polynomial,
                Linear,
                CosineRestarts,
                OneCycle,
                Joined {
    @Override
    default ScheduleForm<Schedule> form() {
        return switch (this) {
            case Constant(double value) -> ScheduleForm.constant(value);
            case Cosine(double from, double to, long steps) ->
                    ScheduleForm.<Schedule>kind("cosine")
                            .with("from", from)
                            .with("to", to)
                            .with("steps", steps);
            case Step(double from, double factor, long every) ->
                    ScheduleForm.<Schedule>kind("step")
                            .with("from", from)
                            .with("factor", factor)
                            .with("every", every);
            case Exponential(double from, double factor) ->
                    ScheduleForm.<Schedule>kind("exponential")
                            .with("from", from)
                            .with("factor", factor);
            case Warmup(Schedule then, double start, long steps) ->
                    ScheduleForm.<Schedule>kind("warmup")
                            .with("start", start)
                            .with("steps", steps)
                            .withPart("then", then);
            case MultiStep(double from, double factor, List<Long> milestones) ->
                    ScheduleForm.<Schedule>kind("multiStep")
                            .with("from", from)
                            .with("factor", factor)
                            .at(milestones);
            case Polynomial(double from, double power, long steps) ->
                    ScheduleForm.<Schedule>kind("polynomial")
                            .with("from", from)
                            .with("power", power)
                            .with("steps", steps);
            case Linear(double from, double to, long steps) ->
                    ScheduleForm.<Schedule>kind("linear")
                            .with("from", from)
                            .with("to", to)
                            .with("steps", steps);
            case CosineRestarts(double from, double to, long steps, long longer) ->
                    ScheduleForm.<Schedule>kind("cosineRestarts")
                            .with("from", from)
                            .with("to", to)
                            .with("steps", steps)
                            .with("longer", longer);
            case OneCycle(double largest, long steps, double rise, double first, double last) ->
                    ScheduleForm.<Schedule>kind("oneCycle")
                            .with("largest", largest)
                            .with("steps", steps)
                            .with("rise", rise)
                            .with("first", first)
                            .with("last", last);
            case Joined(Schedule before, long step, Schedule next) ->
                    ScheduleForm.<Schedule>kind("joined")
                            .withPart("before", before)
                            .with("step", step)
                            .withPart("next", next);
        };
    }
}
