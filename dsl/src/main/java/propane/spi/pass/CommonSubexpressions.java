package propane.spi.pass;

import propane.spi.Program;
import propane.spi.op.Op;
import propane.spi.op.Operation;

import java.util.HashMap;
import java.util.Map;

/**
 * Computes what stands twice only once: value numbering, in which two operations are the same when
 * their records are equal over the same operands. Random numbers are functions of seed, step and
 * path, so they merge as well. What is to be computed once more reads its operands through {@link
 * propane.spi.op.Rematerialization.OptimizationBarrier}, and so differs.
 */
public record CommonSubexpressions() implements Pass {
    @Override
    public String name() {
        return "common subexpressions";
    }

    @Override
    public Program.Function apply(Program.Function function) {
        Map<Op, Operation> first = new HashMap<>();
        return function.rewrite(operation -> {
            Operation known = first.putIfAbsent(operation.op(), operation);
            return known == null ? operation.results() : known.results();
        });
    }
}
