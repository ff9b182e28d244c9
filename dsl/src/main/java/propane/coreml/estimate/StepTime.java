package propane.coreml.estimate;

import propane.coreml.report.DeviceEstimate.Reading;
import propane.coreml.report.Range;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How long a step takes on a device: the longer of computing and of moving numbers, for each
 * operation, and what goes in and out, and the call itself.
 *
 * @param table what is known of devices
 * @param device the device
 */
record StepTime(DeviceTable table, String device) {
    /** Small programs take little more than a call takes. */
    private static final String CALL_UNKNOWN = "and what a call takes at least, which nobody told";

    /** Returns the seconds that some functions take one after another. */
    Reading of(List<Workload> loads) {
        Range all = Range.of(0);
        for (Workload load : loads) {
            if (load.share() == 0) {
                return new Reading.Unknown("nothing of it may run on the Neural Engine, see lint");
            }
            Set<Figure> needed = needed(load);
            needed.removeIf(figure -> table.range(device, figure).isPresent());
            if (!needed.isEmpty()) {
                return new Reading.Unknown(
                        "nothing is known of "
                                + needed.stream()
                                        .map(Figure::meaning)
                                        .collect(Collectors.joining(", ")));
            }
            all = all.plus(load.isOnEngine() ? onEngine(load) : moved(load));
        }
        return new Reading.Known(all, call().isEmpty() ? CALL_UNKNOWN : "");
    }

    private static Set<Figure> needed(Workload load) {
        var needed = EnumSet.of(Figure.BANDWIDTH);
        if (load.isOnEngine() && load.work(Workload.Kind.CONSTANT) > 0) {
            needed.add(Figure.CONVOLUTION);
        }
        if (load.isOnEngine() && load.work(Workload.Kind.RUNTIME) > 0) {
            needed.add(Figure.PRODUCT);
        }
        return needed;
    }

    /**
     * At best all between inputs and outputs stays in the engine while it computes; at worst every
     * value goes through the memory, and inputs and outputs are copied.
     */
    private Range onEngine(Workload load) {
        Range bandwidth = known(Figure.BANDWIDTH);
        Optional<Range> transfer = table.range(device, Figure.TRANSFER);
        double computing = 0;
        double worst = load.ports() / transfer.orElse(bandwidth).low();
        for (Workload.Load op : load.ops()) {
            double moving = op.bytes() / bandwidth.low();
            switch (op.kind()) {
                case NONE -> worst += moving;
                case CONSTANT, RUNTIME -> {
                    Range speed =
                            known(
                                    op.kind() == Workload.Kind.CONSTANT
                                            ? Figure.CONVOLUTION
                                            : Figure.PRODUCT);
                    computing += op.work() / speed.high();
                    worst += Math.max(moving, op.work() / speed.low());
                }
            }
        }
        double best = Math.max(computing, (load.ports() + load.constants()) / bandwidth.high());
        Range call = call().orElse(Range.of(0));
        return new Range(best, Math.max(best, worst)).plus(call);
    }

    private Range moved(Workload load) {
        Range bandwidth = known(Figure.BANDWIDTH);
        double least = load.ports() / bandwidth.high();
        return new Range(least, Math.max(least, load.bytes() / bandwidth.low()));
    }

    private Optional<Range> call() {
        return table.range(device, Figure.CALL);
    }

    private Range known(Figure figure) {
        return table.range(device, figure).orElseThrow();
    }
}
