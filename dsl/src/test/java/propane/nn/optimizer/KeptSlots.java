package propane.nn.optimizer;

import static org.assertj.core.api.Assertions.assertThat;

import propane.nn.Initializer;
import propane.nn.Initializers;
import propane.nn.Weight;
import propane.nn.schedule.Schedule;
import propane.spi.Interpreter;
import propane.spi.op.Role;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The slots of one weight, kept in memory from step to step. */
final class KeptSlots implements Optimizer.Slots {
    private final Weight weight;
    private final Map<String, Tensor> current = new LinkedHashMap<>();
    private final Map<String, NDArray> values = new LinkedHashMap<>();
    private final Map<String, Tensor> next = new LinkedHashMap<>();
    private final double rate;
    private int step;

    KeptSlots(Shape shape, double rate) {
        this.rate = rate;
        weight = new Weight("w", shape, DType.FLOAT32, Initializers.zeros(), Role.WEIGHT);
    }

    /** Makes one step and returns the weight after it. */
    NDArray step(Optimizer optimizer, NDArray w, NDArray gradient) {
        step++;
        current.clear();
        next.clear();
        Tensor tensor = Tensor.constant(w);
        Tensor update = optimizer.update(this, Tensor.constant(gradient), tensor);
        assertThat(update.shape()).isEqualTo(weight.shape());
        var all = new ArrayList<>(List.of(tensor.sub(update)));
        all.addAll(next.values());
        var computed = Interpreter.run(all, Map.of());
        int i = 1;
        for (String name : next.keySet()) {
            values.put(name, computed.get(i++));
        }
        return computed.getFirst();
    }

    @Override
    public Weight weight() {
        return weight;
    }

    @Override
    public Tensor slot(String name) {
        return slot(name, weight.shape(), Initializers.zeros());
    }

    @Override
    public Tensor slot(String name, Shape shape, Initializer initializer) {
        values.computeIfAbsent(name, _ -> NDArray.of(initializer.values(shape, 0, name), shape));
        return current.computeIfAbsent(name, _ -> Tensor.constant(values.get(name)));
    }

    @Override
    public void set(Tensor slot, Tensor value) {
        assertThat(value.type()).isEqualTo(slot.type());
        current.forEach((name, tensor) -> {
            if (tensor == slot) {
                next.put(name, value);
            }
        });
    }

    @Override
    public Tensor scheduled(String name, Schedule schedule, double below) {
        return Tensor.constant(schedule.at(step - 1));
    }

    @Override
    public Tensor learningRate() {
        return Tensor.constant(NDArray.of(new float[] {(float) rate}));
    }

    @Override
    public Tensor step() {
        return Tensor.constant(NDArray.of(new float[] {step}));
    }
}
