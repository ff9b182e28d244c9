package propane.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import static propane.nn.Model.model;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.relu;
import static propane.nn.layer.Layers.sequential;
import static propane.nn.loss.Losses.meanSquaredError;
import static propane.nn.metric.Metrics.loss;
import static propane.nn.optimizer.Optimizers.adam;
import static propane.nn.optimizer.Optimizers.sgd;
import static propane.nn.schedule.Schedules.cosineDecay;
import static propane.train.Training.training;
import static propane.train.option.Option.epochs;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.coreml.CoreMl;
import propane.data.Dataset;
import propane.engine.Engine;
import propane.nn.Input;
import propane.nn.Layer;
import propane.nn.loss.Loss;
import propane.nn.optimizer.Optimizer;
import propane.nn.schedule.Schedule;
import propane.nn.schedule.Schedules;
import propane.spi.ImportedModel;
import propane.spi.Interpreter;
import propane.spi.Printer;
import propane.spi.Program;
import propane.spi.TrainingExport;
import propane.spi.autodiff.ReverseMode;
import propane.spi.op.CustomOp;
import propane.spi.op.Op;
import propane.spi.op.OpSchema;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.EngineException;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;
import propane.tensor.UnknownNameException;
import propane.train.Training;
import propane.train.option.Option;
import propane.train.option.Precision;
import propane.train.result.Exported;
import propane.train.result.TrainerCallback;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * What the page of extensions shows is compiled outside of Propane's packages, against those that
 * are exported, and found and used as the page says.
 */
final class ExtendingPageTest {
    private static final int MOST_LINES = 30;
    private static final int WIDEST = 100;

    private static final Dataset LINE =
            Dataset.of(new float[][] {{0}, {1}, {2}, {3}}, new float[][] {{1}, {3}, {5}, {7}});

    /** One that only keeps what it is given. */
    private static final String KEEPING =
            """
            public final class KeepingExporter implements Exporter {
                public static TrainingExport kept;

                @Override public String name() { return "keeping"; }
                @Override public List<String> suffixes() { return List.of(".kept"); }
                @Override public Written predictor(ModelExport model, Path path) {
                    return Written.whole();
                }
                @Override public void training(TrainingExport training, Path path) {
                    kept = training;
                }
            }
            """;

    @TempDir private static Path classes;

    private static ExtendingPage page;
    private static URLClassLoader loader;

    @TempDir private Path folder;

    @BeforeAll
    static void compile() throws IOException {
        assumeTrue(Tensor.class.getModule().isNamed(), "runs as a module, under Maven");
        page = ExtendingPage.read();
        var found = new DiagnosticCollector<JavaFileObject>();
        var all = new LinkedHashMap<>(page.sources());
        all.put("KeepingExporter", ExtendingPage.IMPORTS + KEEPING);
        var sources = all.entrySet().stream().map(each -> file(each)).toList();
        var options =
                List.of(
                        "--module-path",
                        System.getProperty("jdk.module.path"),
                        "--add-modules",
                        "propane",
                        "-proc:none",
                        "-d",
                        classes.toString());
        ToolProvider.getSystemJavaCompiler()
                .getTask(null, null, found, options, null, sources)
                .call();
        assertThat(found.getDiagnostics())
                .filteredOn(each -> each.getKind() == Diagnostic.Kind.ERROR)
                .isEmpty();
        Path services = Files.createDirectories(classes.resolve("META-INF/services"));
        for (var service : page.services().entrySet()) {
            if (!service.getKey().startsWith("propane.cli")) {
                Files.write(services.resolve(service.getKey()), service.getValue());
            }
        }
        Files.writeString(
                services.resolve("propane.spi.Exporter"),
                "KeepingExporter\n",
                StandardOpenOption.APPEND);
        URL[] urls = {classes.toUri().toURL()};
        loader = new URLClassLoader(urls, Tensor.class.getClassLoader());
    }

    private static JavaFileObject file(Map.Entry<String, String> source) {
        URI uri = URI.create("string:///" + source.getKey() + ".java");
        return new SimpleJavaFileObject(uri, JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return source.getValue();
            }
        };
    }

    @BeforeEach
    void beAProgramWithThoseClasses() {
        Thread.currentThread().setContextClassLoader(loader);
    }

    @AfterAll
    static void forget() throws IOException {
        Thread.currentThread().setContextClassLoader(Tensor.class.getClassLoader());
        if (loader != null) {
            loader.close();
        }
    }

    private static <T> T made(Class<T> kind, String name, Object... parts) {
        try {
            Constructor<?> maker = loader.loadClass(name).getConstructors()[0];
            return kind.cast(maker.newInstance(parts));
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(name, e);
        }
    }

    private static Tensor softThreshold(Tensor x, float t) {
        try {
            Class<? extends Op> kind = loader.loadClass("SoftThreshold").asSubclass(Op.class);
            return Tensor.of(OpSchema.of(kind).make(x, t));
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    private static Training line(Layer layer) {
        return training(model(Input.input(1), layer))
                .loss(meanSquaredError())
                .optimizer(sgd(0.05))
                .batch(4)
                .seed(1);
    }

    private static double trained(Training training) {
        try (var trainer = training.compile(Engine.cpu())) {
            double before = trainer.evaluate(LINE).value(loss());
            trainer.fit(LINE, epochs(100));
            return trainer.evaluate(LINE).value(loss()) / before;
        }
    }

    @Test
    void eachDoorHasASection() throws IOException {
        var doors = new ArrayList<String>(Tensor.class.getModule().getDescriptor().uses());
        Files.readString(Path.of("../cli/src/main/java/module-info.java"))
                .lines()
                .filter(line -> line.strip().startsWith("uses propane."))
                .forEach(line -> doors.add(line.strip().replaceAll("uses |;", "")));
        assertThat(doors).contains("propane.spi.Exporter", "propane.cli.spi.Subcommand");
        assertThat(page.services().keySet()).containsExactlyInAnyOrderElementsOf(doors);
        String code = String.join("\n", page.sections().values());
        for (String door : doors) {
            String name = door.substring(door.lastIndexOf('.') + 1);
            assertThat(code).containsPattern("implements ([\\w.]+\\.)?" + name + "\\b");
        }
    }

    @Test
    void eachProgramIsShort() {
        for (String section : page.sections().values()) {
            for (String block : ExtendingPage.blocks(section)) {
                List<String> lines = block.lines().toList();
                assertThat(lines).as(block).hasSizeLessThanOrEqualTo(MOST_LINES);
                assertThat(lines).allMatch(line -> line.length() <= WIDEST);
            }
        }
    }

    @Test
    void anOptimizerTrains() {
        Schedule rate = Schedules.constant(0.02);
        var signum = made(Optimizer.class, "Signum", rate, 0.5);
        assertThat(trained(line(dense(1)).optimizer(signum))).isLessThan(0.1);
    }

    @Test
    void aCallbackEndsARun() {
        var stop = made(TrainerCallback.class, "StopBelow", 0.5);
        try (var trainer = line(dense(1)).compile(Engine.cpu())) {
            assertThat(trainer.fit(LINE, epochs(1_000), Option.callback(stop)).epochs())
                    .hasSizeBetween(2, 500);
        }
    }

    @Test
    void aLayerAndALossTrain() {
        var scale = made(Layer.class, "Scale");
        var logCosh = made(Loss.class, "LogCosh");
        assertThat(trained(line(sequential(dense(2), scale, dense(1))).loss(logCosh)))
                .isLessThan(0.1);
    }

    @Test
    void anOpsGradientIsThatOfItsDecompositionAndOfDifferences() {
        Port port = new Port("x", Role.BATCH, TensorType.float32(Shape.shape(6)));
        double[] x = {-2, -0.7, -0.2, 0.3, 0.9, 3};
        Tensor x0 = port.tensor();
        Tensor y = softThreshold(x0, 0.5f);
        Tensor weighted =
                y.mul(Tensor.constant(NDArray.of(new float[] {1, 2, 3, 4, 5, 6}, 6))).sum();
        Tensor gradient = ReverseMode.gradients(weighted, List.of(x0)).getFirst();
        double[] found = exact(gradient, x);
        for (int i = 0; i < x.length; i++) {
            double[] more = x.clone();
            double[] less = x.clone();
            more[i] += 1e-4;
            less[i] -= 1e-4;
            double slope = (exact(weighted, more)[0] - exact(weighted, less)[0]) / 2e-4;
            assertThat(found[i]).isCloseTo(slope, within(1e-6));
        }
        Tensor decomposed = ((CustomOp) y.op()).decompose().getFirst();
        assertThat(exact(decomposed, x)).containsExactly(exact(y, x), within(1e-7));
    }

    private static double[] exact(Tensor y, double[] x) {
        return Interpreter.runExact(List.of(y), Map.of("x", x)).getFirst();
    }

    private static Layer thresholded() {
        Layer own = (_, x) -> softThreshold(x, 0.1f);
        return sequential(dense(8), own, dense(1));
    }

    @Test
    void aKernelIsUsedAndTheReportNamesIt() {
        try (var trainer = line(thresholded()).compile(Engine.cpu())) {
            assertThat(trainer.report().lines())
                    .anyMatch(line -> line.startsWith("train, soft: 1 soft_threshold"));
            assertThat(trainer.report().device()).contains("soft");
        }
        assertThat(trained(line(thresholded()))).isLessThan(0.1);
        assertThat(trained(line(thresholded()).precision(Precision.MIXED_FLOAT16))).isLessThan(0.1);
        // Without the provider the same op is decomposed.
        Thread.currentThread().setContextClassLoader(Tensor.class.getClassLoader());
        try (var trainer = line(thresholded()).compile(Engine.cpu())) {
            assertThat(trainer.report().lines()).noneMatch(line -> line.contains("soft"));
        }
        assertThat(trained(line(thresholded()))).isLessThan(0.1);
    }

    @Test
    void aProviderOfOthersMayBeForced() {
        System.setProperty("propane.provider", "soft");
        try (var trainer = line(thresholded()).compile(Engine.cpu())) {
            assertThat(trainer.report().device()).isEqualTo("CPU (soft; plain loops)");
        } finally {
            System.clearProperty("propane.provider");
        }
    }

    @Test
    void anOpIsDecomposedInPackages() {
        Path predictor = folder.resolve("Soft.mlpackage");
        Path whole = folder.resolve("SoftTraining.mlpackage");
        NDArray x = NDArray.of(new float[] {2}, 1, 1);
        try (var trainer = line(thresholded()).compile(Engine.cpu())) {
            trainer.fit(LINE, epochs(20));
            trainer.export(predictor);
            trainer.exportTraining(whole);
            Program read = CoreMl.read(predictor);
            assertThat(Printer.print(read)).doesNotContain("soft_threshold").contains("sign(");
            NDArray y =
                    Interpreter.run(read.functions().getFirst(), Map.of("input", x))
                            .values()
                            .iterator()
                            .next();
            assertThat(y.at(0)).isCloseTo(trainer.predict(x).at(0), within(0.05));
            assertThat(Printer.print(CoreMl.read(whole))).doesNotContain("soft_threshold");
            assertThat(trainer.placement().text()).contains("sign");
        }
    }

    @Test
    void anEngineIsFoundByItsNameAndTrains() {
        try (var trainer = line(dense(1)).compile(Engine.named("interpreter"));
                var cpu = line(dense(1)).compile(Engine.cpu())) {
            trainer.fit(LINE, epochs(5));
            cpu.fit(LINE, epochs(5));
            assertThat(trainer.report().device()).isEqualTo("the interpreter");
            assertThat(trainer.evaluate(LINE).value(loss()))
                    .isCloseTo(cpu.evaluate(LINE).value(loss()), within(1e-4));
        }
        assertThatThrownBy(() -> Engine.named("nope"))
                .isInstanceOf(UnknownNameException.class)
                .hasMessageContaining("[CPU, Neural Engine, interpreter]");
    }

    @Test
    void anEngineAroundAnotherSeesItsRuns() {
        var steps = new AtomicLong();
        var counting = made(Engine.class, "CountingEngine", Engine.cpu(), steps);
        try (var trainer = line(dense(1)).compile(counting)) {
            trainer.fit(LINE, epochs(3));
        }
        assertThat(steps).hasValue(3);
    }

    @Test
    void whatAnExporterWroteAnImporterReads() {
        Path file = folder.resolve("model.txt");
        NDArray x = NDArray.of(new float[] {2}, 1, 1);
        try (var trainer = line(sequential(dense(4), relu(), dense(1))).compile(Engine.cpu())) {
            trainer.fit(LINE, epochs(5));
            Exported exported = trainer.export(file);
            assertThat(exported).hasToString("model.txt: float32; the trainer's own numbers");
            ImportedModel read = ImportedModel.read(file);
            try (var bindings = read.bindings();
                    var compiled = Engine.cpu().compile(read.program(), bindings)) {
                bindings.write("input", x);
                compiled.run("predict");
                assertThat(bindings.read("output")).isEqualTo(trainer.predict(x));
            }
        }
    }

    @Test
    void anExporterOfTrainingsIsGivenAllThatGoesOnElsewhere() throws Exception {
        Training training = line(dense(1)).optimizer(adam(cosineDecay(0.1, 10)));
        try (var trainer = training.compile(Engine.cpu())) {
            trainer.fit(LINE, epochs(2));
            trainer.exportTraining(folder.resolve("Line.kept"));
            var kept =
                    (TrainingExport) loader.loadClass("KeepingExporter").getField("kept").get(null);
            Program whole = kept.whole();
            assertThat(whole.functions().stream().map(Program.Function::name))
                    .containsExactly(
                            "initialize",
                            "train",
                            "evaluate",
                            "predict",
                            "predict_one",
                            "evaluate_one");
            assertThat(kept.split().has("gradients")).isTrue();
            assertThat(kept.updates()).isEqualTo(2);
            assertThat(kept.accumulate()).isEqualTo(1);
            assertThat(kept.texts(whole))
                    .containsKeys("propane.start", "propane.schedules", "propane.checkpoint");
            Map<String, NDArray> state = kept.state(whole);
            double rate = kept.schedules().get("adam/learning_rate").applyAsDouble(2);
            assertThat(state.get("adam/learning_rate").at(0)).isEqualTo((float) rate);
            assertThat(kept.state(kept.split())).containsAllEntriesOf(state);
            // A step that is made elsewhere, from the state alone, is the trainer's own.
            var inputs = new LinkedHashMap<>(state);
            inputs.put("input", NDArray.of(new float[][] {{0}, {1}, {2}, {3}}));
            inputs.put("target", NDArray.of(new float[][] {{1}, {3}, {5}, {7}}));
            var next = Interpreter.run(whole.function("train"), inputs);
            var initial = Interpreter.run(whole.function("initialize"), state);
            assertThat(initial.get("dense_1/weight")).isEqualTo(state.get("dense_1/weight"));
            trainer.fit(LINE, epochs(1));
            assertThat(next.get("dense_1/weight").at(0))
                    .isCloseTo(trainer.weights().at("dense_1/weight").at(0), within(1e-5));
        }
    }

    @Test
    void coreMlsReaderIsOneOfThem() {
        Path file = folder.resolve("Line.mlpackage");
        try (var trainer = line(dense(1)).compile(Engine.cpu())) {
            trainer.export(file);
        }
        ImportedModel read = ImportedModel.read(file);
        assertThat(read.values()).containsOnlyKeys("dense_1/weight", "dense_1/bias");
        Map<String, NDArray> x = Map.of("input", NDArray.of(new float[][] {{2}}));
        var given = new LinkedHashMap<>(x);
        given.putAll(read.values());
        assertThat(Interpreter.run(read.program().function("predict"), given))
                .isEqualTo(Interpreter.run(CoreMl.read(file).function("predict"), x));
        assertThat(read.texts()).containsEntry("propane.precision", "float16");
    }

    @Test
    void anEndingThatNobodyTakesNamesThoseThatAre() {
        try (var trainer = line(dense(1)).compile(Engine.cpu())) {
            refuses(() -> trainer.export(folder.resolve("a.onnx")), "exporter");
            refuses(() -> trainer.exportTraining(folder.resolve("a.onnx")), "exporter");
            assertThatThrownBy(() -> trainer.exportTraining(folder.resolve("a.txt")))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("text holds models that predict, no trainings");
        }
        assertThatThrownBy(() -> ImportedModel.read(folder.resolve("a.onnx")))
                .isInstanceOf(UnknownNameException.class)
                .hasMessageContaining("no importer for a file of this name")
                .hasMessageContaining("Core ML (.mlpackage, .mlmodel), text (.txt)");
        assertThat(folder).isEmptyDirectory();
    }

    private static void refuses(
            org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String what) {
        assertThatThrownBy(call)
                .isInstanceOf(UnknownNameException.class)
                .hasMessageContaining("a.onnx: there is no " + what)
                .hasMessageContaining("Core ML (.mlpackage), text (.txt), keeping (.kept)")
                .hasMessageContaining("fix: ");
    }
}
