package propane.engine.coreml;

import propane.coreml.lowering.HalvedGradients;
import propane.coreml.lowering.LoweredFunction;
import propane.coreml.lowering.NeuralEngineLowering;
import propane.coreml.lowering.PortLayout;
import propane.engine.CompiledProgram;
import propane.engine.DeviceReport;
import propane.engine.Engine;
import propane.engine.Frame;
import propane.engine.Verdict;
import propane.tensor.Port;
import propane.tensor.Program;
import propane.tensor.Role;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The lowered gradients on the CPU engine, without a shim; for models without randomness. */
record LoweredOnCpu() implements Engine {
    @Override
    public boolean takesHalves() {
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
    public CompiledProgram compile(Program program, Frame frame) {
        if (!program.has("gradients")) {
            return Engine.cpu().compile(program, frame);
        }
        LoweredFunction lowered =
                NeuralEngineLowering.float16(program.function("gradients"), Map.of())
                        .under("half/");
        var layouts = new HashMap<String, PortLayout>();
        var outputs = new ArrayList<Program.Output>();
        for (int i = 0; i < lowered.outputs().size(); i++) {
            PortLayout layout = lowered.outputs().get(i);
            if (layout.port().role() == Role.GRADIENT) {
                layouts.put(layout.port().name(), layout);
            }
            Program.Output output = lowered.function().outputs().get(i);
            Port port = output.port();
            Port result = new Port(port.name(), Role.RESULT, port.type());
            outputs.add(new Program.Output(result, output.value(), ""));
        }
        Program half =
                Program.of(new Program.Function("gradients", lowered.function().inputs(), outputs));
        var halved = new HalvedGradients(layouts);
        Program rest =
                new Program(
                        program.functions().stream()
                                .filter(function -> !function.name().equals("gradients"))
                                .map(halved::apply)
                                .toList());
        var ports = new LinkedHashMap<String, Port>();
        program.ports().forEach(port -> ports.put(port.name(), port));
        rest.ports().forEach(port -> ports.put(port.name(), port));
        half.ports().forEach(port -> ports.put(port.name(), port));
        rest.ports().forEach(port -> ports.put(port.name(), port));
        // The gradient that one half writes as a result is what the other reads.
        Frame own = frame.sharing(List.copyOf(ports.values()));
        return new Running(
                lowered, own, Engine.cpu().compile(half, own), Engine.cpu().compile(rest, own));
    }

    private record Running(
            LoweredFunction lowered, Frame own, CompiledProgram half, CompiledProgram rest)
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
                    float value = own.segment(layout.port().name()).get(ValueLayout.JAVA_FLOAT, 0);
                    isFinite &= layout.port().type().shape().size() > 1 || Float.isFinite(value);
                }
            }
            return isFinite;
        }

        private HalfTransfer transfer(PortLayout layout) {
            return new HalfTransfer(
                    layout,
                    own.segment(layout.port().name()),
                    own.segment(layout.lowered().name()));
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
