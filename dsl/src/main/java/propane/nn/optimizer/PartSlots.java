package propane.nn.optimizer;

import propane.nn.Initializer;
import propane.nn.Weight;
import propane.nn.WeightFilter;
import propane.nn.schedule.Schedule;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What one part of an optimizer keeps: a name that a part before it took is numbered, so that no
 * two parts share a slot.
 */
record PartSlots(Optimizer.Slots slots, Set<String> taken, Map<String, String> own)
        implements Optimizer.Slots {
    PartSlots(Optimizer.Slots slots, Set<String> taken) {
        this(slots, taken, new HashMap<>());
    }

    private String own(String name) {
        return own.computeIfAbsent(name, _ -> free(name, 1));
    }

    private String free(String name, int number) {
        String free = number == 1 ? name : name + "_" + number;
        return taken.add(free) ? free : free(name, number + 1);
    }

    @Override
    public Weight weight() {
        return slots.weight();
    }

    @Override
    public boolean selects(WeightFilter which) {
        return slots.selects(which);
    }

    @Override
    public Tensor slot(String name) {
        return slots.slot(own(name));
    }

    @Override
    public Tensor slot(String name, Shape shape, Initializer initializer) {
        return slots.slot(own(name), shape, initializer);
    }

    @Override
    public void set(Tensor slot, Tensor value) {
        slots.set(slot, value);
    }

    @Override
    public Tensor learningRate() {
        return slots.learningRate();
    }

    @Override
    public Tensor scheduled(String name, Schedule schedule, double below) {
        return slots.scheduled(own(name), schedule, below);
    }

    @Override
    public Tensor step() {
        return slots.step();
    }
}
