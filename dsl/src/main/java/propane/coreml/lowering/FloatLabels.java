package propane.coreml.lowering;

import propane.spi.Program;
import propane.spi.op.ElementwiseUnary;
import propane.spi.op.Leaf;
import propane.spi.op.Operation;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.spi.pass.Pass;
import propane.tensor.DType;
import propane.tensor.Tensor;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Takes whole numbers as fractions from the host, where nothing else is made of them. */
record FloatLabels() implements Pass {
    @Override
    public String name() {
        return "whole numbers as fractions";
    }

    @Override
    public Program.Function apply(Program.Function function) {
        Set<String> wanted = wanted(function);
        if (wanted.isEmpty()) {
            return function;
        }
        return function.rewrite(
                port -> wanted.contains(port.name()) ? asFloat(port) : port,
                operation -> taken(operation, wanted));
    }

    private static Set<String> wanted(Program.Function function) {
        var wanted = new HashSet<String>();
        for (Port port : function.inputs()) {
            if (port.role() == Role.BATCH && port.type().dtype() == DType.INT32) {
                wanted.add(port.name());
            }
        }
        for (Operation operation : function.operations()) {
            if (isCast(operation)) {
                continue;
            }
            for (Tensor operand : operation.operands()) {
                if (operand.op() instanceof Leaf.Input(Port port)) {
                    wanted.remove(port.name());
                }
            }
        }
        for (Program.Output output : function.outputs()) {
            if (output.value().op() instanceof Leaf.Input(Port port)) {
                wanted.remove(port.name());
            }
        }
        return wanted;
    }

    private static boolean isCast(Operation operation) {
        return operation.op() instanceof ElementwiseUnary.Cast(_, DType to) && to == DType.FLOAT32;
    }

    private static List<Tensor> taken(Operation operation, Set<String> wanted) {
        return isCast(operation)
                        && operation.operands().getFirst().op() instanceof Leaf.Input(Port port)
                        && wanted.contains(port.name())
                ? List.of(asFloat(port).tensor())
                : operation.results();
    }

    private static Port asFloat(Port port) {
        return new Port(port.name(), port.role(), port.type().with(DType.FLOAT32));
    }
}
