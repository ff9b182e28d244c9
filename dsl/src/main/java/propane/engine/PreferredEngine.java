package propane.engine;

import propane.tensor.EngineException;
import propane.tensor.Program;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Several engines in order of preference; the first that is available, takes the program and
 * compiles it runs it.
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
    static PreferredEngine overCpu(List<Units> wanted, Function<Units, Engine> over) {
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
    public boolean takesHalves() {
        return engines.stream()
                .filter(engine -> engine.available() instanceof Verdict.Supported)
                .findFirst()
                .map(Engine::takesHalves)
                .orElse(false);
    }

    @Override
    public Verdict available() {
        return Verdict.firstGood(engines.stream().map(Engine::available).toList());
    }

    @Override
    public Verdict supports(Program program) {
        return Verdict.firstGood(
                engines.stream().map(engine -> engine.available().and(engine, program)).toList());
    }

    @Override
    public ProgramMemory planned(Program program) {
        return engines.getLast().planned(program);
    }

    @Override
    public CompiledProgram compile(Program program, Frame frame) {
        // Engines that want for the same thing tell it once.
        var passedOver = new LinkedHashMap<String, String>();
        for (Engine engine : engines) {
            Verdict verdict = engine.available().and(engine, program);
            if (verdict instanceof Verdict.Unsupported) {
                passedOver.putIfAbsent(verdict.toString(), engine.name());
                continue;
            }
            try {
                return new Chosen(engine.compile(program, frame), told(passedOver));
            } catch (EngineException e) {
                passedOver.putIfAbsent(e.getMessage(), engine.name());
                if (engine == engines.getLast()) {
                    throw e;
                }
            }
        }
        throw new EngineException("no engine takes the program\n    " + lines(told(passedOver)));
    }

    private static List<String> told(Map<String, String> passedOver) {
        var told = new ArrayList<String>();
        passedOver.forEach((reason, name) -> {
            String prefix = name + ": ";
            told.add(reason.startsWith(prefix) ? reason : prefix + reason);
        });
        return List.copyOf(told);
    }

    private static String lines(List<String> reasons) {
        return String.join("\n    ", reasons);
    }

    /** A compiled program whose report also tells of the engines passed over. */
    private record Chosen(CompiledProgram program, List<String> passedOver)
            implements CompiledProgram {
        @Override
        public boolean run(String function) {
            return program.run(function);
        }

        @Override
        public boolean run(String function, Runnable meanwhile) {
            return program.run(function, meanwhile);
        }

        @Override
        public void upload() {
            program.upload();
        }

        @Override
        public void refresh() {
            program.refresh();
        }

        @Override
        public DeviceReport report() {
            return program.report().passingOver(passedOver);
        }

        @Override
        public List<RunStats> stats() {
            return program.stats();
        }

        @Override
        public void close() {
            program.close();
        }
    }
}
