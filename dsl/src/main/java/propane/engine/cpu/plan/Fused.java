package propane.engine.cpu.plan;

import propane.spi.op.OpSchema;
import propane.spi.op.Operation;
import propane.tensor.Tensor;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What one kernel computes: one operation, or several that are computed together.
 *
 * @param operations the operations, each after those it needs
 * @param operands the values it reads, each once
 * @param results the values it makes that are used outside of it
 */
public record Fused(List<Operation> operations, List<Tensor> operands, List<Tensor> results) {
    /** Copies the lists. */
    public Fused {
        operations = List.copyOf(operations);
        operands = List.copyOf(operands);
        results = List.copyOf(results);
    }

    /** Returns the unit of one operation. */
    public static Fused of(Operation operation) {
        return new Fused(
                List.of(operation),
                operation.operands().stream().distinct().toList(),
                operation.results());
    }

    /** Returns the only operation of a unit that has one. */
    public Operation operation() {
        return operations.getFirst();
    }

    /** Returns whether several operations are computed together. */
    public boolean isFused() {
        return operations.size() > 1;
    }

    /** Returns the names of the ops. */
    public String name() {
        return operations.stream()
                .map(operation -> OpSchema.of(operation.op()).name())
                .collect(Collectors.joining(" + "));
    }
}
