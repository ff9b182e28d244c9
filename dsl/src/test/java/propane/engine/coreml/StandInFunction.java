package propane.engine.coreml;

import propane.coreml.StandInPackage;
import propane.engine.cpu.CpuEngine;
import propane.spi.Bindings;
import propane.spi.CompiledProgram;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.spi.op.Role;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A function of a package, ready on the CPU engine. */
final class StandInFunction {
    /** What the names of results begin with: an output may be called as an input is. */
    private static final String OUT = "out/";

    /** A list of native arrays. */
    record Arrays(MemorySegment list, int count) {
        StridedArray find(String name) {
            return StridedArray.find(list, count, name);
        }
    }

    private final String name;
    private final List<Port> inputs;
    private final List<Port> outputs = new ArrayList<>();
    private final Map<String, String> writes;
    private final Bindings bindings;
    private final CompiledProgram program;

    StandInFunction(StandInPackage opened, String name) {
        this.name = name;
        this.writes = opened.writes(name);
        Program.Function function = opened.function(name);
        this.inputs = function.inputs();
        var results = new ArrayList<Program.Output>();
        for (Program.Output output : function.outputs()) {
            Port port = output.port();
            outputs.add(port);
            Port result = new Port(OUT + port.name(), Role.RESULT, port.type());
            results.add(new Program.Output(result, output.value(), ""));
        }
        Program alone = Program.of(new Program.Function(name, inputs, results));
        this.bindings = Bindings.allocate(alone.ports());
        this.program = new CpuEngine().compile(alone, bindings);
    }

    /** Predicts once; reads all states before it writes the first. */
    synchronized void run(Arrays given, Arrays wanted, Arrays states) {
        for (Port port : inputs) {
            StridedArray from =
                    (writes.containsKey(port.name()) ? states : given).find(port.name());
            from.unpack(bindings.segment(port.name()), port.type());
        }
        program.run(name);
        for (Port port : outputs) {
            MemorySegment result = bindings.segment(OUT + port.name());
            if (writes.containsValue(port.name())) {
                writes.forEach((state, value) -> {
                    if (value.equals(port.name())) {
                        states.find(state).pack(result, port.type());
                    }
                });
            } else {
                wanted.find(port.name()).pack(result, port.type());
            }
        }
    }
}
