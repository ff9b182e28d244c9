package propane.nn.metric;

import propane.nn.loss.Loss;
import propane.nn.loss.LossTerms;
import propane.spi.Preconditions;
import propane.tensor.NDArray;
import propane.tensor.Problem;
import propane.tensor.PropaneException;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

/**
 * A number that is reported, or a table of them; metrics of one name are the same.
 *
 * {@snippet :
 * var xor = Dataset.of(new float[][] {{0, 0}, {0, 1}, {1, 0}, {1, 1}}, new int[] {0, 1, 1, 0});
 * var training = training(model(input(2), sequential(dense(8), relu(), dense(2))))
 *         .loss(softmaxCrossEntropy())
 *         .optimizer(adam(1e-2))
 *         .metrics(accuracy(), f1(), recall().perClass(), confusionMatrix())
 *         .batch(4).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(xor, epochs(50));
 *     var results = trainer.evaluate(xor);
 *     System.out.println(results);
 *     System.out.println(results.text(confusionMatrix().classes("same", "other")));
 * }
 * }
 *
 * <p>A metric of one's own is a {@link PerExample}, a {@link Scalar} or a {@link Matrix}, made of
 * the operations that losses are made of.
 */
public interface Metric {
    /** Returns the name, for example {@code accuracy}. */
    String name();

    /** Returns whether larger values are better; of losses they are not. */
    default boolean higherIsBetter() {
        return true;
    }

    /**
     * A metric worked out batch by batch: the device takes means over the examples of a batch, the
     * host adds them up and in the end makes the metric of the sums. Labels that the loss ignores
     * do not count, and examples count as they are weighted: a training tells its metrics both.
     */
    interface Streaming extends Metric {
        /**
         * Returns means over the examples of a batch, float32 of any shape.
         *
         * @param prediction the model's output, its first axis the batch
         * @param target what it should be
         */
        Tensor measure(Tensor prediction, Tensor target);

        /**
         * Returns the same where some counts more or less than other. What has the weight 0 may
         * hold anything.
         *
         * @param prediction the model's output, its first axis the batch
         * @param target what it should be
         * @param weights the weight of each example, 0 or more, float [batch], or of each of what
         *     further axes of the target have, float [batch, …]
         * @throws PropaneException if the metric does not tell, as by default
         */
        default Tensor measure(Tensor prediction, Tensor target, Tensor weights) {
            throw new PropaneException(
                    Problem.ofRule(
                                    "sampleWeight: the metric "
                                            + name()
                                            + " does not tell what counts how much")
                            .fix(
                                    "implement measure(prediction, target, weights), or"
                                            + " Metric.PerExample, whose each(…) does"));
        }

        /**
         * Returns this metric with one more label that does not count. By default this itself: a
         * metric of one's own sees all labels, those too that the loss ignores.
         */
        default Streaming ignoreIndex(int label) {
            return this;
        }

        /**
         * Requires a loss whose targets this metric is of; by default any is.
         *
         * @param targets what the loss's targets are
         * @param prediction the type of the output
         * @throws PropaneException if there is no such metric of them
         */
        default void requireTargets(Loss.TargetKind targets, TensorType prediction) {}

        /** Returns how many sums, at first zeros, are kept of so many numbers of a batch. */
        default int sums(int measured) {
            return measured;
        }

        /**
         * Adds a batch to the sums; by default each number times the number of examples.
         *
         * @param measured the numbers of the batch, in order
         * @param examples the number of its examples
         * @param sums the sums, at first zeros
         * @return the sums with the batch: the same array, or a longer one where they grow
         */
        default double[] add(double[] measured, int examples, double[] sums) {
            for (int i = 0; i < sums.length; i++) {
                sums[i] += measured[i] * examples;
            }
            return sums;
        }

        /**
         * Returns whether sums, which a file holds, may be those of this metric.
         *
         * @param sums the sums
         * @param measured how many numbers there are of a batch
         */
        default boolean areSums(double[] sums, int measured) {
            return sums.length == sums(measured);
        }
    }

    /** A metric of batches that is one number. */
    interface Scalar extends Streaming {
        /**
         * Returns the number.
         *
         * @param sums the sums over all batches
         * @param examples the number of examples
         */
        double value(double[] sums, double examples);
    }

    /** A metric of batches that is a table; {@code results.matrix(metric)} reads it. */
    interface Matrix extends Streaming {
        /**
         * Returns the table.
         *
         * @param sums the sums over all batches
         * @param examples the number of examples
         */
        NDArray matrix(double[] sums, double examples);

        /** Returns a table for people; by default its rows. */
        default String text(NDArray table) {
            return table.toString();
        }
    }

    /** A metric that is the mean of one number for each example. */
    interface PerExample extends Scalar {
        /** Returns the number of each example, float32 [batch]. */
        Tensor each(Tensor prediction, Tensor target);

        /** Returns the mean, or the sum and the weight of what counts as shares of the batch. */
        @Override
        default Tensor measure(Tensor prediction, Tensor target) {
            return each(prediction, target).mean();
        }

        @Override
        default Tensor measure(Tensor prediction, Tensor target, Tensor weights) {
            Tensor each = Preconditions.returned("the metric " + name(), each(prediction, target));
            return CountedMean.of(LossTerms.of(each).sampleWeight(weights));
        }

        @Override
        default double value(double[] sums, double examples) {
            return sums.length == 1 ? sums[0] / examples : sums[1] > 0 ? sums[0] / sums[1] : 0;
        }
    }

    /** A metric that is the mean of one number for each label or element that counts. */
    interface PerElement extends PerExample {
        @Override
        default PerElement ignoreIndex(int label) {
            return this;
        }

        /** Returns the numbers, [batch, …], and how much each counts. */
        LossTerms terms(Tensor prediction, Tensor target);

        @Override
        default Tensor each(Tensor prediction, Tensor target) {
            return terms(prediction, target).perExample();
        }

        @Override
        default Tensor measure(Tensor prediction, Tensor target) {
            return CountedMean.of(terms(prediction, target));
        }

        @Override
        default Tensor measure(Tensor prediction, Tensor target, Tensor weights) {
            return CountedMean.of(terms(prediction, target).sampleWeight(weights));
        }
    }
}
