package propane.train;

import static org.assertj.core.api.Assertions.assertThat;

import static propane.nn.layer.Layers.batchNorm;
import static propane.nn.layer.Layers.conv2d;
import static propane.nn.layer.Layers.decoderBlock;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.dropout;
import static propane.nn.layer.Layers.encoderBlock;
import static propane.nn.layer.Layers.flatten;
import static propane.nn.layer.Layers.gelu;
import static propane.nn.layer.Layers.named;
import static propane.nn.layer.Layers.relu;
import static propane.nn.layer.Layers.remat;
import static propane.nn.layer.Layers.residual;
import static propane.nn.layer.Layers.sequential;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import propane.checkpoint.Weights;
import propane.coreml.write.ProgramPackage;
import propane.data.Batch;
import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Input;
import propane.nn.Layer;
import propane.nn.Model;
import propane.nn.Tensors;
import propane.nn.layer.Layers;
import propane.nn.layer.Padding;
import propane.nn.loss.Losses;
import propane.nn.optimizer.Optimizers;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.spi.autodiff.ReverseMode;
import propane.spi.op.OpSchema;
import propane.spi.op.Role;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;
import propane.train.option.Option;
import propane.train.option.Precision;
import propane.train.result.History;
import propane.train.trace.StepPrograms;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;

/**
 * What is computed once more in the backward pass is the same to the last bit, and takes less
 * memory.
 */
class RematTest {
    private static final UnaryOperator<Layer> KEPT = layer -> layer;

    /** What a training gave, and the memory of its values. */
    private record Outcome(Weights weights, History history, long bytes, long products) {}

    private static Outcome run(Training training, Dataset data) {
        try (Trainer trainer = training.compile(Engine.cpu())) {
            History history = trainer.fit(data, Option.epochs(3));
            var report = trainer.report();
            long products =
                    report.placements().stream().filter(each -> each.op().equals("matmul")).count();
            return new Outcome(trainer.weights(), history, report.workBytes(), products);
        }
    }

    private static Training images(
            UnaryOperator<Layer> each, int count, double dropped, Precision precision) {
        Layer block =
                sequential(
                        residual(
                                conv2d(6, 3).padding(Padding.SAME),
                                batchNorm(),
                                relu(),
                                dropout(dropped)));
        var layers = new ArrayList<Layer>(List.of(conv2d(6, 3).padding(Padding.SAME)));
        for (int i = 0; i < count; i++) {
            layers.add(each.apply(block));
        }
        layers.addAll(List.of(flatten(), dense(10)));
        return Training.training(
                        Model.model(Input.input(1, 8, 8), sequential(layers.toArray(Layer[]::new))))
                .loss(Losses.softmaxCrossEntropy())
                .optimizer(Optimizers.adam(1e-3))
                .precision(precision)
                .clipGradNorm(1)
                .batch(16);
    }

    private static Training blocks(UnaryOperator<Layer> each, int count, int length) {
        var layers = new ArrayList<Layer>(List.of(dense(16)));
        for (int i = 0; i < count; i++) {
            layers.add(each.apply(encoderBlock(2).dropout(0.1)));
        }
        layers.addAll(List.of(flatten(), dense(1)));
        return Training.training(
                        Model.model(
                                Input.input(length, 8), sequential(layers.toArray(Layer[]::new))))
                .loss(Losses.meanSquaredError())
                .optimizer(Optimizers.adam(1e-3))
                .batch(8);
    }

    private static Dataset sequences(int length) {
        var random = new Random(1);
        float[] x = new float[24 * length * 8];
        float[] y = new float[24];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
            y[i / (length * 8)] += x[i] / 20;
        }
        return Dataset.of(NDArray.of(x, 24, length, 8), NDArray.of(y, 24, 1));
    }

    /** The same results from as many products as there are and those that are computed again. */
    private static void check(Outcome kept, Outcome again) {
        assertThat(again.history()).isEqualTo(kept.history());
        assertThat(again.weights()).isEqualTo(kept.weights());
        assertThat(again.products()).isGreaterThan(kept.products());
    }

    @Test
    void blocksOfATransformerAreTheSameInFarLessMemory() {
        Outcome kept = run(blocks(KEPT, 6, 16), sequences(16));
        Outcome again = run(blocks(Layers::remat, 6, 16), sequences(16));
        check(kept, again);
        assertThat(again.bytes()).isLessThan(kept.bytes() * 3 / 8);
    }

    /** A translator whose decoder attends to what its encoder made. */
    private static Training translator(UnaryOperator<Layer> each) {
        Model model =
                Model.model(
                        List.of(Input.input("source", 6, 8), Input.input("aim", 4, 8)),
                        (scope, in) -> {
                            Layer block = each.apply(encoderBlock(2).dropout(0.1));
                            Tensor memory =
                                    scope.apply(
                                            "encoder", sequential(block, block), in.at("source"));
                            Layer over = each.apply(decoderBlock(2).dropout(0.1).over(memory));
                            Tensor read =
                                    scope.apply("decoder", sequential(over, over), in.at("aim"));
                            Layer head = sequential(flatten(), dense(1));
                            return Tensors.tensors("output", scope.apply("head", head, read));
                        });
        return Training.training(model)
                .loss(Losses.meanSquaredError())
                .optimizer(Optimizers.adam(1e-3))
                .batch(4);
    }

    @Test
    void whatALayerReadsBesideItsInputIsReadAgain() {
        Batch batch =
                new Batch(
                        Map.of(
                                "source", normal(1, 4, 6, 8),
                                "aim", normal(2, 4, 4, 8)),
                        Map.of("target", normal(3, 4, 1)));
        var weights = new ArrayList<Weights>();
        for (UnaryOperator<Layer> each : List.of(KEPT, (UnaryOperator<Layer>) Layers::remat)) {
            try (Trainer trainer = translator(each).compile(Engine.cpu())) {
                trainer.step(batch);
                trainer.step(batch);
                weights.add(trainer.weights());
            }
        }
        assertThat(weights.getLast()).isEqualTo(weights.getFirst());
    }

    private static NDArray normal(long seed, int... dims) {
        var random = new Random(seed);
        double[] values = new double[Shape.shape(dims).size()];
        Arrays.setAll(values, _ -> random.nextGaussian());
        return NDArray.of(values, TensorType.float32(Shape.shape(dims)));
    }

    private static long bytes(Training training) {
        try (Trainer trainer = training.compile(Engine.cpu())) {
            return trainer.report().workBytes();
        }
    }

    @Test
    void memoryGrowsLittleWithTheBlocks() {
        long four = bytes(blocks(Layers::remat, 4, 16));
        long eight = bytes(blocks(Layers::remat, 8, 16));
        assertThat(eight).isLessThan(four * 5 / 4);
    }

    @Test
    void withinAnotherOneTheOuterOneCounts() {
        UnaryOperator<Layer> twice = layer -> remat(sequential(remat(layer)));
        UnaryOperator<Layer> once = layer -> remat(sequential(layer));
        Outcome outer = run(blocks(once, 3, 16), sequences(16));
        Outcome both = run(blocks(twice, 3, 16), sequences(16));
        assertThat(both).isEqualTo(outer);
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void statisticsAndDropoutAreTheSame(Precision precision) {
        Dataset data = Digits.ALL.take(64);
        Outcome kept = run(images(KEPT, 6, 0.1, precision), data);
        Outcome again = run(images(Layers::remat, 6, 0.1, precision), data);
        assertThat(again.history()).isEqualTo(kept.history());
        assertThat(again.weights()).isEqualTo(kept.weights());
        assertThat(again.bytes()).isLessThan(kept.bytes() * 5 / 9);
    }

    @Test
    void theFormForTheNeuralEngineIsTheSame() {
        Dataset data = Digits.ALL.take(32);
        var weights = new ArrayList<Weights>();
        for (UnaryOperator<Layer> each : List.of(KEPT, (UnaryOperator<Layer>) Layers::remat)) {
            Training training = images(each, 4, 0, Precision.MIXED_FLOAT16);
            try (Trainer trainer = training.compile(Engine.cpu());
                    var halves = new HalfGradientTraining(training, trainer)) {
                Weights start = trainer.weights();
                halves.epoch(data);
                weights.add(trainer.weights());
                assertThat(weights.getLast()).isNotEqualTo(start);
            }
        }
        assertThat(weights.getLast()).isEqualTo(weights.getFirst());
    }

    @Test
    void coreMlDrawsRandomNumbersOnceForBoth() {
        assertThat(lowered(Layers::remat)).isEqualTo(lowered(KEPT));
    }

    /** The operations of a step in the form that Core ML takes, and its random ports. */
    private static List<String> lowered(UnaryOperator<Layer> each) {
        var step = new StepPrograms(images(each, 4, 0.1, Precision.FLOAT32).spec(), 16, false);
        Program.Function train = ProgramPackage.lower(Program.of(step.train())).function("train");
        var found = new ArrayList<String>();
        train.inputs().stream()
                .filter(port -> port.role() == Role.RANDOM)
                .forEach(port -> found.add(port.toString()));
        assertThat(found).hasSize(4);
        train.operations().forEach(operation -> found.add(OpSchema.of(operation.op()).name()));
        found.sort(Comparator.naturalOrder());
        return found;
    }

    @Test
    void pathsStayAsTheyAre() {
        var plain = blocks(KEPT, 2, 4).model();
        var named = Model.model(Input.input(4), remat(named("head", dense(3))));
        assertThat(blocks(Layers::remat, 2, 4).model().variables()).isEqualTo(plain.variables());
        assertThat(named.parameters().getFirst().path()).isEqualTo("head/weight");
    }

    @Test
    void secondDerivativesAreTheSame() {
        assertThat(penalty(Layers::remat)).isEqualTo(penalty(KEPT));
    }

    /** The gradients of a penalty on the slope of a model by its input. */
    private static List<NDArray> penalty(UnaryOperator<Layer> each) {
        Layer layers =
                sequential(each.apply(sequential(dense(5), gelu(), dense(5), gelu())), dense(1));
        Model model = Model.model(Input.input(3), layers);
        var trace = model.trace(true);
        Tensors inputs = model.placeholders(4);
        Tensor y = model.apply(trace, inputs).only();
        Tensor slope = ReverseMode.gradients(y.sum(), List.of(inputs.only())).getFirst();
        Tensor penalty = slope.square().sum(-1).sqrt().sub(1).square().mean();
        var weights = model.parameters().stream().map(w -> trace.tensor(w.path())).toList();
        var values = new HashMap<String, NDArray>();
        model.parameters().forEach(w -> values.put(w.path(), model.start(w, 3)));
        values.put("input", NDArray.of(new float[] {1, -1, 2, 0, 3, 1, -2, 1, 1, 0, 0, 2}, 4, 3));
        return Interpreter.run(ReverseMode.gradients(penalty, weights), values);
    }
}
