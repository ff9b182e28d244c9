package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static propane.nn.layer.Layers.batchNorm;
import static propane.nn.layer.Layers.conv2d;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.dropout;
import static propane.nn.layer.Layers.embedding;
import static propane.nn.layer.Layers.flatten;
import static propane.nn.layer.Layers.gelu;
import static propane.nn.layer.Layers.maxPool2d;
import static propane.nn.layer.Layers.relu;
import static propane.nn.layer.Layers.sequential;
import static propane.nn.layer.Layers.sigmoid;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import propane.checkpoint.Weights;
import propane.coreml.CoreMl;
import propane.coreml.format.StoredWeight;
import propane.coreml.read.PackageReader;
import propane.coreml.report.FunctionPlacement;
import propane.engine.Engine;
import propane.nn.Input;
import propane.nn.Layer;
import propane.nn.Model;
import propane.nn.Tensors;
import propane.nn.layer.Padding;
import propane.nn.loss.Losses;
import propane.nn.optimizer.Optimizers;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.PropaneException;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;
import propane.train.option.ExportOption;
import propane.train.option.Option;
import propane.train.result.Exported;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** What a trainer exports: in which numbers, how near to its own, and where weights stand. */
class ExportTest {
    private static final int DESCRIPTION = 64;

    @TempDir private Path folder;

    private static Trainer trainer(Model model) {
        return Training.training(model)
                .loss(Losses.softmaxCrossEntropy())
                .optimizer(Optimizers.adam(1e-2))
                .batch(16)
                .seed(3)
                .compile(Engine.cpu());
    }

    private static Trainer trainer(Input input, Layer... layers) {
        return trainer(Model.model(input, sequential(layers)));
    }

    private static Layer block(int filters) {
        return sequential(
                conv2d(filters, 3).padding(Padding.SAME), batchNorm(), relu(), maxPool2d(2));
    }

    /** The convolutional and dense models among the examples. */
    static Map<String, Model> examples() {
        var models = new LinkedHashMap<String, Model>();
        models.put(
                "Digits",
                Model.model(
                        Input.input(8, 8), sequential(flatten(), dense(64), relu(), dense(10))));
        models.put(
                "digits-cnn",
                Model.model(
                        Input.input(1, 8, 8),
                        sequential(block(16), block(32), flatten(), dropout(0.3), dense(10))));
        models.put(
                "FashionMnist",
                Model.model(
                        Input.input(1, 28, 28),
                        sequential(
                                block(16),
                                block(32),
                                flatten(),
                                dropout(0.3),
                                dense(128),
                                relu(),
                                dense(10))));
        models.put(
                "Autoencoder",
                Model.model(
                        Input.input(64),
                        sequential(
                                sequential(dense(48), gelu(), dense(8)),
                                sequential(dense(48), gelu(), dense(64), sigmoid()))));
        return models;
    }

    static Iterable<String> names() {
        return examples().keySet();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("names")
    void anExampleMayRunOnTheNeuralEngineWhole(String name) {
        Path path = folder.resolve("Example.mlpackage");
        try (Trainer trainer = trainer(examples().get(name))) {
            Exported exported = trainer.export(path);
            assertThat(exported.precision()).isEqualTo(DType.FLOAT16);
            assertThat(exported.difference()).isPositive().isLessThan(2e-3);
            assertThat(exported.comparison()).contains("on 32 examples drawn");
            assertThat(exported.placement().mayAllRun()).as(exported.placement().text()).isTrue();
            assertThat(CoreMl.lint(path)).isEqualTo(exported.placement());
            assertThat(exported.toString())
                    .startsWith("Example.mlpackage: float16; ")
                    .contains("predict: 100 % of ");
            Program.Function model = CoreMl.read(path).functions().getFirst();
            assertThat(model.ports())
                    .extracting(Port::type)
                    .extracting(TensorType::dtype)
                    .containsOnly(DType.FLOAT32);
            assertThat(PackageReader.weights(path).values())
                    .extracting(weight -> weight.type().dtype())
                    .containsOnly(DType.FLOAT16);
            assertThat(CoreMl.describe(path)).contains("propane.precision: float16");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whateverTellsOfAPackageCallsItsFunctionsAlike(boolean isTraining) {
        Path path = folder.resolve("Example.mlpackage");
        try (Trainer trainer = trainer(examples().get("Autoencoder"))) {
            if (isTraining) {
                trainer.exportTraining(path);
            } else {
                trainer.export(path);
            }
        }
        List<String> read =
                CoreMl.read(path).functions().stream().map(Program.Function::name).toList();
        assertThat(read).contains("predict");
        assertThat(CoreMl.lint(path).functions())
                .extracting(FunctionPlacement::name)
                .isEqualTo(read);
        List<String> described =
                CoreMl.describe(path)
                        .lines()
                        .filter(line -> line.matches("\\S.*: \\d+ operations, .*"))
                        .map(line -> line.split("[ :]")[0])
                        .toList();
        assertThat(described).isEqualTo(read);
        if (!isTraining) {
            assertThat(CoreMl.describe(path)).contains("predict (main in Core ML): ");
        }
    }

    @Test
    void examplesAreThoseOfTheLastBatchOrGivenOnes() {
        Path path = folder.resolve("Digits.mlpackage");
        try (Trainer trainer = Digits.training(Digits.model()).compile(Engine.cpu())) {
            trainer.fit(Digits.ALL.take(20), Option.epochs(1));
            assertThat(trainer.export(path).comparison()).endsWith("on 4 examples trained on last");
            trainer.step(Digits.ALL.take(16).all());
            assertThat(trainer.export(path).comparison())
                    .endsWith("on 16 examples trained on last");
            assertThat(trainer.export(path, ExportOption.compareOn(Digits.ALL)).comparison())
                    .endsWith("on 32 examples given");
            NDArray one = Digits.ALL.take(1).all().x();
            assertThat(trainer.export(path, ExportOption.compareOn(one)).comparison())
                    .endsWith("on 1 example given");
            assertThatThrownBy(
                            () -> trainer.export(path, ExportOption.compareOn(one.reshape(1, 64))))
                    .isInstanceOf(PropaneException.class)
                    .hasMessageContaining("the input input is fp32[64] an example");
        }
    }

    @Test
    void float32IsWrittenWhereItIsAskedFor() {
        Path path = folder.resolve("Whole.mlpackage");
        try (Trainer trainer = trainer(examples().get("digits-cnn"))) {
            Exported exported = trainer.export(path, ExportOption.float32());
            assertThat(exported.precision()).isEqualTo(DType.FLOAT32);
            assertThat(exported.difference()).isZero();
            assertThat(exported.placement().mayAllRun()).isFalse();
            assertThat(CoreMl.describe(path)).contains("propane.precision: float32");
        }
    }

    @Test
    void float32IsWrittenWhereAProductOverflowsAndTheProductIsNamed() {
        Path path = folder.resolve("Huge.mlpackage");
        try (Trainer trainer = trainer(Input.input(8), dense(8), relu(), dense(3))) {
            trainer.load(changed(trainer.weights(), value -> filled(value, 9_000)));
            Exported exported = fallenBack(trainer, path);
            assertThat(exported.difference()).isInfinite();
            assertThat(exported.comparison())
                    .contains("are not finite where float32's are, on 32 examples drawn: matmul ")
                    .endsWith("is the first that is not finite");
            NDArray x = NDArray.full(TensorType.float32(Shape.shape(1, 8)), 1);
            assertThat(output(path, x)).isEqualTo(trainer.predict(x));
        }
    }

    @Test
    void float32IsWrittenWhereFloat16DoesNotHoldAWeight() {
        Path path = folder.resolve("Wide.mlpackage");
        try (Trainer trainer = trainer(Input.input(8), dense(3))) {
            trainer.load(changed(trainer.weights(), value -> filled(value, 70_000)));
            assertThat(fallenBack(trainer, path).comparison())
                    .contains("weight dense_1/")
                    .endsWith(" holds 7.000e+04, float16 ends at 65504");
        }
    }

    /** Of a thousand rows, 32 examples read a few: the wide one counts all the same. */
    @Test
    void float32IsWrittenWhereNoExampleReadsTheWeightThatFloat16DoesNotHold() {
        float[] table = new float[2_000];
        table[1_998] = 70_000;
        Model model =
                Model.model(Input.tokens(1), sequential(embedding(1_000, 2), flatten(), dense(1)))
                        .withWeights(Map.of("embedding_1/weight", NDArray.of(table, 1_000, 2)));
        try (Trainer trainer = trainer(model)) {
            assertThat(fallenBack(trainer, folder.resolve("Row.mlpackage")).comparison())
                    .endsWith("weight embedding_1/weight holds 7.000e+04, float16 ends at 65504");
        }
    }

    @Test
    void float32IsWrittenWherePredictionsAreNotFiniteAtAll() {
        Model model =
                Model.model(
                        List.of(Input.input(8)),
                        (scope, in) -> {
                            Tensor y = scope.apply(dense(3), in.only());
                            return Tensors.tensors("near", y.add(y.mul(0).log()));
                        });
        try (Trainer trainer = trainer(model)) {
            Exported exported = fallenBack(trainer, folder.resolve("Log.mlpackage"));
            assertThat(exported.difference()).isInfinite();
            assertThat(exported.comparison())
                    .contains("are not finite as float32's are not, on 32 examples drawn: log ")
                    .endsWith("is the first that is not finite");
        }
    }

    @Test
    void examplesToCompareOnAreFiniteAndAsManyOfEachInput() {
        NDArray nan = NDArray.of(new float[] {1, Float.NaN}, 2, 1);
        NDArray three = NDArray.of(new float[3], 3, 1);
        for (Map<String, NDArray> wrong :
                List.of(Map.of("input", nan), Map.of("input", nan, "other", three))) {
            assertThatThrownBy(() -> new ExportOption.CompareOn(wrong))
                    .isInstanceOf(PropaneException.class);
        }
        assertThatThrownBy(() -> new ExportOption.CompareOn(Map.of()))
                .isInstanceOf(PropaneException.class);
    }

    @Test
    void float32IsWrittenWhereRoundingIsTooCoarseAndTheOpIsNamed() {
        Path path = folder.resolve("Coarse.mlpackage");
        Model model =
                Model.model(
                        List.of(Input.input(8)),
                        (scope, in) -> {
                            var far = scope.apply("a", dense(3), in.only()).add(1_000);
                            return Tensors.tensors("near", far.sub(1_000));
                        });
        try (Trainer trainer = trainer(model)) {
            Exported exported = fallenBack(trainer, path);
            assertThat(exported.difference()).isBetween(1e-2, 1.0);
            assertThat(exported.comparison())
                    .contains("of the largest output at most")
                    .contains(": sub fp16[1, 3] made at ");
        }
    }

    /** Exports, and requires that float32 is written and a line tells why. */
    private static Exported fallenBack(Trainer trainer, Path path) {
        PrintStream before = System.err;
        var told = new ByteArrayOutputStream();
        Exported exported;
        System.setErr(new PrintStream(told, true, StandardCharsets.UTF_8));
        try {
            exported = trainer.export(path);
        } finally {
            System.setErr(before);
        }
        assertThat(exported.precision()).isEqualTo(DType.FLOAT32);
        assertThat(told.toString(StandardCharsets.UTF_8))
                .contains(path.getFileName() + ": written in float32, not float16: ")
                .contains(exported.comparison());
        assertThat(CoreMl.describe(path)).contains("propane.precision: float32");
        return exported;
    }

    private static Weights changed(Weights weights, UnaryOperator<NDArray> change) {
        var arrays = new LinkedHashMap<String, NDArray>();
        weights.arrays().forEach((path, value) -> arrays.put(path, change.apply(value)));
        return new Weights(arrays);
    }

    private static NDArray filled(NDArray like, double value) {
        return NDArray.full(like.type(), value);
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"FLOAT16", "FLOAT32"})
    void weightsWrittenInPlaceOfOthersArePredictedBy(DType precision) throws IOException {
        Path first = folder.resolve("First.mlpackage");
        Path second = folder.resolve("Second.mlpackage");
        ExportOption[] options =
                precision == DType.FLOAT32
                        ? new ExportOption[] {ExportOption.float32()}
                        : new ExportOption[0];
        NDArray x = Digits.ALL.take(1).all().x();
        try (Trainer trainer =
                trainer(Input.input(1, 8, 8), block(4), flatten(), dense(10), relu(), dense(10))) {
            // Biases are still alike, norms still do nothing: none of it may be taken as a fact.
            trainer.export(first, options);
            trainer.fit(Digits.ALL.take(64), Option.epochs(2));
            assertThat(trainer.export(second, options).precision()).isEqualTo(precision);
            assertThat(output(first, x)).isNotEqualTo(output(second, x));
            overwrite(first, trainer.weights());
        }
        assertThat(output(first, x)).isEqualTo(output(second, x));
    }

    /** Does what an app does: puts numbers where the package says. */
    private static void overwrite(Path mlpackage, Weights weights) throws IOException {
        Path file = mlpackage.resolve("Data/com.apple.CoreML/weights/weight.bin");
        Map<String, StoredWeight> places = PackageReader.weights(mlpackage);
        assertThat(places.keySet()).containsExactlyInAnyOrderElementsOf(weights.paths());
        try (var bytes = new RandomAccessFile(file.toFile(), "rw")) {
            for (Map.Entry<String, StoredWeight> place : places.entrySet()) {
                float[] values = weights.at(place.getKey()).floats();
                TensorType type = place.getValue().type();
                assertThat(type.shape()).isEqualTo(weights.at(place.getKey()).shape());
                var buffer = ByteBuffer.allocate((int) type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
                for (float value : values) {
                    if (type.dtype() == DType.FLOAT16) {
                        buffer.putShort(Float.floatToFloat16(value));
                    } else {
                        buffer.putFloat(value);
                    }
                }
                bytes.seek(place.getValue().offset() + DESCRIPTION);
                bytes.write(buffer.array());
            }
        }
        CoreMl.check(mlpackage);
    }

    private static NDArray output(Path mlpackage, NDArray x) {
        Program.Function predict = CoreMl.read(mlpackage).functions().getFirst();
        return Interpreter.run(predict, Map.of("input", x)).values().iterator().next();
    }
}
