package propane.coreml.lowering;

import propane.spi.Program;
import propane.spi.op.Leaf;
import propane.spi.op.Operation;
import propane.spi.op.Port;
import propane.spi.pass.Pass;
import propane.tensor.DType;
import propane.tensor.Shape;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Lengthens the last axis of ports to a multiple of 32, as 64 bytes of float16 are: rows then lie
 * in memory one after the other. What is after the true length is zero. A single number stays, and
 * so do whole numbers, which are not the engine's.
 */
record PaddedPorts() implements Pass {
    private static final int MULTIPLE = 32;

    @Override
    public String name() {
        return "padded ports";
    }

    @Override
    public Program.Function apply(Program.Function function) {
        var outputs = new ArrayList<Program.Output>();
        for (Program.Output output : function.outputs()) {
            outputs.add(new Program.Output(padded(output.port()), filled(output), output.of()));
        }
        return new Program.Function(function.name(), function.inputs(), outputs)
                .rewrite(PaddedPorts::padded, PaddedPorts::cut);
    }

    private static Port padded(Port port) {
        if (port.type().dtype() == DType.INT32) {
            return port;
        }
        Shape shape = padded(port.type().shape());
        return new Port(port.name(), port.role(), port.type().with(shape));
    }

    private static Shape padded(Shape shape) {
        if (shape.rank() == 0 || shape.size() == 1) {
            return shape;
        }
        return shape.with(-1, Math.ceilDiv(shape.dim(-1), MULTIPLE) * MULTIPLE);
    }

    private static List<Tensor> cut(Operation operation) {
        if (!(operation.op() instanceof Leaf.Input(Port port)) || padded(port).equals(port)) {
            return operation.results();
        }
        int[] begin = new int[port.type().shape().rank()];
        return List.of(padded(port).tensor().slice(begin, port.type().shape().toArray()));
    }

    private static Tensor filled(Program.Output output) {
        Shape shape = output.port().type().shape();
        Shape padded = padded(output.port()).type().shape();
        if (padded.equals(shape)) {
            return output.value();
        }
        var pads = new ArrayList<>(Collections.nCopies(2 * shape.rank(), 0));
        pads.set(pads.size() - 1, padded.dim(-1) - shape.dim(-1));
        return output.value().pad(pads);
    }
}
