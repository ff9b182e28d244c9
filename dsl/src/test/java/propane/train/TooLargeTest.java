package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static propane.nn.Model.model;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.relu;
import static propane.nn.layer.Layers.sequential;
import static propane.nn.layer.Layers.tanh;
import static propane.nn.loss.Losses.meanSquaredError;
import static propane.nn.loss.Losses.softmaxCrossEntropy;
import static propane.nn.optimizer.Optimizers.adam;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import propane.engine.Engine;
import propane.engine.MemoryException;
import propane.ffm.NativeMemory;
import propane.nn.Input;
import propane.nn.Layer;
import propane.nn.Model;
import propane.tensor.NDArray;
import propane.tensor.PropaneException;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.Tensor;
import propane.tensor.TensorType;
import propane.train.result.TrainingMemory;
import propane.train.run.PlannedMemory;

import java.util.Collections;

/** What is too large is told, with its numbers, before any memory is taken. */
@Timeout(120)
class TooLargeTest {
    private static Training training(int inputs, int units, int batch) {
        return training(
                model(Input.input(inputs), sequential(dense(units), relu(), dense(2))), batch);
    }

    private static Training training(Model model, int batch) {
        return Training.training(model).loss(meanSquaredError()).optimizer(adam(1e-3)).batch(batch);
    }

    private static void refused(
            Class<? extends PropaneException> type, Training training, String... texts) {
        long before = NativeMemory.held();
        assertThatThrownBy(() -> training.compile(Engine.cpu()))
                .isInstanceOf(type)
                .message()
                .contains(texts)
                .contains("\n    fix: ");
        assertThat(NativeMemory.held()).isEqualTo(before);
    }

    @Test
    void weightsWithTheirSlots() {
        // More than any machine has that runs tests.
        var layers = Collections.nCopies(60, dense(40_000)).toArray(Layer[]::new);
        refused(
                MemoryException.class,
                training(model(Input.input(40_000), sequential(layers)), 1),
                "trainer: weights and slots takes 1.2 TB of native memory, there are",
                "the largest batch that fits has no example");
    }

    @Test
    void activationsOfAHugeBatchWithTheBatchThatFits() {
        var layers = Collections.nCopies(40, sequential(dense(2), tanh())).toArray(Layer[]::new);
        refused(
                MemoryException.class,
                training(model(Input.input(1), sequential(layers)), 500_000_000),
                "trainer: a batch and what is computed of it takes ",
                "the largest batch that fits has about ",
                " examples; this training's has 500000000");
    }

    @Test
    void absurdSizesMeetTheRuleOfShapes() {
        refused(
                ShapeException.class,
                training(2, 2, Integer.MAX_VALUE),
                "has more than 2^31 - 1 elements");
        assertThatThrownBy(() -> training(2, Integer.MAX_VALUE, 1).compile(Engine.cpu()))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("has more than 2^31 - 1 elements");
    }

    @Test
    void theLargestBatchFitsAndOneMoreDoesNot() {
        Training training = training(30, 100, 32);
        for (long bytes : new long[] {200_000, 400_000_000}) {
            int largest = training.largestBatch(bytes);
            assertThat(largest).isPositive();
            assertThat(planned(training, largest)).isLessThanOrEqualTo(bytes);
            assertThat(planned(training, largest + 1)).isGreaterThan(bytes);
        }
        assertThat(training.largestBatch(1_000)).isZero();
    }

    private static long planned(Training training, int batch) {
        return PlannedMemory.of(training.spec(), Engine.cpu(), batch).nativeTotal();
    }

    @Test
    void theTrainerHoldsWhatWasPlanned() {
        Training training =
                Training.training(model(Input.input(64), sequential(dense(128), dense(10))))
                        .loss(softmaxCrossEntropy())
                        .optimizer(adam(1e-3))
                        .batch(50);
        long before = NativeMemory.held();
        try (Trainer trainer = training.compile(Engine.cpu())) {
            TrainingMemory memory = trainer.memory();
            long weights = 4L * (64 * 128 + 128 + 128 * 10 + 10);
            assertThat(memory.weights()).isEqualTo(weights);
            assertThat(memory.slots()).isBetween(2 * weights, 2 * weights + 100);
            assertThat(memory.examples()).isBetween(4L * 50 * 65, 4L * 50 * 65 + 100);
            assertThat(memory.activations()).isEqualTo(trainer.report().workBytes());
            assertThat(memory.heap()).isEqualTo(3 * 4L * 64 * 128);
            // And what oneDNN computes in, which is not planned.
            assertThat(NativeMemory.held() - before)
                    .isBetween(memory.nativeTotal() - 100, memory.nativeTotal() + 64_000);
            assertThat(memory.text()).contains("weights").contains("38.4 kB");
        }
    }

    @Test
    void whatIsFilledTakesNoMemoryHoweverLarge() {
        var type = TensorType.float32(Shape.shape(40_000, 50_000));
        NDArray ones = NDArray.full(type, 1);
        assertThat(ones.at(1_999_999_999)).isEqualTo(1);
        assertThat(Tensor.constant(2).broadcastTo(type.shape()).shape()).isEqualTo(type.shape());
    }

    @Test
    void aFilledArrayIsLikeAnyOther() {
        for (var dtype : propane.tensor.DType.values()) {
            var type = new TensorType(dtype, Shape.shape(2, 3));
            NDArray filled = NDArray.full(type, 1);
            NDArray plain = NDArray.of(new double[] {1, 1, 1, 1, 1, 1}, type);
            assertThat(filled).isEqualTo(plain).hasSameHashCodeAs(plain);
            assertThat(plain).isEqualTo(filled);
            assertThat(filled).isNotEqualTo(NDArray.full(type, 0));
            assertThat(filled.floats()).isEqualTo(plain.floats());
            assertThat(filled.ints()).isEqualTo(plain.ints());
            assertThat(filled.doubles()).isEqualTo(plain.doubles());
            assertThat(filled.slice(1, 2)).isEqualTo(plain.slice(1, 2));
            assertThat(filled.reshape(6)).isEqualTo(plain.reshape(6));
            assertThat(filled).hasToString(plain.toString());
            for (var other : propane.tensor.DType.values()) {
                assertThat(filled.cast(other)).isEqualTo(plain.cast(other));
            }
            assertThatThrownBy(() -> filled.reshape(5)).isInstanceOf(ShapeException.class);
            assertThatThrownBy(() -> filled.at(6)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }
}
