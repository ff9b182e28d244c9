package propane.engine;

import propane.spi.Bindings;
import propane.spi.CompiledProgram;
import propane.spi.Program;
import propane.spi.ProgramMemory;
import propane.spi.Verdict;
import propane.tensor.EngineException;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Several engines in order of preference; the first that is available, takes the program, compiles
 * it and gets through its first step runs it. A step that fails on an engine at its first run is
 * made again by the next, from the same state and examples, and the report says why. A later
 * failure is an error, as is any of the last engine.
 *
 * @param engines the engines, the most wanted first
 */
public record PreferredEngine(List<Engine> engines) implements Engine {
    /** Checks that there is one. */
    public PreferredEngine {
        engines = List.copyOf(engines);
        if (engines.isEmpty()) {
            throw new EngineException("no engine to prefer");
        }
    }

    /** Returns engines over some processors each, the CPU engine below them. */
    static PreferredEngine overCpu(List<ComputeUnits> wanted, Function<ComputeUnits, Engine> over) {
        return new PreferredEngine(
                Stream.concat(wanted.stream().map(over), Stream.of(Engine.cpu())).toList());
    }

    /** Returns only the most wanted engine, so that its absence is an error. */
    public Engine required() {
        return new PreferredEngine(engines.subList(0, 1));
    }

    @Override
    public String name() {
        return engines.getFirst().name();
    }

    @Override
    public String describe() {
        return engines.stream().map(Engine::describe).collect(Collectors.joining(", else "));
    }

    @Override
    public boolean usesSplitStep() {
        return engines.stream()
                .filter(engine -> engine.available() instanceof Verdict.Supported)
                .findFirst()
                .map(Engine::usesSplitStep)
                .orElse(false);
    }

    @Override
    public Verdict available() {
        return Verdict.firstGood(engines.stream().map(Engine::available).toList());
    }

    @Override
    public Verdict supports(Program program) {
        return Verdict.firstGood(
                engines.stream()
                        .map(engine -> engine.available().and(() -> engine.supports(program)))
                        .toList());
    }

    @Override
    public Engine forOneTraining() {
        return new Ladder(this);
    }

    @Override
    public List<String> notes() {
        return engines.stream().flatMap(engine -> engine.notes().stream()).distinct().toList();
    }

    @Override
    public ProgramMemory planned(Program program) {
        return engines.getLast().planned(program);
    }

    @Override
    public CompiledProgram compile(Program program, Bindings bindings) {
        return forOneTraining().compile(program, bindings);
    }

    /** Returns the engines by name, the most wanted one first. */
    @Override
    public String toString() {
        return engines.stream().map(Engine::name).collect(Collectors.joining(", else "));
    }
}
