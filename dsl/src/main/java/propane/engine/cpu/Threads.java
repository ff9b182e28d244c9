package propane.engine.cpu;

import propane.spi.op.Convolution;
import propane.spi.op.Linear;
import propane.spi.op.Operation;
import propane.tensor.EngineException;
import propane.tensor.Shape;

/**
 * How many threads oneDNN's kernels may take.
 *
 * @param most what a kernel of much work takes
 */
record Threads(int most) {
    private static final String PROPERTY = "propane.threads";

    /**
     * Thousands of threads end the process: OpenMP takes stack for each where it is called. What
     * goes beyond a few for each processor brings nothing.
     */
    private static final int MOST_ANYWHERE = 64;

    private static final int MOST_A_PROCESSOR = 4;

    /**
     * Below so many operations, some tenth of a millisecond, handing a part of the work over costs
     * more than it brings.
     */
    private static final double WORTH_SHARING = 1e7;

    /**
     * Returns what the system property {@code propane.threads} says, or as many threads as there
     * are processors.
     *
     * @throws EngineException if the property is no whole number from 1 to four for each processor,
     *     or 64 where that is more
     */
    static Threads configured() {
        int processors = Runtime.getRuntime().availableProcessors();
        String given = System.getProperty(PROPERTY, "");
        return given.isEmpty() ? new Threads(processors) : parse(given, processors);
    }

    /** Reads a number of threads, as it suits a machine of some processors. */
    static Threads parse(String given, int processors) {
        int most = Math.max(MOST_ANYWHERE, MOST_A_PROCESSOR * processors);
        if (!given.matches("[1-9][0-9]{0,5}") || Integer.parseInt(given) > most) {
            throw new EngineException(
                    "CPU: the property "
                            + PROPERTY
                            + " must be a whole number from 1 to "
                            + most
                            + ", on this machine of "
                            + processors
                            + " processors: "
                            + given);
        }
        return new Threads(Integer.parseInt(given));
    }

    /** Returns how many threads the kernel of an operation takes. */
    int of(Operation operation) {
        return work(operation) < WORTH_SHARING ? 1 : most;
    }

    /** The multiplications and additions of a product or convolution. */
    private static double work(Operation operation) {
        return switch (operation.op()) {
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

    private static double work(Convolution conv, Shape places, Shape kernels) {
        return 2.0 * places.size() * kernels.dim(1) * conv.window().size();
    }
}
