package propane.train;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import propane.coreml.CoreMl;
import propane.coreml.ModelCard;
import propane.coreml.format.MlPackage;
import propane.coreml.lowering.LoweredFunction;
import propane.coreml.lowering.NeuralEngineLowering;
import propane.coreml.lowering.PortLayout;
import propane.coreml.mil.MilCall;
import propane.coreml.mil.MilFunction;
import propane.coreml.read.ModelReader;
import propane.coreml.report.OpPlacement;
import propane.coreml.report.PlacementReport;
import propane.coreml.write.ProgramPackage;
import propane.engine.Engine;
import propane.nn.layer.Layers;
import propane.nn.loss.Losses;
import propane.spi.Bindings;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.tensor.NDArray;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The gradients of each layer and each loss in the form for the Neural Engine. */
class EveryLayerLoweredTest {
    private static final Map<String, Training> ALL = VocabularyTrainings.all();

    /** What the lint must say stays on the CPU. */
    private static final Map<String, Set<String>> ON_CPU =
            Map.of(
                    "embedding of many rows",
                    Set.of("gather", "scatter", "reshape"),
                    "softmaxCrossEntropy of many classes",
                    Set.of("floor_div", "mod", "cast"));

    /** Those that are left for coremltools. */
    private static final Set<String> LEFT =
            Set.of(
                    "averagePool padded",
                    "conv 3-D grouped",
                    "convTranspose 3-D",
                    "crossAttention of grouped queries",
                    "ctc",
                    "decoderBlock grouped, dropped",
                    "embedding of many rows",
                    "groupNorm",
                    "lora of conv",
                    "lstm two ways, two layers",
                    "maxPool overlapping, padded",
                    "mish",
                    "softmaxCrossEntropy of many classes",
                    "softmaxCrossEntropy with metrics of classes",
                    "selfAttention masked, dropped",
                    "softmaxCrossEntropy weighted, ignoring",
                    "squeezeExcite",
                    "tripletMargin",
                    "upsampleLinear");

    @TempDir private static Path folder;

    static Set<String> names() {
        return ALL.keySet();
    }

    @Test
    void noneIsMissing() {
        Set<String> have =
                ALL.keySet().stream().map(name -> name.split(" ")[0]).collect(Collectors.toSet());
        Set<String> there =
                Stream.of(Layers.class, Losses.class)
                        .flatMap(type -> Stream.of(type.getDeclaredMethods()))
                        .filter(method -> Modifier.isPublic(method.getModifiers()))
                        // Of a window over one, two or three axes there are rows of one name.
                        .map(method -> method.getName().replaceAll("[123]d$", ""))
                        .collect(Collectors.toCollection(TreeSet::new));
        assertThat(have).containsExactlyInAnyOrderElementsOf(there);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("names")
    void itsGradientsKeepTheirNumbers(String name) throws IOException {
        GivenStep given = GivenStep.gradients(ALL.get(name));
        var expected = Interpreter.run(given.function(), given.values());
        var whole = NeuralEngineLowering.float32(given.function(), given.frozen());
        compare(whole, Interpreter.run(whole.function(), given.values(whole)), expected, 1e-5);
        var half = NeuralEngineLowering.float16(given.function(), given.frozen());
        compare(half, computed(half, given), expected, 0.03);
        Program program = Program.of(half.function());
        Path mlpackage = place(name);
        ProgramPackage.write(program, mlpackage, ModelCard.BLANK);
        requireTold(CoreMl.lint(mlpackage), ON_CPU.getOrDefault(name, Set.of()));
        MlPackage opened = MlPackage.open(mlpackage);
        MilFunction written = new ModelReader(opened, opened.read()).views().getFirst();
        written.calls().forEach(EveryLayerLoweredTest::requireShown);
    }

    @Test
    void labelsThatFloat16DoesNotHoldAreMet() {
        var given = GivenStep.gradients(ALL.get("softmaxCrossEntropy of many classes"));
        given.values().put("target", NDArray.of(new int[] {0, 2_047, 2_049, 2_499}));
        var expected = Interpreter.run(given.function(), given.values());
        var half = NeuralEngineLowering.float16(given.function(), given.frozen());
        compare(half, computed(half, given), expected, 0.03);
    }

    /** Returns what the CPU engine's kernels make of it. */
    private static Map<String, NDArray> computed(LoweredFunction lowered, GivenStep given) {
        Program program = Program.of(lowered.function());
        try (Bindings bindings = Bindings.allocate(program.ports());
                var compiled = Engine.cpu().compile(program, bindings)) {
            given.values(lowered).forEach(bindings::write);
            assertThat(compiled.run(lowered.function().name())).isTrue();
            return lowered.outputs().stream()
                    .map(output -> output.lowered().name())
                    .collect(Collectors.toMap(port -> port, bindings::read));
        }
    }

    private static void requireTold(PlacementReport report, Set<String> onCpu) {
        var off = report.functions().getFirst().ops().stream().filter(op -> !op.mayRun()).toList();
        assertThat(off.stream().map(OpPlacement::op).collect(Collectors.toSet()))
                .as(report.text())
                .isEqualTo(onCpu);
        for (OpPlacement op : off) {
            assertThat(report.text())
                    .containsPattern("\\d " + op.op() + "\\b")
                    .contains(op.reasons().getFirst().text());
        }
    }

    /** Ops and values that nobody has shown on the Neural Engine have a form that was shown. */
    private static void requireShown(MilCall call) {
        assertThat(call.op()).isNotIn("cumsum", "erf");
        assertThat(call.touched()).as(call.op()).noneMatch(value -> value.dims().isEmpty());
    }

    private static void compare(
            LoweredFunction lowered,
            Map<String, NDArray> found,
            Map<String, NDArray> expected,
            double share) {
        for (PortLayout output : lowered.outputs()) {
            String port = output.port().name();
            NDArray value = found.get(output.lowered().name());
            assertThat(Arrays.stream(value.doubles())).as(port).allMatch(Double::isFinite);
            GivenStep.assertNear(output.raise(value), expected.get(port), share, port);
        }
    }

    private static Path place(String name) throws IOException {
        String file = "Layer_" + name.replaceAll("[^A-Za-z0-9]+", "_") + ".mlpackage";
        return LEFT.contains(name)
                ? Files.createDirectories(Path.of("target", "packages")).resolve(file)
                : folder.resolve(file);
    }
}
