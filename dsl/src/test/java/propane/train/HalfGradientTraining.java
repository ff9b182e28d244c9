package propane.train;

import propane.coreml.lowering.LoweredFunction;
import propane.coreml.lowering.MeasuredNumbers;
import propane.coreml.lowering.NeuralEngineLowering;
import propane.coreml.lowering.PortLayout;
import propane.data.Batch;
import propane.data.Dataset;
import propane.engine.Engine;
import propane.spi.Bindings;
import propane.spi.CompiledProgram;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.NDArray;
import propane.train.port.Rate;
import propane.train.port.ScheduledSetting;
import propane.train.run.TrainerState;
import propane.train.trace.StepPrograms;

import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Trains as a device does that takes float16 alone: gradients in the Neural Engine's form, computed
 * by the CPU engine in float16, and the update in float32 over the trainer's state.
 */
final class HalfGradientTraining implements AutoCloseable {
    private final Training training;
    private final Trainer trainer;
    private final LoweredFunction lowered;
    private final Bindings halves;
    private final Bindings whole;
    private final CompiledProgram gradients;
    private final CompiledProgram update;

    HalfGradientTraining(Training training, Trainer trainer) {
        this(training, trainer, new MeasuredNumbers()::apply);
    }

    private HalfGradientTraining(
            Training training, Trainer trainer, UnaryOperator<Program.Function> numbers) {
        this.training = training;
        this.trainer = trainer;
        var step = new StepPrograms(training.spec(), training.spec().batch(), true);
        this.lowered = NeuralEngineLowering.float16(step.gradients(), Map.of());
        Program half = Program.of(numbers.apply(lowered.function()));
        Program rest = Program.of(step.update());
        this.halves = Bindings.allocate(half.ports());
        this.whole = trainer.programs().state().sharing(rest.ports());
        this.gradients = Engine.cpu().compile(half, halves);
        this.update = Engine.cpu().compile(rest, whole);
        for (Rate rate : step.rates()) {
            NDArray value = NDArray.of(new float[] {(float) rate.schedule().at(0)});
            whole.write(rate.port().name(), value);
        }
    }

    /** Returns one whose infinities last, so that each of them makes a step skipped. */
    static HalfGradientTraining withInfinities(Training training, Trainer trainer) {
        return new HalfGradientTraining(training, trainer, UnaryOperator.identity());
    }

    /** Sets what follows schedules beside learning rates, which stay what they are by default. */
    private void schedule() {
        long updates = TrainerState.updates(whole);
        for (ScheduledSetting setting : trainer.programs().step().scheduled()) {
            NDArray value = NDArray.of(new float[] {setting.at(updates)});
            whole.write(setting.port().name(), value);
        }
    }

    void epoch(Dataset data) {
        for (Batch batch : data.batches(training.spec().batch())) {
            if (batch.size() == training.spec().batch()) {
                step(batch);
            }
        }
    }

    private void step(Batch batch) {
        for (PortLayout layout : lowered.inputs()) {
            halves.write(layout.lowered().name(), layout.lower(value(layout.port(), batch)));
        }
        gradients.run(lowered.function().name());
        for (PortLayout layout : lowered.outputs()) {
            String name = layout.port().name();
            if (layout.port().role() != Role.RESULT) {
                NDArray value = layout.raise(halves.read(layout.lowered().name()));
                (whole.has(name) ? whole : trainer.programs().state()).write(name, value);
            }
        }
        schedule();
        update.run("update");
    }

    private NDArray value(Port port, Batch batch) {
        String name = port.name();
        if (trainer.programs().state().has(name)) {
            return trainer.programs().state().read(name);
        }
        boolean isInput = training.model().inputs().getFirst().name().equals(name);
        return isInput ? batch.x() : batch.y();
    }

    @Override
    public void close() {
        gradients.close();
        update.close();
        halves.close();
        whole.close();
    }
}
