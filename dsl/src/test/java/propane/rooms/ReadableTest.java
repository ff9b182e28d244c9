package propane.rooms;

import static org.assertj.core.api.Assertions.assertThat;

import static propane.nn.Input.input;
import static propane.nn.Model.model;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.relu;
import static propane.nn.layer.Layers.sequential;
import static propane.nn.loss.Losses.softmaxCrossEntropy;
import static propane.nn.metric.Metrics.accuracy;
import static propane.nn.metric.Metrics.confusionMatrix;
import static propane.nn.optimizer.Optimizers.adam;
import static propane.nn.optimizer.Optimizers.sgd;
import static propane.nn.schedule.Schedules.cosineDecay;
import static propane.train.option.Option.callback;
import static propane.train.option.Option.epochs;
import static propane.train.option.Option.validationData;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import propane.checkpoint.Weights;
import propane.coreml.CoreMl;
import propane.coreml.read.PackageReader;
import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Initializers;
import propane.nn.Input;
import propane.nn.Layer;
import propane.nn.Model;
import propane.nn.WeightFilters;
import propane.nn.layer.Layers;
import propane.nn.loss.Loss;
import propane.nn.loss.Losses;
import propane.nn.metric.Metrics;
import propane.nn.optimizer.GradientTransforms;
import propane.nn.optimizer.Optimizers;
import propane.nn.schedule.Schedules;
import propane.spi.op.Op;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.train.Trainer;
import propane.train.Training;
import propane.train.option.ExportOption;
import propane.train.option.Option;
import propane.train.result.Event;
import propane.train.result.History;
import propane.train.result.Results;
import propane.train.result.TrainerCallback;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.constant.ClassDesc;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Whatever a user can print says something, and not without end. */
class ReadableTest {
    private static final Path CLASSES = CompiledClasses.of(Tensor.class);
    private static final int LONGEST = 200;
    private static final Dataset DATA =
            Dataset.of(new float[][] {{0, 1}, {1, 0}, {1, 1}, {0, 0}}, new int[] {0, 1, 1, 0});

    // ---- by what types are

    /** Returns the public types of all exported packages. */
    static List<Class<?>> types() throws IOException, ClassNotFoundException {
        var found = new ArrayList<Class<?>>();
        for (ModuleDescriptor.Exports exports :
                Tensor.class.getModule().getDescriptor().exports()) {
            Path folder = CLASSES.resolve(exports.source().replace('.', '/'));
            if (exports.isQualified()) {
                continue;
            }
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.filter(ReadableTest::isClass).toList()) {
                    String name = file.getFileName().toString().replace(".class", "");
                    Class<?> type = Class.forName(exports.source() + "." + name);
                    if (isPublic(type)) {
                        found.add(type);
                    }
                }
            }
        }
        found.sort(Comparator.comparing(Class::getName));
        return found;
    }

    private static boolean isClass(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(".class") && !name.equals("package-info.class");
    }

    private static boolean isPublic(Class<?> type) {
        for (Class<?> each = type; each != null; each = each.getEnclosingClass()) {
            if (!Modifier.isPublic(each.getModifiers())) {
                return false;
            }
        }
        return true;
    }

    /** What has no values has no text: methods alone, and what their bodies take. */
    private static boolean hasValues(Class<?> type) {
        boolean isMade =
                Arrays.stream(type.getDeclaredConstructors())
                        .anyMatch(each -> !Modifier.isPrivate(each.getModifiers()));
        return isMade
                || Arrays.stream(type.getDeclaredMethods())
                        .anyMatch(each ->
                                Modifier.isPublic(each.getModifiers())
                                        && !Modifier.isStatic(each.getModifiers()));
    }

    @Test
    void everyPublicTypeHasATextOfItsOwn() throws ReflectiveOperationException, IOException {
        assertThat(types()).hasSizeGreaterThan(400);
        var mute = new ArrayList<String>();
        for (Class<?> type : types()) {
            if (type.isInterface() || !hasValues(type)) {
                continue;
            }
            Class<?> by = type.getMethod("toString").getDeclaringClass();
            if (by == Object.class) {
                mute.add(type.getName());
            }
        }
        assertThat(mute).as("types whose text is a number in memory").isEmpty();
    }

    @Test
    void noRecordTellsAllItHoldsWhereThatMayBeMuch() throws IOException, ClassNotFoundException {
        var endless = new ArrayList<String>();
        for (Class<?> type : types()) {
            if (!isGenerated(type)) {
                continue;
            }
            for (RecordComponent component : type.getRecordComponents()) {
                // An op holds tensors, each with a text of its own, and lists of them.
                if (!Op.class.isAssignableFrom(type) && isEndless(component.getGenericType())) {
                    endless.add(type.getName() + "." + component.getName());
                }
            }
        }
        assertThat(endless).isEmpty();
    }

    private static boolean isEndless(Type type) throws IOException {
        return switch (type) {
            case ParameterizedType of -> {
                Class<?> raw = (Class<?>) of.getRawType();
                boolean holdsMany =
                        Collection.class.isAssignableFrom(raw) || Map.class.isAssignableFrom(raw);
                for (Type each : of.getActualTypeArguments()) {
                    boolean isDump = each instanceof Class<?> one && isGenerated(one);
                    if (holdsMany && (isDump || isEndless(each))) {
                        yield true;
                    }
                }
                yield isFunction(raw);
            }
            case Class<?> one -> {
                boolean isEndless = one.isArray() || one == NDArray.class || isFunction(one);
                if (isGenerated(one)) {
                    for (RecordComponent component : one.getRecordComponents()) {
                        isEndless |= isEndless(component.getGenericType());
                    }
                }
                yield isEndless;
            }
            default -> false;
        };
    }

    private static boolean isFunction(Class<?> type) {
        return type.getPackageName().equals("java.util.function");
    }

    /** Returns whether a record has the text that the compiler writes. */
    private static boolean isGenerated(Class<?> type) throws IOException {
        if (!type.isRecord()) {
            return false;
        }
        String file = type.getName().replace('.', '/') + ".class";
        byte[] bytes = Files.readAllBytes(CLASSES.resolve(file));
        for (MethodModel method : ClassFile.of().parse(bytes).methods()) {
            if (method.methodName().equalsString("toString")
                    && method.methodTypeSymbol().parameterCount() == 0) {
                return method.code()
                        .orElseThrow()
                        .elementStream()
                        .filter(InvokeDynamicInstruction.class::isInstance)
                        .map(InvokeDynamicInstruction.class::cast)
                        .anyMatch(each -> isOfRecords(each.bootstrapMethod().owner()));
            }
        }
        return false;
    }

    private static boolean isOfRecords(ClassDesc bootstrap) {
        return bootstrap.displayName().equals("ObjectMethods");
    }

    // ---- by what they say

    private static void requireReadable(Object value, int lines) {
        String text = String.valueOf(value);
        assertThat(text)
                .isNotBlank()
                .doesNotContainPattern("@[0-9a-f]{4,}")
                .doesNotContain("$$Lambda");
        assertThat(text.lines().toList())
                .hasSizeLessThanOrEqualTo(lines)
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(LONGEST));
    }

    /** A callback of one's own that has a text. */
    private record Ears() implements TrainerCallback {
        @Override
        public Signal on(Event event) {
            return Signal.CONTINUE;
        }
    }

    private static Object madeUp(Class<?> type) {
        if (type.isArray()) {
            // Of optimizers and their parts not any two go together.
            int length = type.componentType() == Layer.class ? 2 : 1;
            Object array = Array.newInstance(type.componentType(), length);
            for (int i = 0; i < length; i++) {
                Array.set(
                        array,
                        i,
                        type.componentType() == long.class
                                ? (Object) (i + 1L)
                                : madeUp(type.componentType()));
            }
            return array;
        }
        return switch (type.getSimpleName()) {
            case "int" -> 2;
            case "long" -> 4L;
            case "double" -> 0.5;
            case "boolean" -> true;
            case "String" -> "word";
            case "List" -> List.of(input(2));
            case "Layer" -> dense(2);
            case "Optimizer" -> sgd(0.1);
            case "Metric" -> accuracy();
            case "Schedule" -> cosineDecay(0.1, 100);
            case "Initializer" -> propane.nn.Initializers.zeros();
            case "WeightFilter" -> WeightFilters.under("head");
            case "GradientTransform" -> GradientTransforms.scaleByLearningRate(0.1);
            case "Dataset" -> DATA;
            case "NDArray" -> NDArray.of(new float[][] {{1, 2}});
            case "Path" -> Path.of("some.ckpt");
            case "TrainerCallback" -> new Ears();
            case "Input" -> input(2);
            case "Shape" -> Shape.shape(2);
            case "Tensor" -> Tensor.constant(NDArray.of(new float[] {1, 2}));
            default -> null;
        };
    }

    static Stream<Method> words() {
        return Stream.of(
                        Layers.class,
                        Losses.class,
                        Optimizers.class,
                        GradientTransforms.class,
                        Schedules.class,
                        Metrics.class,
                        Initializers.class,
                        Input.class,
                        WeightFilters.class,
                        Option.class,
                        ExportOption.class)
                .flatMap(type -> Arrays.stream(type.getMethods()))
                .filter(method -> Modifier.isStatic(method.getModifiers()));
    }

    @ParameterizedTest
    @MethodSource("words")
    void aWordOfTheLanguageIsALine(Method word) throws ReflectiveOperationException {
        var types = word.getParameterTypes();
        Object[] arguments = Arrays.stream(types).map(ReadableTest::madeUp).toArray();
        if (word.getName().equals("scaleByFactoredRms")) {
            arguments[0] = -0.5; // a power that falls
        } else if (word.getName().equals("adafactor") && arguments.length > 1) {
            arguments[1] = -0.5;
        }
        assertThat(arguments).as("nothing is made up for %s", word).doesNotContainNull();
        requireReadable(made(word, arguments), 1);
    }

    private static Object made(Method word, Object[] arguments)
            throws ReflectiveOperationException {
        try {
            return word.invoke(null, arguments);
        } catch (InvocationTargetException e) {
            throw new AssertionError(word + " of " + Arrays.toString(arguments), e.getCause());
        }
    }

    @Test
    void blocksSayWhatTheyAreMadeOf() {
        assertThat(Layers.encoderBlock(4).causal().hidden(32).swiGlu().rotary())
                .hasToString("transformer_block(4 heads, causal, rotary, hidden 32, gated)");
        assertThat(Layers.selfAttention(4).keyValueHeads(2).bias(false))
                .hasToString("self_attention(4 heads, 2 of keys, without bias)");
        assertThat(Layers.lstm(48).numLayers(2).bidirectional())
                .hasToString("lstm(48 units, 2 layers, bidirectional)");
        assertThat(Layers.relu()).hasToString("relu()");
        assertThat(Layers.leakyRelu(0.1)).hasToString("leaky_relu(0.1)");
        assertThat(sequential(dense(2), Layers.named("eye", relu())))
                .hasToString("sequential(dense, eye)");
        var deep = IntStream.range(0, 50).mapToObj(_ -> dense(2)).toArray(Layer[]::new);
        assertThat(sequential(deep).toString()).endsWith("dense, … 42 more)");
        assertThat(adam(1e-3).weightDecay(0.1).toString())
                .contains("learning rate 0.001, betas 0.9 and 0.999")
                .contains("weight decay 0.1");
    }

    @Test
    void arraysStandInRows() {
        assertThat(NDArray.of(new float[] {0.1f, 2})).hasToString("fp32[2] {0.1, 2.0}");
        assertThat(NDArray.scalar(0.1)).hasToString("fp32[] {0.1}");
        assertThat(NDArray.of(new float[][] {{1 / 3f, 20}, {3, 4}}))
                .hasToString("fp32[2, 2]\n  [0] 0.33333334 20.0\n  [1]        3.0  4.0");
        assertThat(NDArray.of(new int[] {1, 2, 3, 4}, 2, 1, 2))
                .hasToString("int32[2, 1, 2]\n  [0, 0] 1 2\n  [1, 0] 3 4");
        assertThat(NDArray.of(new float[1000], 1000).toString().length()).isLessThan(100);
        var large = NDArray.of(new float[40_000], 20, 100, 20);
        requireReadable(large, 12);
        assertThat(large.toString()).contains("⋮").contains("…").contains("[19, 99]");
        requireReadable(NDArray.of(new float[0], 0, 3), 1);
    }

    @Test
    void whatIsTrainedAndWhatItTellsIsReadable(@TempDir Path folder) {
        Model model = model(input(2), sequential(dense(4), relu(), dense(2)));
        Training training =
                Training.training(model)
                        .loss(softmaxCrossEntropy())
                        .optimizer(adam(1e-2))
                        .metrics(accuracy(), confusionMatrix())
                        .batch(4)
                        .seed(3);
        requireReadable(training, 1);
        assertThat(training.toString())
                .startsWith("training of model(input[2]) -> [output], loss softmaxCrossEntropy,")
                .endsWith("metrics accuracy confusion_matrix, batch 4, seed 3");
        Loss own = (p, _) -> p.mean();
        requireReadable(Training.training(model).loss(own).optimizer(sgd(0.1)), 1);
        requireReadable(Training.training(model).step((_, _) -> null), 1);
        var events = new ArrayList<Event>();
        TrainerCallback callback =
                event -> {
                    events.add(event);
                    return TrainerCallback.Signal.CONTINUE;
                };
        Trainer closed;
        try (var trainer = training.compile(Engine.cpu())) {
            assertThat(trainer.toString()).startsWith("a trainer: training of model(input[2])");
            History history =
                    trainer.fit(DATA, epochs(40), validationData(DATA), callback(callback));
            requireReadable(history, 25);
            assertThat(history.toString().lines().toList())
                    .startsWith(
                            "epoch    step      loss  accuracy  validation_loss"
                                    + "  validation_accuracy")
                    .contains("    ⋮");
            assertThat(new History(List.of())).hasToString("no epochs");
            events.forEach(event -> requireReadable(event, 1));
            Results results = trainer.evaluate(DATA);
            assertThat(results.toString())
                    .startsWith("loss ")
                    .endsWith(", confusion_matrix int32[2, 2]");
            requireReadable(trainer.report(), 40);
            requireReadable(trainer.memory(), 10);
            requireReadable(trainer.weights(), 1);
            requireReadable(trainer.findLearningRate(DATA), 1);
            try (var predictor = trainer.predictor()) {
                assertThat(predictor).hasToString("a predictor: " + model);
            }
            requireReadable(DATA.all(), 1);
            requireReadable(DATA.splitAt(2), 1);
            requireReadable(trainer.placement(), 60);
            Path path = folder.resolve("A.mlpackage");
            requireReadable(trainer.export(path), 5);
            requireReadable(CoreMl.read(path), 1);
            requireReadable(CoreMl.read(path).functions().getFirst(), 1);
            requireReadable(PackageReader.ports(path), 1);
            requireReadable(CoreMl.lint(path), 40);
            requireReadable(CoreMl.lint(path).functions().getFirst().ops().getFirst(), 1);
            Path checkpoint = folder.resolve("a.ckpt");
            trainer.save(checkpoint);
            requireReadable(Weights.read(checkpoint), 1);
            closed = trainer;
        }
        assertThat(closed.toString()).startsWith("a closed trainer: training of ");
    }

    @Test
    void aConfusionMatrixHasNamesOfClasses() {
        var table = NDArray.of(new int[] {5, 1, 0, 7}, 2, 2);
        var results = new Results(Map.of(), Map.of("confusion_matrix", table));
        assertThat(results.text(confusionMatrix().classes("cat", "elephants")).lines())
                .containsExactly(
                        "is / taken for      cat elephants",
                        "           cat        5         1",
                        "     elephants        0         7");
        assertThat(results.text(confusionMatrix()).lines())
                .containsExactly(
                        "is / taken for        0        1",
                        "             0        5        1",
                        "             1        0        7");
        var sums = confusionMatrix().matrix(new double[] {0.5, 1, 0, 2, 0}, 4);
        assertThat(confusionMatrix().text(sums)).contains("0.500    1.000");
    }
}
