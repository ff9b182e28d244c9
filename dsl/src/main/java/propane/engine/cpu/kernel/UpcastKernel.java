package propane.engine.cpu.kernel;

import propane.engine.cpu.math.ScalarOps;
import propane.engine.cpu.plan.Fused;
import propane.engine.cpu.plan.MemoryPlan;
import propane.spi.cpu.Kernel;
import propane.spi.cpu.KernelMatch;
import propane.spi.op.HalfPrecision;
import propane.spi.op.OpSchema;
import propane.spi.op.Operation;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.DType;
import propane.tensor.Tensor;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * An operation on float16 by the kernel of its twin on float32: operands are widened into scratch
 * memory, results rounded once. So sums within it are those of float32, as on the Neural Engine.
 */
public final class UpcastKernel implements Kernel {
    private final Kernel wide;
    private final boolean multiplies;
    private final List<Pair> operands;
    private final List<Pair> results;

    private UpcastKernel(Kernel wide, boolean multiplies, List<Pair> operands, List<Pair> results) {
        this.wide = wide;
        this.multiplies = multiplies;
        this.operands = operands;
        this.results = results;
    }

    /** One value in both its forms. */
    private record Pair(MemorySegment half, MemorySegment wide, int count) {}

    /**
     * Returns the offer for an operation of float16.
     *
     * @param provider who is shown its twin
     */
    public static KernelMatch offer(Fused unit, Function<Fused, KernelMatch> provider) {
        Operation operation = unit.operation();
        Map<Tensor, Tensor> twins = new IdentityHashMap<>();
        for (Tensor operand : unit.operands()) {
            var port = new Port("x" + twins.size(), Role.BATCH, operand.type().with(DType.FLOAT32));
            twins.put(operand, operand.dtype() == DType.FLOAT16 ? port.tensor() : operand);
        }
        var operands = operation.operands().stream().map(twins::get).toList();
        var twin =
                Operation.of(
                        OpSchema.of(operation.op()).withOperands(operation.op(), operands),
                        operation.source());
        for (int i = 0; i < twin.results().size(); i++) {
            if (twin.result(i).dtype() == DType.FLOAT16) {
                return new KernelMatch.Refused("no loop of fp16 for " + unit.name());
            }
            twins.put(operation.result(i), twin.result(i));
        }
        return switch (provider.apply(Fused.of(twin))) {
            case KernelMatch.Refused refused -> refused;
            case KernelMatch.Taken taken ->
                    new KernelMatch.Taken(
                            List.of(),
                            bytes(taken, twins),
                            places -> make(unit, twin, twins, taken, places));
        };
    }

    private static boolean isWidened(Tensor tensor) {
        return tensor.dtype() == DType.FLOAT16;
    }

    private static long bytes(KernelMatch.Taken taken, Map<Tensor, Tensor> twins) {
        long bytes = aligned(taken.scratchBytes());
        for (Map.Entry<Tensor, Tensor> entry : twins.entrySet()) {
            if (isWidened(entry.getKey())) {
                bytes += aligned(entry.getValue().type().bytes());
            }
        }
        return bytes;
    }

    private static long aligned(long bytes) {
        return (bytes + MemoryPlan.ALIGNMENT - 1) / MemoryPlan.ALIGNMENT * MemoryPlan.ALIGNMENT;
    }

    private static Kernel make(
            Fused unit,
            Operation twin,
            Map<Tensor, Tensor> twins,
            KernelMatch.Taken taken,
            KernelMatch.Places places) {
        MemorySegment scratch = places.scratch();
        Map<Tensor, MemorySegment> segments = new IdentityHashMap<>();
        var pairs = new ArrayList<List<Pair>>();
        long offset = aligned(taken.scratchBytes());
        for (List<Tensor> tensors : List.of(unit.operands(), unit.operation().results())) {
            var some = new ArrayList<Pair>();
            for (Tensor tensor : tensors) {
                MemorySegment own = places.of(tensor);
                if (isWidened(tensor)) {
                    long bytes = twins.get(tensor).type().bytes();
                    MemorySegment wide = scratch.asSlice(offset, bytes);
                    offset += aligned(bytes);
                    some.add(new Pair(own, wide, tensor.shape().size()));
                    own = wide;
                }
                segments.put(twins.get(tensor), own);
            }
            pairs.add(some);
        }
        var twinPlaces = new TwinPlaces(twin, segments, scratch.asSlice(0, taken.scratchBytes()));
        return new UpcastKernel(
                taken.maker().make(twinPlaces),
                HalfPrecision.multiplies(twin.op()),
                pairs.getFirst(),
                pairs.getLast());
    }

    private record TwinPlaces(
            Operation twin, Map<Tensor, MemorySegment> segments, MemorySegment scratch)
            implements KernelMatch.Places {
        @Override
        public MemorySegment of(Tensor tensor) {
            return segments.get(tensor);
        }

        @Override
        public MemorySegment[] operands() {
            return twin.operands().stream().map(segments::get).toArray(MemorySegment[]::new);
        }

        @Override
        public MemorySegment[] results() {
            return twin.results().stream().map(segments::get).toArray(MemorySegment[]::new);
        }
    }

    @Override
    public void run() {
        for (int i = 0; i < operands.size(); i++) {
            widen(operands.get(i));
        }
        wide.run();
        for (int i = 0; i < results.size(); i++) {
            if (multiplies) {
                narrowProduct(results.get(i));
            } else {
                narrow(results.get(i));
            }
        }
    }

    private static void widen(Pair pair) {
        for (int i = 0; i < pair.count(); i++) {
            ScalarOps.store(ScalarOps.loadHalf(pair.half(), i), pair.wide(), i);
        }
    }

    private static void narrow(Pair pair) {
        for (int i = 0; i < pair.count(); i++) {
            ScalarOps.storeHalf(ScalarOps.load(pair.wide(), i), pair.half(), i);
        }
    }

    private static void narrowProduct(Pair pair) {
        for (int i = 0; i < pair.count(); i++) {
            float value = HalfPrecision.product(ScalarOps.load(pair.wide(), i));
            ScalarOps.storeHalf(value, pair.half(), i);
        }
    }
}
