package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import static propane.nn.Tensors.tensors;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.named;
import static propane.nn.layer.Layers.sequential;
import static propane.nn.layer.Layers.tanh;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.checkpoint.Weights;
import propane.data.Batch;
import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Input;
import propane.nn.Layer;
import propane.nn.Model;
import propane.nn.Tensors;
import propane.nn.metric.Metrics;
import propane.nn.optimizer.Optimizers;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.UnknownNameException;
import propane.train.option.Option;
import propane.train.option.Precision;
import propane.train.step.Examples;
import propane.train.step.Gradients;
import propane.train.step.Step;
import propane.train.step.StepOutputs;
import propane.train.step.TracedModel;
import propane.train.trace.StepPrograms;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Steps of one's own: several losses and optimizers, and gradients of anything by anything. */
class CustomLoopsTest {
    @TempDir private Path folder;

    /** A generator of numbers and a critic that tells them from real ones. */
    private static Model adversaries() {
        Layer generator = sequential(dense(16), tanh(), dense(1));
        Layer critic = sequential(dense(16), tanh(), dense(1));
        return Model.model(
                List.of(Input.input(1)),
                (scope, in) -> {
                    Tensor real = in.only();
                    Tensor noise = scope.normal(Shape.shape(real.dim(0), 2));
                    Tensor fake = scope.apply("generator", generator, noise);
                    return tensors("fake", fake)
                            .and("of_real", scope.apply("critic", critic, real))
                            .and("of_fake", scope.apply("critic", critic, fake));
                });
    }

    private static StepOutputs duel(TracedModel model, Examples batch) {
        Tensors out = model.predict(batch.inputs());
        Tensor told = out.at("of_real").neg().softplus().mean();
        Tensor critic = told.add(out.at("of_fake").softplus().mean());
        Tensor generator = out.at("of_fake").neg().softplus().mean();
        var adam = Optimizers.adam(0.01).betas(0.5, 0.9);
        var slower = Optimizers.adam(0.003).betas(0.5, 0.9);
        model.update(Gradients.gradients(critic, model.part("critic")), adam);
        model.update(Gradients.gradients(generator, model.part("generator")), slower);
        return StepOutputs.of(Metrics.scalar("critic"), critic)
                .with(Metrics.scalar("generator"), generator);
    }

    private static Training duel() {
        return Training.training(adversaries()).step(CustomLoopsTest::duel).batch(64).seed(2);
    }

    /** Normal numbers around 3. */
    private static Dataset real() {
        var random = new Random(4);
        float[][] x = new float[512][1];
        for (float[] row : x) {
            row[0] = (float) (3 + 0.5 * random.nextGaussian());
        }
        return Dataset.of(x, new int[x.length]).shuffle(1);
    }

    @Test
    void adversariesTrainEachOther() {
        try (Trainer trainer = duel().compile(Engine.cpu())) {
            trainer.fit(real(), Option.epochs(150));
            double[] fake =
                    trainer.predict(Map.of("input", real().all().x())).get("fake").doubles();
            double mean = Arrays.stream(fake).average().orElseThrow();
            double variance =
                    Arrays.stream(fake).map(x -> (x - mean) * (x - mean)).sum() / fake.length;
            assertThat(mean).isCloseTo(3, within(0.5));
            assertThat(Math.sqrt(variance)).isBetween(0.2, 1.0);
        }
    }

    @Test
    void adversariesAreResumed() {
        Path middle = folder.resolve("duel.ckpt");
        Weights whole;
        try (Trainer trainer = duel().compile(Engine.cpu())) {
            trainer.fit(real(), Option.epochs(2));
            trainer.save(middle);
            trainer.fit(real(), Option.epochs(3));
            whole = trainer.weights();
        }
        try (Trainer trainer = duel().compile(Engine.cpu())) {
            trainer.load(middle);
            trainer.fit(real(), Option.epochs(2 + 3));
            assertThat(trainer.weights()).isEqualTo(whole).isNotEqualTo(Weights.none());
        }
    }

    @Test
    void adversariesAreCutInTwoAndTrainInFloat16() {
        requireCutInTwo(duel());
        Training half = duel().precision(Precision.MIXED_FLOAT16);
        try (Trainer whole = duel().compile(Engine.cpu());
                Trainer trainer = half.compile(Engine.cpu())) {
            whole.fit(real(), Option.epochs(2));
            trainer.fit(real(), Option.epochs(2));
            for (String path : whole.weights().paths()) {
                for (int i = 0; i < whole.weights().at(path).size(); i++) {
                    assertThat(trainer.weights().at(path).at(i))
                            .as(path)
                            .isCloseTo(whole.weights().at(path).at(i), within(0.02));
                }
            }
        }
    }

    private static final Batch LINE =
            Batch.of(
                    NDArray.of(new float[][] {{1, 2}, {-1, 0.5f}, {0, 1}}),
                    NDArray.of(new float[][] {{1}, {0}, {2}}));

    private static Training line(Layer layer, Step step) {
        return Training.training(Model.model(Input.input(2), layer))
                .step(step)
                .targets(Input.input("target", 1))
                .batch(3)
                .seed(1);
    }

    private static Map<String, NDArray> after(Training training, int steps) {
        try (Trainer trainer = training.compile(Engine.cpu())) {
            for (int i = 0; i < steps; i++) {
                trainer.step(LINE);
            }
            return trainer.weights().arrays();
        }
    }

    @Test
    void gradientsOfTwoLossesAreThoseOfTheirSum() {
        Step together =
                (model, batch) -> {
                    Tensor y = model.predict(batch.x());
                    Tensor loss = y.sub(batch.y()).square().mean().add(y.abs().mean());
                    model.update(Gradients.gradients(loss, model), Optimizers.sgd(0.1));
                    return StepOutputs.of(Metrics.loss(), loss);
                };
        Step apart =
                (model, batch) -> {
                    Tensor y = model.predict(batch.x());
                    Tensor one = y.sub(batch.y()).square().mean();
                    Tensor other = y.abs().mean();
                    var sum =
                            Gradients.gradients(one, model).plus(Gradients.gradients(other, model));
                    model.update(sum, Optimizers.sgd(0.1));
                    return StepOutputs.of(Metrics.loss(), one.add(other));
                };
        Layer layers = sequential(dense(4), tanh(), dense(1));
        var expected = after(line(layers, together), 3);
        requireClose(after(line(layers, apart), 3), expected);
        requireClose(after(line(layers, apart).gradientAccumulation(1), 3), expected);
        requireCutInTwo(line(layers, apart));
    }

    private static void requireClose(Map<String, NDArray> found, Map<String, NDArray> expected) {
        assertThat(found.keySet()).isEqualTo(expected.keySet());
        expected.forEach((path, value) -> {
            for (int i = 0; i < value.size(); i++) {
                assertThat(found.get(path).at(i)).as(path).isCloseTo(value.at(i), within(1e-5));
            }
        });
    }

    /** The two halves of a step leave what the whole one does. */
    private static void requireCutInTwo(Training training) {
        var programs = new StepPrograms(training.spec(), 3, false);
        Program.Function train = programs.train();
        var inputs = new HashMap<String, NDArray>();
        for (Port port : train.inputs()) {
            var random = new Random(port.name().hashCode());
            double[] values = new double[port.type().shape().size()];
            Arrays.setAll(values, _ -> random.nextInt(-8, 8) / 8.0);
            inputs.put(port.name(), NDArray.of(values, port.type()));
        }
        var whole = Interpreter.run(train, inputs);
        var halves = new HashMap<>(Interpreter.run(programs.gradients(), inputs));
        inputs.putAll(halves);
        halves.putAll(Interpreter.run(programs.update(), inputs));
        halves.keySet().retainAll(whole.keySet());
        requireClose(halves, whole);
    }

    @Test
    void aWeightIsUpdatedOnceAStep() {
        Step twice =
                (model, batch) -> {
                    Tensor loss = model.predict(batch.x()).square().mean();
                    model.update(Gradients.gradients(loss, model), Optimizers.sgd(0.1));
                    model.update(Gradients.gradients(loss, model), Optimizers.sgd(0.1));
                    return StepOutputs.of(Metrics.loss(), loss);
                };
        assertThatThrownBy(() -> line(dense(1), twice).compile(Engine.cpu()))
                .isInstanceOf(UnknownNameException.class)
                .hasMessageContaining("dense_1/weight is updated twice in one step")
                .hasMessageContaining("add the gradients");
    }

    /** A critic whose slope by its input is to be 1 (Gulrajani et al., 2017). */
    private static StepOutputs slopeOfOne(TracedModel model, Examples batch) {
        Tensor score = model.predict(batch.x());
        Tensor slope = Gradients.gradients(score.sum(), batch.x()).getFirst();
        Tensor penalty = slope.square().sum(-1).sqrt().sub(1).square().mean();
        model.update(Gradients.gradients(penalty, model), Optimizers.sgd(0.2));
        return StepOutputs.of(Metrics.loss(), penalty);
    }

    @Test
    void aPenaltyOnASlopeIsDifferentiatedThroughIt() {
        // Of w·x the penalty is (|w| − 1)², its gradient 2·(|w| − 1)·w / |w|.
        Training training = line(dense(1).bias(false), CustomLoopsTest::slopeOfOne);
        try (Trainer trainer = training.compile(Engine.cpu())) {
            double[] w = {3, -4};
            trainer.load(
                    Weights.none().with("dense_1/weight", NDArray.of(new float[] {3, -4}, 1, 2)));
            for (int step = 0; step < 12; step++) {
                trainer.step(LINE);
                double norm = Math.hypot(w[0], w[1]);
                for (int i = 0; i < 2; i++) {
                    w[i] -= 0.2 * 2 * (norm - 1) * w[i] / norm;
                    assertThat(trainer.weights().at("dense_1/weight").at(i))
                            .isCloseTo(w[i], within(1e-5));
                }
            }
            assertThat(Math.hypot(w[0], w[1])).isCloseTo(1, within(0.02));
        }
    }

    @Test
    void aPenaltyOnTheSlopeOfDeepLayersGoesDown() {
        Layer layers = sequential(dense(8), tanh(), dense(8), tanh(), dense(1));
        try (Trainer trainer = line(layers, CustomLoopsTest::slopeOfOne).compile(Engine.cpu())) {
            double first = trainer.step(LINE).value(Metrics.loss());
            for (int i = 0; i < 200; i++) {
                trainer.step(LINE);
            }
            assertThat(trainer.step(LINE).value(Metrics.loss())).isLessThan(first / 50);
        }
    }

    @Test
    void gradientsByInputsAndWeightsAreTheDifferenceQuotients() {
        Layer layers = sequential(dense(3), tanh(), dense(1));
        Model model = Model.model(Input.input(2), layers);
        var values = new HashMap<String, NDArray>();
        var gradients = new ArrayList<Tensor>();
        Step step =
                (traced, batch) -> {
                    Tensor y = traced.predict(batch.x());
                    Tensor loss = y.square().mean();
                    Tensor hidden = traced.weight("dense_1/weight");
                    gradients.add(loss);
                    gradients.addAll(Gradients.gradients(loss, batch.x(), hidden, y));
                    traced.update(Gradients.gradients(loss, traced), Optimizers.sgd(1));
                    return StepOutputs.of(Metrics.loss(), loss);
                };
        var unused = new StepPrograms(line(layers, step).spec(), 3, false);
        assertThat(unused.updated()).hasSize(4);
        model.parameters().forEach(each -> values.put(each.path(), model.start(each, 5)));
        values.put("input", LINE.x());
        var computed = Interpreter.run(gradients, values);
        String[] names = {"input", "dense_1/weight"};
        for (int which = 0; which < names.length; which++) {
            NDArray at = values.get(names[which]);
            for (int i = 0; i < at.size(); i++) {
                double up = lossAt(gradients.getFirst(), values, names[which], i, 0.01);
                double down = lossAt(gradients.getFirst(), values, names[which], i, -0.01);
                assertThat(computed.get(which + 1).at(i))
                        .isCloseTo((up - down) / 0.02, within(1e-4));
            }
        }
        assertThat(computed.get(3).shape()).isEqualTo(Shape.shape(3, 1));
    }

    private static double lossAt(
            Tensor loss, Map<String, NDArray> values, String name, int index, double by) {
        var moved = new HashMap<>(values);
        double[] elements = values.get(name).doubles().clone();
        elements[index] += by;
        moved.put(name, NDArray.of(elements, values.get(name).type()));
        return Interpreter.run(List.of(loss), moved).getFirst().at(0);
    }

    @Test
    void nothingFlowsThroughAStoppedGradient() {
        Layer both = sequential(named("below", dense(2).bias(false)), named("above", dense(1)));
        Step step =
                (model, batch) -> {
                    Tensor y = model.predict(batch.x());
                    Tensor aim = y.mul(2).stopGradient();
                    // By the aim the gradient would have the other sign.
                    Tensor loss = aim.sub(y).square().mean();
                    model.update(
                            Gradients.gradients(loss, model.part("above")), Optimizers.sgd(0.1));
                    return StepOutputs.of(Metrics.loss(), loss);
                };
        Training training = line(both, step);
        Map<String, NDArray> start = after(training, 0);
        Map<String, NDArray> end = after(training, 5);
        assertThat(end.get("below/weight")).isEqualTo(start.get("below/weight"));
        double before = norm(start.get("above/weight"));
        assertThat(norm(end.get("above/weight"))).isGreaterThan(before);
    }

    private static double norm(NDArray value) {
        double sum = 0;
        for (double element : value.doubles()) {
            sum += element * element;
        }
        return Math.sqrt(sum);
    }
}
