package propane.engine.coreml;

import propane.coreml.CoreMl;
import propane.coreml.ModelCard;
import propane.coreml.PackagePorts;
import propane.coreml.lint.Finding;
import propane.coreml.lint.FunctionPlacement;
import propane.coreml.lint.OpPlacement;
import propane.coreml.lowering.HalvedGradients;
import propane.coreml.lowering.LookUps;
import propane.coreml.lowering.LoweredFunction;
import propane.coreml.lowering.NeuralEngineLowering;
import propane.coreml.lowering.PortLayout;
import propane.engine.CompiledProgram;
import propane.engine.DeviceReport;
import propane.engine.Frame;
import propane.engine.cpu.CpuEngine;
import propane.ffm.NativeException;
import propane.ffm.Resources;
import propane.ffm.shim.ShimModel;
import propane.tensor.EngineException;
import propane.tensor.NDArray;
import propane.tensor.Port;
import propane.tensor.Program;
import propane.tensor.Role;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A training step by halves: {@code gradients}, lowered to float16, as a Core ML package; the
 * update on the CPU, in float32, over the same memory, and what is looked up in large tables.
 */
final class CoreMlProgram implements CompiledProgram {
    /** The function that runs through Core ML. */
    static final String GRADIENTS = "gradients";

    /** What the names of lowered ports begin with. */
    private static final String HALF = "half/";

    /** Whether a first step of made-up numbers is compared with the CPU's. */
    private static final boolean CANARY =
            Boolean.parseBoolean(System.getProperty("propane.canary", "true"));

    private final Program program;
    private final boolean looksUp;
    private final Frame frame;
    private final String engine;
    private final ShimModel.Units units;
    private final Duration limit;
    private Map<String, NDArray> frozen = Map.of();
    private Loaded loaded;

    CoreMlProgram(
            Program program, Frame frame, String engine, ShimModel.Units units, Duration limit) {
        this.program = LookUps.apart(program);
        this.looksUp = this.program.has(LookUps.FUNCTION);
        this.frame = frame;
        this.engine = engine;
        this.units = units;
        this.limit = limit;
        this.frozen = frozen();
        this.loaded = load(true);
    }

    /** All that is made anew when frozen weights change, which are constants there. */
    private record Loaded(
            CoreMlFunction gradients,
            FunctionPlacement placement,
            UpdateThread rest,
            Resources taken)
            implements AutoCloseable {
        @Override
        public void close() {
            taken.close();
        }
    }

    private Map<String, NDArray> frozen() {
        var replaced =
                program.functions().stream()
                        .flatMap(function -> function.replacements().keySet().stream())
                        .toList();
        var values = new HashMap<String, NDArray>();
        for (Port port : program.function(GRADIENTS).inputs()) {
            boolean isState = port.role() == Role.WEIGHT || port.role() == Role.STATISTIC;
            if (isState && !replaced.contains(port.name())) {
                values.put(port.name(), frame.read(port.name()));
            }
        }
        return values;
    }

    private Loaded load(boolean isFirst) {
        Path folder = folder();
        var taken = new Resources();
        taken.add(() -> delete(folder));
        try {
            LoweredFunction lowered =
                    NeuralEngineLowering.float16(program.function(GRADIENTS), frozen).under(HALF);
            Program rest = rest(lowered);
            var ports = new LinkedHashSet<>(program.ports());
            ports.addAll(rest.ports());
            ports.addAll(CoreMlFunction.ports(lowered));
            Surfaces surfaces = taken.add(Surfaces.of(CoreMlFunction.ports(lowered)));
            Frame own = taken.add(frame.sharing(List.copyOf(ports), surfaces.memory()));
            Path mlpackage = folder.resolve("Gradients.mlpackage");
            PackagePorts named =
                    CoreMl.write(Program.of(lowered.function()), mlpackage, ModelCard.BLANK);
            if (isFirst && Probe.isWanted(lowered)) {
                Probe.ofThisProcess().require(mlpackage, units, limit);
            }
            // A package of one function is a plain model, which has no functions to choose.
            ShimModel model = taken.add(ShimModel.load(mlpackage, "", units, limit));
            CoreMlFunction gradients =
                    taken.add(
                            new CoreMlFunction(
                                    lowered, named.functions().getFirst(), model, own, surfaces));
            if (isFirst && CANARY) {
                new Canary(lowered, named.functions().getFirst(), model).sing();
            }
            FunctionPlacement placement = CoreMl.lint(mlpackage).functions().getFirst();
            CompiledProgram compiled = taken.add(new CpuEngine().compile(rest, own));
            UpdateThread updates = taken.add(new UpdateThread(compiled));
            return new Loaded(gradients, placement, updates, taken);
        } catch (NativeException e) {
            throw taken.closedBy(new EngineException(engine + ": " + e.getMessage(), e));
        } catch (RuntimeException | Error e) {
            taken.closedBy(e);
            throw e;
        }
    }

    /** Returns the functions that run on the CPU, reading gradients as they are left. */
    private Program rest(LoweredFunction lowered) {
        var layouts = new HashMap<String, PortLayout>();
        for (PortLayout layout : lowered.outputs()) {
            if (layout.port().role() == Role.GRADIENT) {
                layouts.put(layout.port().name(), layout);
            }
        }
        var halved = new HalvedGradients(layouts);
        return new Program(
                program.functions().stream()
                        .filter(function -> !function.name().equals(GRADIENTS))
                        .map(halved::apply)
                        .toList());
    }

    private static Path folder() {
        try {
            return Files.createTempDirectory("propane");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean run(String function) {
        if (!function.equals(GRADIENTS)) {
            return loaded.rest().run(function);
        }
        try {
            if (looksUp) {
                loaded.rest().run(LookUps.FUNCTION);
            }
            return loaded.gradients().run();
        } catch (NativeException e) {
            throw new EngineException(engine + ": " + e.getMessage(), e);
        }
    }

    @Override
    public boolean run(String function, Runnable meanwhile) {
        return function.equals(GRADIENTS)
                ? CompiledProgram.super.run(function, meanwhile)
                : loaded.rest().run(function, meanwhile);
    }

    @Override
    public void upload() {
        loaded.gradients().upload();
    }

    @Override
    public void refresh() {
        Map<String, NDArray> now = frozen();
        if (!now.equals(frozen)) {
            frozen = now;
            Loaded before = loaded;
            loaded = load(false);
            before.close();
        }
    }

    @Override
    public DeviceReport report() {
        DeviceReport cpu = loaded.rest().program().report();
        if (units == ShimModel.Units.CPU_ONLY || units == ShimModel.Units.CPU_AND_GPU) {
            String device = "Core ML (" + units + " allowed), updates on " + cpu.device();
            return new DeviceReport(device, List.of(), cpu.placements(), cpu.workBytes());
        }
        FunctionPlacement placement = loaded.placement();
        var said = new ArrayList<>(List.of(units + " allowed", placement.summary()));
        placement.findings().forEach(finding -> said.add(finding.text()));
        String device = "Core ML (" + String.join("; ", said) + "), updates on " + cpu.device();
        var placements = new ArrayList<DeviceReport.Placement>();
        for (OpPlacement op : placement.ops()) {
            String where = op.mayRun() ? "may run on the Neural Engine" : "may not run there";
            String why = op.reasons().stream().map(Finding::text).collect(Collectors.joining("; "));
            placements.add(new DeviceReport.Placement(GRADIENTS, op.call().op(), where, why));
        }
        placements.addAll(cpu.placements());
        return new DeviceReport(device, List.of(), placements, cpu.workBytes());
    }

    @Override
    public void close() {
        loaded.close();
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + folder, e);
        }
    }
}
