package propane.engine.cpu;

import propane.engine.cpu.kernel.ConvolutionKernel;
import propane.engine.cpu.kernel.CopyKernels;
import propane.engine.cpu.kernel.ExtremeKernel;
import propane.engine.cpu.kernel.GruGradientKernel;
import propane.engine.cpu.kernel.GruKernel;
import propane.engine.cpu.kernel.HalfSumKernel;
import propane.engine.cpu.kernel.LstmGradientKernel;
import propane.engine.cpu.kernel.LstmKernel;
import propane.engine.cpu.kernel.MatmulKernel;
import propane.engine.cpu.kernel.PlainKernels;
import propane.engine.cpu.kernel.PoolKernel;
import propane.engine.cpu.kernel.RandomKernel;
import propane.engine.cpu.kernel.Reducer;
import propane.engine.cpu.kernel.RnnKernels;
import propane.engine.cpu.kernel.RowKernels;
import propane.engine.cpu.kernel.SoftmaxKernel;
import propane.engine.cpu.kernel.SquareSumKernel;
import propane.engine.cpu.kernel.SumKernel;
import propane.engine.cpu.kernel.UpcastKernel;
import propane.engine.cpu.loop.Elementwise;
import propane.engine.cpu.loop.LoopClasses;
import propane.engine.cpu.loop.LoopKernel;
import propane.engine.cpu.loop.LoopPlan;
import propane.engine.cpu.math.Lanes;
import propane.engine.cpu.plan.Fused;
import propane.engine.cpu.plan.FusionCost;
import propane.engine.cpu.plan.UnitProvider;
import propane.spi.cpu.KernelMatch;
import propane.spi.op.Activation;
import propane.spi.op.AlignmentLoss;
import propane.spi.op.Convolution;
import propane.spi.op.Gathering;
import propane.spi.op.GruRecurrence;
import propane.spi.op.Linear;
import propane.spi.op.LstmRecurrence;
import propane.spi.op.NormReduction;
import propane.spi.op.Op;
import propane.spi.op.Operation;
import propane.spi.op.Pool;
import propane.spi.op.RandomNumbers;
import propane.spi.op.Recurrent;
import propane.spi.op.Reduction;
import propane.spi.op.RnnRecurrence;
import propane.spi.op.Scattering;
import propane.spi.op.TensorOperation;
import propane.spi.op.ViewCopy;
import propane.tensor.DType;

/**
 * Loops over the Vector API, and over single elements where vectors do not pay: written at run time
 * for elementwise ops, by hand for the others.
 */
final class VectorProvider implements UnitProvider {
    private static final String MODULE = "jdk.incubator.vector";
    private static final String MISSING = "no Vector API; start Java with --add-modules " + MODULE;

    private final LoopClasses classes;
    private final PlainKernels plain = new PlainKernels();

    VectorProvider(LoopClasses classes) {
        this.classes = classes;
    }

    /** Whether the virtual machine was started with the Vector API. */
    private static boolean isAvailable() {
        return ModuleLayer.boot().findModule(MODULE).isPresent();
    }

    @Override
    public String name() {
        return "vector";
    }

    @Override
    public String describe() {
        return isAvailable() ? "vectors of " + 32 * Lanes.COUNT + " bits" : MISSING;
    }

    @Override
    public FusionCost fusionCost(Operation operation) {
        return isAvailable() ? Elementwise.fusionCost(operation) : FusionCost.ALONE;
    }

    @Override
    public KernelMatch offer(Fused unit) {
        if (!isAvailable()) {
            return new KernelMatch.Refused(MISSING);
        }
        return LoopPlan.of(unit)
                .map(plan -> LoopKernel.offer(plan, classes))
                .orElseGet(() -> single(unit));
    }

    private KernelMatch single(Fused unit) {
        return unit.isFused()
                ? new KernelMatch.Refused("fuses elementwise ops only")
                : single(unit, unit.operation().op());
    }

    /** The kernels written by hand: the one place where an op gets one. */
    private KernelMatch single(Fused unit, Op op) {
        DType dtype = unit.results().getFirst().dtype();
        return switch (op) {
            case ViewCopy copy -> CopyKernels.view(copy);
            case TensorOperation.Pad pad when pad.mode() == TensorOperation.PadMode.CONSTANT ->
                    CopyKernels.pad(pad);
            case TensorOperation.Fill(_, var value) -> CopyKernels.fill(dtype, value.at(0));
            case TensorOperation.FillLike(_, var value) -> CopyKernels.fill(dtype, value.at(0));
            case TensorOperation.Concat concat when !concat.interleave() ->
                    CopyKernels.concat(concat);
            case TensorOperation.OneHot oneHot -> CopyKernels.oneHot(oneHot);
            case RandomNumbers random -> RandomKernel.offer(random);
            case Gathering.Gather gather when RowKernels.isOfRows(gather) ->
                    RowKernels.gather(gather);
            // A recursion over time: taken apart, each of its steps would be kernels of its own.
            case AlignmentLoss _ -> plain.offer(unit);
            default ->
                    switch (dtype) {
                        case FLOAT32 -> ofFloats(unit, op);
                        case FLOAT16 -> ofHalves(unit, op);
                        case INT32, BOOL -> refused(unit, "no loop of " + dtype.mil() + " for ");
                    };
        };
    }

    private KernelMatch ofHalves(Fused unit, Op op) {
        return op instanceof Reduction.ReduceSum sum
                ? HalfSumKernel.offer(sum)
                : UpcastKernel.offer(unit, this::offer);
    }

    private static KernelMatch ofFloats(Fused unit, Op op) {
        return switch (op) {
            case Linear.Matmul matmul -> MatmulKernel.offer(matmul);
            case Convolution.Conv conv -> ConvolutionKernel.offer(conv);
            case Convolution.ConvTranspose conv -> ConvolutionKernel.offer(conv);
            case Convolution.ConvWeightGradient conv -> ConvolutionKernel.offer(conv);
            case Pool pool -> PoolKernel.offer(pool);
            case Scattering.Scatter scatter when RowKernels.isOfRows(scatter) ->
                    RowKernels.add(scatter);
            case Recurrent recurrent -> recurrent(unit, recurrent);
            case Activation.Softmax softmax -> SoftmaxKernel.offer(unit, softmax);
            case Reduction reduction -> reduction(unit, reduction);
            default -> refused(unit, "no loop for ");
        };
    }

    private static KernelMatch recurrent(Fused unit, Recurrent op) {
        return switch (op) {
            case LstmRecurrence.LstmSequence lstm when LstmKernel.takes(lstm) ->
                    LstmKernel.offer(lstm);
            case LstmRecurrence.LstmSequenceGradient lstm when LstmKernel.takes(lstm) ->
                    LstmGradientKernel.offer(lstm);
            case GruRecurrence.GruSequence gru when GruKernel.takes(gru) -> GruKernel.offer(gru);
            case GruRecurrence.GruSequenceGradient gru when GruKernel.takes(gru) ->
                    GruGradientKernel.offer(gru);
            case RnnRecurrence.RnnSequence rnn when RnnKernels.takes(rnn.activation()) ->
                    RnnKernels.forward(rnn);
            case RnnRecurrence.RnnSequenceGradient rnn when RnnKernels.takes(rnn.activation()) ->
                    RnnKernels.backward(rnn);
            default -> refused(unit, "no loop for these functions of ");
        };
    }

    private static KernelMatch reduction(Fused unit, Reduction op) {
        return switch (op) {
            case Reduction.ReduceSum _ -> SumKernel.offer(op, 1);
            case NormReduction.ReduceSumSquare squares when SquareSumKernel.takes(squares) ->
                    SquareSumKernel.offer(squares);
            case Reduction.ReduceMean _ -> SumKernel.offer(op, Reducer.count(op));
            case Reduction.ReduceMax _ -> ExtremeKernel.offer(op, 1);
            case Reduction.ReduceMin _ -> ExtremeKernel.offer(op, -1);
            default -> refused(unit, "no loop for ");
        };
    }

    private static KernelMatch refused(Fused unit, String reason) {
        return new KernelMatch.Refused(reason + unit.name());
    }
}
