package propane.engine.cpu.plan;

import propane.spi.cpu.KernelMatch;
import propane.spi.op.Operation;
import propane.tensor.EngineException;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The providers an engine asks, the fastest first; the last one takes everything.
 *
 * @param ordered the providers
 */
public record Providers(List<UnitProvider> ordered) implements AutoCloseable {
    /** Copies the list. */
    public Providers {
        ordered = List.copyOf(ordered);
    }

    /** Returns what these providers work with. */
    public String describe() {
        return ordered.stream().map(UnitProvider::describe).collect(Collectors.joining("; "));
    }

    /** Returns what it costs to compute an operation in one loop with others. */
    FusionCost fusionCost(Operation operation) {
        if (ordered.stream().anyMatch(provider -> provider.claims(operation))) {
            return FusionCost.ALONE;
        }
        return ordered.stream()
                .map(provider -> provider.fusionCost(operation))
                .filter(FusionCost::fuses)
                .findFirst()
                .orElse(FusionCost.ALONE);
    }

    /** Returns whether only the last of several providers, which takes all, would compute an op. */
    public boolean leave(Operation operation) {
        Fused unit = Fused.of(operation);
        return ordered.size() > 1
                && !Aliases.isAlias(operation)
                && ordered.subList(0, ordered.size() - 1).stream()
                        .noneMatch(each -> each.offer(unit) instanceof KernelMatch.Taken);
    }

    /** Returns the task of the first provider that takes a unit. */
    ScheduledKernel task(Fused unit) {
        var reasons = new ArrayList<String>();
        for (UnitProvider provider : ordered) {
            switch (provider.offer(unit)) {
                case KernelMatch.Taken taken -> {
                    return new ScheduledKernel(
                            unit, taken, provider.name(), String.join("; ", reasons));
                }
                case KernelMatch.Refused(var reason) ->
                        reasons.add(provider.name() + ": " + reason);
            }
        }
        throw new EngineException("CPU: no provider takes " + unit.name() + ": " + reasons);
    }

    @Override
    public void close() {
        ordered.forEach(UnitProvider::close);
    }
}
