package propane.train;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Input;
import propane.nn.metric.Metrics;
import propane.nn.optimizer.Optimizers;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.TensorType;
import propane.train.option.Option;
import propane.train.option.Precision;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** Each layer and each loss learns a few examples by heart, in float32 and in mixed float16. */
class EveryLayerTrainsTest {
    private static final Map<String, Training> ALL = VocabularyTrainings.all();
    private static final int UPDATES = 30;

    static Set<String> names() {
        return ALL.keySet();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("names")
    void lossesFallAlikeInBothPrecisions(String name) {
        double[] whole = losses(name, Precision.FLOAT32);
        double[] half = losses(name, Precision.MIXED_FLOAT16);
        assertThat(half[0]).isCloseTo(whole[0], within(0.01 * (0.1 + Math.abs(whole[0]))));
        assertThat(whole[1]).isLessThan(whole[0]);
        double fall = whole[0] - whole[1];
        assertThat(whole[0] - half[1]).isBetween(0.8 * fall, 1.25 * fall);
    }

    private static org.assertj.core.data.Offset<Double> within(double far) {
        return org.assertj.core.api.Assertions.within(far);
    }

    /** Returns the losses before the first and after the last update. */
    private static double[] losses(String name, Precision precision) {
        Training training = ALL.get(name).precision(precision).seed(1);
        if (!name.equals("tripletMargin")) {
            training = training.optimizer(Optimizers.adam(1e-2));
        }
        Dataset data = data(training);
        try (Trainer trainer = training.compile(Engine.cpu())) {
            var losses = new ArrayList<Double>(List.of(loss(trainer, data)));
            trainer.fit(data, Option.epochs(UPDATES));
            losses.add(loss(trainer, data));
            return losses.stream().mapToDouble(Double::doubleValue).toArray();
        }
    }

    private static double loss(Trainer trainer, Dataset data) {
        return trainer.evaluate(data).value(Metrics.loss());
    }

    private static Dataset data(Training training) {
        var random = new Random(3);
        return Dataset.of(
                values(training.model().inputs(), training, random),
                values(training.spec().targets(), training, random));
    }

    private static Map<String, NDArray> values(
            List<Input> ports, Training training, Random random) {
        var values = new LinkedHashMap<String, NDArray>();
        for (Input port : ports) {
            TensorType type = port.port(GivenStep.BATCH).type();
            double[] elements = new double[type.shape().size()];
            for (int i = 0; i < elements.length; i++) {
                elements[i] =
                        type.dtype() == DType.INT32
                                ? random.nextInt(8)
                                : ExportedTraining.fitting(training, port, random.nextFloat());
            }
            values.put(port.name(), NDArray.of(elements, type));
        }
        return values;
    }
}
