package propane.coreml.lowering;

import propane.spi.Program;
import propane.spi.op.Convolution;
import propane.spi.op.Operation;
import propane.spi.pass.Pass;
import propane.tensor.Tensor;

import java.util.List;

/**
 * Decomposes convolutions over three spatial axes, and their gradients, into sums of those over
 * two: patches of three axes need more than the five that the engine takes. Constant kernels stay.
 *
 * @param constants ports whose values are constants in the end
 */
record SlicedConvolutions(ConstantPorts constants) implements Pass {
    @Override
    public String name() {
        return "convolutions of volumes slice by slice";
    }

    @Override
    public Program.Function apply(Program.Function function) {
        return function.rewrite(this::sliced);
    }

    private List<Tensor> sliced(Operation operation) {
        if (!(operation.op() instanceof Convolution conv) || conv.window().lengths().size() != 3) {
            return operation.results();
        }
        return switch (conv) {
            case Convolution.Conv c when constants.isConstant(c.weight()) -> operation.results();
            case Convolution.Conv c -> List.of(new Slices(c).convolved(c.x(), c.weight()));
            case Convolution.ConvTranspose c when constants.isPort(c.weight()) ->
                    operation.results();
            case Convolution.ConvTranspose c ->
                    List.of(new Slices(c).transposed(c.x(), c.weight(), c.infer().shape()));
            case Convolution.ConvWeightGradient c ->
                    List.of(new Slices(c).kernelGradient(c.x(), c.gradient(), c.shape()));
        };
    }
}
