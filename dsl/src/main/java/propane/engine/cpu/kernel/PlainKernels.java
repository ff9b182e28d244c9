package propane.engine.cpu.kernel;

import propane.engine.cpu.plan.Fused;
import propane.spi.Interpreter;
import propane.spi.cpu.Kernel;
import propane.spi.cpu.KernelMatch;
import propane.spi.op.Evaluation;
import propane.spi.op.Operation;
import propane.tensor.Tensor;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The ops' own plain loops over doubles. All share their arrays, one run after another. */
public final class PlainKernels {
    private final Map<Integer, List<double[]>> arrays = new HashMap<>();

    /** Returns the offer to compute an operation. */
    public KernelMatch offer(Fused unit) {
        // Operands are copied before the first result is written.
        return new KernelMatch.Taken(
                unit.operands(), 0, places -> new Plain(unit.operation(), places, this));
    }

    private double[] array(int length, Map<Integer, Integer> taken) {
        int index = taken.merge(length, 1, Integer::sum) - 1;
        var known = arrays.computeIfAbsent(length, _ -> new ArrayList<>());
        if (index == known.size()) {
            known.add(new double[length]);
        }
        return known.get(index);
    }

    /** Converts, evaluates, converts back. */
    private static final class Plain implements Kernel, Evaluation {
        private final Operation operation;
        private final Tensor[] operands;
        private final MemorySegment[] from;
        private final double[][] in;
        private final MemorySegment[] to;
        private final double[][] out;

        private Plain(Operation operation, KernelMatch.Places places, PlainKernels shared) {
            this.operation = operation;
            this.operands = operation.operands().stream().distinct().toArray(Tensor[]::new);
            int results = operation.results().size();
            this.from = new MemorySegment[operands.length];
            this.in = new double[operands.length][];
            this.to = new MemorySegment[results];
            this.out = new double[results][];
            var taken = new HashMap<Integer, Integer>();
            for (int i = 0; i < operands.length; i++) {
                from[i] = places.of(operands[i]);
                in[i] = shared.array(operands[i].shape().size(), taken);
            }
            for (int i = 0; i < results; i++) {
                to[i] = places.of(operation.result(i));
                out[i] = shared.array(operation.result(i).shape().size(), taken);
            }
        }

        @Override
        public double[] of(Tensor operand) {
            for (int i = 0; i < operands.length; i++) {
                if (operands[i] == operand) {
                    return in[i];
                }
            }
            throw new AssertionError(operation + " has no operand " + operand);
        }

        @Override
        public double[] result(int index) {
            return out[index];
        }

        @Override
        public void run() {
            for (int i = 0; i < in.length; i++) {
                operands[i].dtype().read(from[i], in[i]);
            }
            Interpreter.evaluate(operation, this);
            for (int i = 0; i < out.length; i++) {
                operation.result(i).dtype().write(out[i], to[i]);
            }
        }
    }
}
