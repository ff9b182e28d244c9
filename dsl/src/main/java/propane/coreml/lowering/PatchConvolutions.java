package propane.coreml.lowering;

import propane.spi.Program;
import propane.spi.op.Convolution;
import propane.spi.op.Operation;
import propane.spi.pass.Pass;
import propane.tensor.Tensor;

import java.util.List;

/**
 * Decomposes convolutions of trained kernels, and the gradients of all, into products of patches:
 * the engine convolves with constant kernels only. What is left of those of three spatial axes,
 * which {@link SlicedConvolutions} makes fewer, stays.
 *
 * @param constants ports whose values are constants in the end
 */
record PatchConvolutions(ConstantPorts constants) implements Pass {
    @Override
    public String name() {
        return "convolutions into products of patches";
    }

    @Override
    public Program.Function apply(Program.Function function) {
        return function.rewrite(this::multiplied);
    }

    private List<Tensor> multiplied(Operation operation) {
        if (!(operation.op() instanceof Convolution conv) || conv.window().lengths().size() > 2) {
            return operation.results();
        }
        return switch (conv) {
            case Convolution.Conv c when constants.isConstant(c.weight()) -> operation.results();
            case Convolution.Conv c ->
                    List.of(
                            new ImagePatches(
                                            c.window(),
                                            c.x().shape(),
                                            c.weight().shape(),
                                            c.groups())
                                    .convolved(c.x(), c.weight()));
            case Convolution.ConvTranspose c when constants.isPort(c.weight()) ->
                    operation.results();
            case Convolution.ConvTranspose c ->
                    List.of(
                            new ImagePatches(
                                            c.window(),
                                            c.infer().shape(),
                                            c.weight().shape(),
                                            c.groups())
                                    .transposed(c.x(), c.weight()));
            case Convolution.ConvWeightGradient c ->
                    List.of(
                            new ImagePatches(c.window(), c.x().shape(), c.shape(), c.groups())
                                    .kernelGradient(c.x(), c.gradient()));
        };
    }
}
