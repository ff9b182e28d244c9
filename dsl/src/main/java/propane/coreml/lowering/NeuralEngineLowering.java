package propane.coreml.lowering;

import propane.spi.Program;
import propane.spi.op.Contraction;
import propane.spi.op.Decomposable;
import propane.spi.op.Normalization;
import propane.spi.op.Op;
import propane.spi.op.Recurrent;
import propane.spi.op.RootNormalization;
import propane.spi.pass.Decompose;
import propane.spi.pass.Pass;
import propane.spi.pass.Passes;
import propane.tensor.NDArray;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Gives a function the form that the Neural Engine takes. What no rule knows is left as it is. */
public final class NeuralEngineLowering {
    private NeuralEngineLowering() {}

    /**
     * Returns a function in float16, with ports whose last axis is a multiple of 32.
     *
     * @param function for example a training's {@code gradients}
     * @param frozen the values of weights that stand still, by the name of their port; they become
     *     constants
     */
    public static LoweredFunction float16(Program.Function function, Map<String, NDArray> frozen) {
        return lowered(
                function,
                frozen,
                List.of(new PaddedPorts(), new ErrorFunctions(), new Float16(_ -> true)));
    }

    /** Returns the same in float32: the rules before the last must not change numbers. */
    public static LoweredFunction float32(Program.Function function, Map<String, NDArray> frozen) {
        return lowered(function, frozen, List.of(new PaddedPorts()));
    }

    /**
     * Returns a function that computes in float16, between the same inputs and outputs in their own
     * types; weights among its ports become float16.
     *
     * @param function for example a model's {@code predict}
     * @param weights the ports whose values will be constants
     */
    public static Program.Function deployed(Program.Function function, ConstantPorts weights) {
        var rules = new ArrayList<Pass>(List.of(Decompose.customOps()));
        rules.addAll(forms(weights));
        rules.addAll(ending());
        rules.add(new ErrorFunctions());
        rules.add(new Float16(weights::has));
        rules.addAll(Passes.standard().ordered());
        return new Passes(rules).apply(function);
    }

    private static LoweredFunction lowered(
            Program.Function function, Map<String, NDArray> frozen, List<Pass> last) {
        var rules =
                new ArrayList<Pass>(
                        List.of(
                                Decompose.customOps(),
                                new RandomPorts(),
                                new FrozenConstants(frozen)));
        rules.addAll(forms(ConstantPorts.NONE));
        rules.add(new FloatLabels());
        rules.addAll(ending());
        Program.Function formed = new Passes(rules).apply(function);
        var ending = new ArrayList<Pass>(last);
        ending.addAll(Passes.standard().ordered());
        return LoweredFunction.of(function, formed, new Passes(ending).apply(formed));
    }

    private static List<Pass> forms(ConstantPorts constants) {
        return List.of(
                new SlicedConvolutions(constants),
                new PatchConvolutions(constants),
                new TransposedPools(),
                new Decompose(
                        NeuralEngineLowering::isDecomposed, NeuralEngineLowering::decomposition),
                new PatchConvolutions(constants),
                new ScaledNorms(),
                new TriangleSums(),
                new EmbeddingProducts(),
                new ComparedLabels(),
                new ArgmaxAsOneHot(),
                new RoundedFractions(),
                new ComparedNumbers());
    }

    private static List<Pass> ending() {
        var passes = new ArrayList<>(Passes.standard().ordered());
        passes.add(new ReduceAsMatmul());
        passes.add(new ClampConstants());
        passes.add(new ScalarAxes());
        return passes;
    }

    private static boolean isDecomposed(Op op) {
        return Decompose.isWantedOfMil(op)
                || op instanceof Recurrent
                || op instanceof Contraction
                || op instanceof Normalization;
    }

    /** Squares of what is normalized may be beyond float16 where nothing else is. */
    private static List<Tensor> decomposition(Decomposable op) {
        return op instanceof RootNormalization root
                ? root.decompose(RootNormalization.Form.SCALED)
                : op.decompose();
    }
}
