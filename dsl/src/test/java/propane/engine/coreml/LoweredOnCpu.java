package propane.engine.coreml;

import propane.coreml.lowering.HalvedGradients;
import propane.coreml.lowering.LoweredFunction;
import propane.coreml.lowering.NeuralEngineLowering;
import propane.coreml.lowering.PortLayout;
import propane.engine.Engine;
import propane.spi.Bindings;
import propane.spi.CompiledProgram;
import propane.spi.DeviceReport;
import propane.spi.Program;
import propane.spi.Verdict;
import propane.spi.op.Role;

import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/** The lowered gradients on the CPU engine, without a shim; for models without randomness. */
record LoweredOnCpu() implements Engine {
    @Override
    public boolean usesSplitStep() {
        return true;
    }

    @Override
    public String name() {
        return "lowered";
    }

    @Override
    public String describe() {
        return "lowered on the CPU";
    }

    @Override
    public Verdict available() {
        return Verdict.yes();
    }

    @Override
    public Verdict supports(Program program) {
        return Verdict.yes();
    }

    @Override
    public CompiledProgram compile(Program program, Bindings bindings) {
        if (!program.has("gradients")) {
            return Engine.cpu().compile(program, bindings);
        }
        LoweredFunction lowered =
                NeuralEngineLowering.float16(program.function("gradients"), Map.of())
                        .under("half/");
        var layouts = new HashMap<String, PortLayout>();
        for (PortLayout layout : lowered.outputs()) {
            if (layout.port().role() == Role.GRADIENT) {
                layouts.put(layout.port().name(), layout);
            }
        }
        Program half = Program.of(lowered.function());
        var halved = new HalvedGradients(layouts);
        Program rest =
                new Program(
                        program.functions().stream()
                                .filter(function -> !function.name().equals("gradients"))
                                .map(halved::apply)
                                .toList());
        var ports = new LinkedHashSet<>(program.ports());
        ports.addAll(rest.ports());
        ports.addAll(half.ports());
        Bindings own = bindings.sharing(List.copyOf(ports));
        return new Running(
                lowered, own, Engine.cpu().compile(half, own), Engine.cpu().compile(rest, own));
    }

    private record Running(
            LoweredFunction lowered, Bindings own, CompiledProgram half, CompiledProgram rest)
            implements CompiledProgram {
        @Override
        public boolean run(String function) {
            if (!function.equals("gradients")) {
                return rest.run(function);
            }
            for (PortLayout layout : lowered.inputs()) {
                transfer(layout).toHalf();
            }
            half.run(function);
            boolean isFinite = true;
            for (PortLayout layout : lowered.outputs()) {
                if (layout.port().role() == Role.RESULT) {
                    transfer(layout).toWide();
                    float value = own.segment(layout.port()).get(ValueLayout.JAVA_FLOAT, 0);
                    isFinite &= layout.port().type().shape().size() > 1 || Float.isFinite(value);
                }
            }
            return isFinite;
        }

        private HalfTransfer transfer(PortLayout layout) {
            return new HalfTransfer(
                    layout, own.segment(layout.port()), own.segment(layout.lowered()));
        }

        @Override
        public DeviceReport report() {
            return rest.report();
        }

        @Override
        public void close() {
            half.close();
            rest.close();
            own.close();
        }
    }
}
