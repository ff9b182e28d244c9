package propane.train;

import static org.assertj.core.api.Assertions.assertThat;

import static propane.nn.Model.model;
import static propane.nn.layer.Layers.dense;
import static propane.nn.loss.Losses.softmaxCrossEntropy;
import static propane.nn.optimizer.Optimizers.adam;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import propane.checkpoint.Weights;
import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Input;
import propane.nn.Model;
import propane.nn.WeightFilters;
import propane.nn.layer.Layers;
import propane.nn.loss.Losses;
import propane.nn.optimizer.Optimizers;
import propane.tensor.NDArray;
import propane.tensor.PropaneException;
import propane.train.option.ExportOption;
import propane.train.option.Option;

import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What holds of every public method, found by walking them. */
@Timeout(120)
class PublicDoorsTest {
    private static final Model MODEL = model(Input.input(2), dense(3));
    private static final Training TRAINING =
            Training.training(MODEL)
                    .loss(softmaxCrossEntropy())
                    .optimizer(adam(1e-3))
                    .ema(0.9)
                    .batch(2);
    private static final Dataset DATA = Dataset.of(new float[4][2], new int[4]);

    private static Stream<Method> methods(Class<?> type) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()))
                .filter(method -> !method.isSynthetic() && !method.isBridge())
                .filter(method ->
                        !List.of("equals", "hashCode", "toString").contains(method.getName()));
    }

    /** Returns what a method takes: something for what can be made up here, else null. */
    private static Object[] arguments(Method method, boolean isGiven) {
        return Arrays.stream(method.getParameterTypes())
                .map(type -> argument(type, isGiven))
                .toArray();
    }

    private static Object argument(Class<?> type, boolean isGiven) {
        if (type.isPrimitive()) {
            // The smallest that most settings take.
            var one = Array.newInstance(type, 1);
            if (type != boolean.class) {
                Array.setByte(one, 0, (byte) 1);
            }
            return Array.get(one, 0);
        }
        if (!isGiven) {
            return null;
        }
        return switch (type.getSimpleName()) {
            case "Dataset" -> DATA;
            case "Batch" -> DATA.take(2).all();
            case "NDArray" -> NDArray.of(new float[4], 2, 2);
            case "Map" -> Map.of("input", NDArray.of(new float[4], 2, 2));
            case "Weights" -> new Weights(Map.of());
            case "Path" -> Path.of("nowhere");
            case "UseEma" -> Option.useEma();
            case "Option[]" -> new Option[0];
            case "ExportOption[]" -> new ExportOption[0];
            default -> throw new AssertionError("nothing is made up for " + type);
        };
    }

    @Test
    void everyMethodOfAClosedTrainerSaysWhoClosedIt() throws ReflectiveOperationException {
        Trainer trainer = TRAINING.compile(Engine.cpu());
        Predictor predictor = trainer.predictor();
        trainer.close();
        predictor.close();
        var open = new TreeSet<String>();
        for (Object closed : List.of(trainer, predictor)) {
            for (Method method : methods(closed.getClass()).toList()) {
                if (Modifier.isStatic(method.getModifiers())) {
                    continue;
                }
                try {
                    method.invoke(closed, arguments(method, true));
                    open.add(method.getName());
                } catch (InvocationTargetException e) {
                    assertThat(e.getCause())
                            .as(method.toString())
                            .isInstanceOf(PropaneException.class)
                            .hasMessageContaining(
                                    "it is closed, by the thread "
                                            + Thread.currentThread().getName()
                                            + ": no "
                                            + method.getName());
                }
            }
        }
        assertThat(open).containsExactly("close", "model", "requestStop", "targetKind", "training");
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                Trainer.class,
                Training.class,
                Predictor.class,
                Option.class,
                ExportOption.class,
                Model.class,
                Dataset.class,
                Weights.class,
                Layers.class,
                Losses.class,
                Optimizers.class,
                propane.nn.metric.Metrics.class,
                propane.nn.schedule.Schedules.class,
                WeightFilters.class,
                Input.class
            })
    void whatIsNullIsOneClearError(Class<?> type) throws ReflectiveOperationException {
        var wrong = new TreeSet<String>();
        try (Trainer trainer = TRAINING.compile(Engine.cpu());
                Predictor predictor = trainer.predictor()) {
            var all =
                    List.of(
                            trainer,
                            predictor,
                            TRAINING,
                            MODEL,
                            DATA,
                            trainer.weights(),
                            Input.input(2));
            for (Method method : methods(type).toList()) {
                if (Arrays.stream(method.getParameterTypes()).allMatch(Class::isPrimitive)) {
                    continue;
                }
                Object receiver = all.stream().filter(type::isInstance).findFirst().orElse(null);
                if (receiver == null && !Modifier.isStatic(method.getModifiers())) {
                    continue;
                }
                try {
                    method.invoke(receiver, arguments(method, false));
                    wrong.add(method + ": takes it");
                } catch (InvocationTargetException e) {
                    if (!(e.getCause() instanceof PropaneException)) {
                        StackTraceElement at = e.getCause().getStackTrace()[0];
                        wrong.add(method + ": " + e.getCause() + " at " + at);
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
    }
}
