package propane.engine.cpu;

import propane.tensor.Convolution;
import propane.tensor.EngineException;
import propane.tensor.Linear;
import propane.tensor.Operation;
import propane.tensor.Program;
import propane.tensor.Shape;

/** How many threads oneDNN's kernels of a program may take. */
final class Threads {
    private static final String PROPERTY = "propane.threads";

    /** Below so many operations a run, handing work over costs more than it brings. */
    private static final double WORTH_SHARING = 1e6;

    private Threads() {}

    /**
     * Returns what the system property {@code propane.threads} says; else 1 for programs of little
     * work and the number of processors for others.
     *
     * @throws EngineException if the property is no number from 1 on
     */
    static int of(Program program) {
        String given = System.getProperty(PROPERTY, "");
        if (!given.isEmpty()) {
            if (!given.matches("[1-9][0-9]{0,3}")) {
                throw new EngineException(
                        "CPU: the property " + PROPERTY + " must be a number from 1 on: " + given);
            }
            return Integer.parseInt(given);
        }
        double most = 0;
        for (Program.Function function : program.functions()) {
            most = Math.max(most, work(function));
        }
        return most < WORTH_SHARING ? 1 : all();
    }

    /** Returns as many threads as there are processors. */
    static int all() {
        return Runtime.getRuntime().availableProcessors();
    }

    /** The multiplications and additions of products and convolutions. */
    private static double work(Program.Function function) {
        double work = 0;
        for (Operation operation : function.operations()) {
            work +=
                    switch (operation.op()) {
                        case Linear.Matmul matmul ->
                                2.0
                                        * operation.result(0).shape().size()
                                        * matmul.x().dim(matmul.transposeX() ? -2 : -1);
                        case Convolution.Conv conv ->
                                work(conv, operation.result(0).shape(), conv.weight().shape());
                        case Convolution.ConvTranspose conv ->
                                work(conv, conv.x().shape(), conv.weight().shape());
                        case Convolution.ConvWeightGradient conv ->
                                work(conv, conv.gradient().shape(), conv.shape());
                        default -> 0;
                    };
        }
        return work;
    }

    private static double work(Convolution conv, Shape places, Shape kernels) {
        return 2.0 * places.size() * kernels.dim(1) * conv.window().size();
    }
}
