package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.flatten;
import static propane.nn.layer.Layers.relu;
import static propane.nn.layer.Layers.sequential;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import propane.checkpoint.Checkpoint;
import propane.coreml.CoreMl;
import propane.coreml.ModelCard;
import propane.coreml.write.ProgramPackage;
import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Input;
import propane.nn.Model;
import propane.nn.loss.Losses;
import propane.nn.metric.Metrics;
import propane.nn.optimizer.EveryOptimizer;
import propane.nn.optimizer.Optimizer;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.tensor.NDArray;
import propane.train.option.Option;
import propane.train.option.Precision;
import propane.train.trace.StepPrograms;

import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/** Every optimizer in float32, in mixed precision, with float16 gradients, resumed and exported. */
class OptimizerTrainingsTest {
    private static final int EPOCHS = 6;

    private final Dataset data = Digits.ALL.take(160).shuffle(1);

    @TempDir private Path folder;

    static Collection<Optimizer> optimizers() {
        return EveryOptimizer.usual().values();
    }

    private static Training training(Optimizer optimizer) {
        return Training.training(
                        Model.model(
                                Input.input(1, 8, 8),
                                sequential(flatten(), dense(16), relu(), dense(10))))
                .loss(Losses.softmaxCrossEntropy())
                .optimizer(optimizer)
                .batch(16)
                .seed(3);
    }

    /** Returns the loss of the last of some epochs. */
    private double loss(Training training) {
        try (Trainer trainer = training.compile(Engine.cpu())) {
            return trainer.fit(data, Option.epochs(EPOCHS)).last(Metrics.loss());
        }
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void trainsInEveryPrecision(Optimizer optimizer) {
        double whole = loss(training(optimizer));
        assertThat(whole).isLessThan(2);
        Training half = training(optimizer).precision(Precision.MIXED_FLOAT16);
        assertThat(loss(half)).isBetween(whole - 0.1, whole + 0.1);
        try (Trainer trainer = half.compile(Engine.cpu());
                var halves = new HalfGradientTraining(half, trainer)) {
            for (int epoch = 0; epoch < EPOCHS; epoch++) {
                halves.epoch(data);
            }
            double loss = trainer.evaluate(data).value(Metrics.loss());
            assertThat(loss).isBetween(whole - 0.3, whole + 0.1);
        }
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void isResumedToTheLastBit(Optimizer optimizer) {
        Training training = training(optimizer);
        Path middle = folder.resolve("middle.ckpt");
        Path end = folder.resolve("end.ckpt");
        Path resumed = folder.resolve("resumed.ckpt");
        try (Trainer trainer = training.compile(Engine.cpu())) {
            trainer.fit(data.take(64), Option.epochs(1));
            trainer.save(middle);
            trainer.fit(data.take(64), Option.epochs(1));
            trainer.save(end);
        }
        try (Trainer trainer = training.compile(Engine.cpu())) {
            trainer.load(middle);
            trainer.fit(data.take(64), Option.epochs(2));
            trainer.save(resumed);
        }
        assertThat(Checkpoint.read(resumed)).isEqualTo(Checkpoint.read(end));
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void isTheSameInAPackage(Optimizer optimizer) {
        Path mlpackage = folder.resolve("OptimizerTraining.mlpackage");
        Program.Function update = new StepPrograms(training(optimizer).spec(), 16, true).update();
        ProgramPackage.write(Program.of(update), mlpackage, ModelCard.BLANK);
        Program.Function read = CoreMl.read(mlpackage).function("update");
        var inputs = new HashMap<String, NDArray>();
        for (Port port : update.inputs()) {
            inputs.put(port.name(), some(port));
        }
        Map<String, NDArray> expected = Interpreter.run(update, inputs);
        var found = Interpreter.run(read, inputs);
        expected.forEach((name, value) -> {
            for (int i = 0; i < value.size(); i++) {
                double near = 1e-4 * Math.max(1, Math.abs(value.at(i)));
                assertThat(found.get(name).at(i)).as(name).isCloseTo(value.at(i), within(near));
            }
        });
    }

    /** Positive numbers, since some ports hold squares or counts. */
    private static NDArray some(Port port) {
        var random = new Random(port.name().hashCode());
        double[] values = new double[port.type().shape().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextInt(1, 9) / 8.0;
        }
        return NDArray.of(values, port.type());
    }
}
