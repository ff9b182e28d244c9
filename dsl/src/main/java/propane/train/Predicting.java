package propane.train;

import propane.data.Dataset;
import propane.nn.Model;
import propane.nn.loss.Loss;
import propane.spi.Preconditions;
import propane.tensor.NDArray;
import propane.tensor.PropaneException;
import propane.train.run.Answers;

import java.util.Map;

/**
 * What predicts: a {@link Trainer} by the weights it has at the moment, a {@link Predictor} by
 * those it was made of.
 *
 * {@snippet :
 * float[][] x = {{0, 0}, {0, 1}, {1, 0}, {1, 1}};
 * var training = training(model(input(2), sequential(dense(8), relu(), dense(2))))
 *         .loss(softmaxCrossEntropy()).optimizer(adam(1e-2)).batch(4).seed(1);
 * try (var trainer = training.compile()) {
 *     trainer.fit(Dataset.of(x, new int[] {0, 1, 1, 0}), epochs(50));
 *     System.out.println(trainer.predictClasses(x));
 *     System.out.println(trainer.predictProbabilities(x));
 * }
 * }
 */
public sealed interface Predicting extends AutoCloseable permits Trainer, Predictor {
    /** Returns the model that predicts. */
    Model model();

    /**
     * Returns what targets the only output was trained on, as its loss says; {@code OTHER} where
     * that is not known.
     */
    Loss.TargetKind targetKind();

    /**
     * Returns the output for a batch of inputs; any number of them.
     *
     * @param x [n, …] with the shape of the model's only input
     */
    NDArray predict(NDArray x);

    /** Returns the outputs by name for a batch of inputs by name. */
    Map<String, NDArray> predict(Map<String, NDArray> inputs);

    /** Returns the output for a batch of inputs of one axis, a row an example. */
    default NDArray predict(float[][] x) {
        return predict(NDArray.of(Preconditions.given("predict: x", x)));
    }

    /**
     * Returns the output for all examples of a dataset, in the order of {@link Dataset#all}, read a
     * batch at a time; targets are not looked at. Inputs must be named as the model names them;
     * where there is one, any name will do.
     */
    NDArray predict(Dataset data);

    /**
     * Returns how probable each class is, of the output's shape: the softmax of the output's last
     * axis; where outputs say yes or no, each for itself, the sigmoid. Outputs that a model gives
     * as a softmax or sigmoid already stay as they are.
     *
     * @param x [n, …] with the shape of the model's only input
     * @throws PropaneException if the targets of the loss are numbers; where the loss is not known,
     *     as of a step of one's own, outputs are taken for logits
     */
    default NDArray predictProbabilities(NDArray x) {
        return answers("predictProbabilities").requireProbabilities().probabilities(predict(x));
    }

    /** Returns how probable each class is, for inputs of one axis, a row an example. */
    default NDArray predictProbabilities(float[][] x) {
        return answers("predictProbabilities").requireProbabilities().probabilities(predict(x));
    }

    /** Returns how probable each class is, for all examples of a dataset. */
    default NDArray predictProbabilities(Dataset data) {
        return answers("predictProbabilities").requireProbabilities().probabilities(predict(data));
    }

    /**
     * Returns the number of the class that each example is taken for, int32 [n, …]: that of the
     * largest output on the last axis, of equal ones the first; of a single output 1 where it says
     * yes, else 0.
     *
     * @param x [n, …] with the shape of the model's only input
     * @throws PropaneException if the targets of the loss are numbers; where the loss is not known,
     *     as of a step of one's own, outputs are taken for logits
     */
    default NDArray predictClasses(NDArray x) {
        return answers("predictClasses").requireClasses().classes(predict(x));
    }

    /** Returns the classes of inputs of one axis, a row an example. */
    default NDArray predictClasses(float[][] x) {
        return answers("predictClasses").requireClasses().classes(predict(x));
    }

    /** Returns the classes of all examples of a dataset. */
    default NDArray predictClasses(Dataset data) {
        return answers("predictClasses").requireClasses().classes(predict(data));
    }

    private Answers answers(String call) {
        return new Answers(call, model(), targetKind());
    }

    /** Frees the memory; a second call does nothing. */
    @Override
    void close();
}
