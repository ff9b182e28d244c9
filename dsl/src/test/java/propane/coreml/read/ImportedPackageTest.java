package propane.coreml.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import propane.coreml.CoreMl;
import propane.coreml.format.MlPackage;
import propane.coreml.proto.Mil;
import propane.coreml.proto.Model;
import propane.engine.Engine;
import propane.spi.ImportedModel;
import propane.spi.Interpreter;
import propane.spi.ModelInterface.Colors;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.TensorType;
import propane.tensor.UnknownNameException;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Packages that coremltools wrote, as models: names, classes, images, flexible shapes, states. */
class ImportedPackageTest {
    private static final Path PACKAGES = Path.of("src/test/resources/coreml/ports");

    @TempDir private Path folder;

    private static Path path(String name) {
        return PACKAGES.resolve(name + ".mlpackage");
    }

    private static ImportedModel read(String name) {
        return ImportedModel.read(path(name));
    }

    private ImportedModel again(ImportedModel model) {
        return ImportedModel.read(written(model));
    }

    private Path written(ImportedModel model) {
        Path path = folder.resolve("Again.mlpackage");
        model.export(path);
        CoreMl.check(path);
        return path;
    }

    private static Model model(Path path) {
        return MlPackage.open(path).read();
    }

    private static List<String> operations(Path path) {
        var function = model(path).getMlProgram().getFunctionsOrThrow("main");
        return function
                .getBlockSpecializationsOrThrow(function.getOpset())
                .getOperationsList()
                .stream()
                .filter(each -> !each.getType().equals("const"))
                .flatMap(each -> each.getOutputsList().stream())
                .map(Mil.NamedValueType::getName)
                .toList();
    }

    private static Map<String, NDArray> run(
            ImportedModel model, Program.Function function, Map<String, NDArray> inputs) {
        var all = new HashMap<>(model.values());
        all.putAll(inputs);
        all.keySet().retainAll(function.inputs().stream().map(Port::name).toList());
        return Interpreter.run(function, all);
    }

    private static NDArray ramp(int... dims) {
        Shape shape = Shape.shape(dims);
        double[] elements = new double[shape.size()];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = i % 7 - 3;
        }
        return NDArray.of(elements, TensorType.float32(shape));
    }

    @Test
    void weightsLayersAndOutputsKeepTheirNamesAlsoWhenWrittenAgain() {
        ImportedModel model = read("classifier");
        List<String> weights =
                List.of("features_weight", "features_bias", "head_weight", "head_bias");
        assertThat(model.values().keySet()).containsAll(weights);
        assertThat(model.predicting().inputs())
                .filteredOn(port -> weights.contains(port.name()))
                .allMatch(port -> port.role() == Role.WEIGHT);
        ImportedModel again = again(model);
        assertThat(again.values()).isEqualTo(model.values());
        assertThat(again.predicting().inputs())
                .containsExactlyInAnyOrderElementsOf(model.predicting().inputs());
        Path path = folder.resolve("Again.mlpackage");
        assertThat(operations(path))
                .containsExactlyInAnyOrderElementsOf(operations(path("classifier")));
        var x = Map.of("photo", ramp(1, 3, 4, 4));
        assertThat(run(again, again.predicting(), x)).isEqualTo(run(model, model.predicting(), x));
    }

    @Test
    void otherValuesStandInTheSameConstants() {
        ImportedModel model = read("classifier");
        NDArray bias = NDArray.of(new float[] {7, 8, 9});
        ImportedModel again = again(model.withValues(Map.of("head_bias", bias)));
        assertThat(again.values().get("head_bias")).isEqualTo(bias);
        assertThat(again.values().keySet()).isEqualTo(model.values().keySet());
    }

    @Test
    void aModelIsCutAtALayer() {
        ImportedModel cut = read("classifier").truncateAt("act");
        assertThat(cut.predicting().outputs())
                .extracting(output -> output.port().toString())
                .containsExactly("act: fp32[1, 12]");
        assertThat(cut.values()).containsKey("features_bias").doesNotContainKey("head_bias");
        assertThat(cut.shown().labels()).isEmpty();
        assertThatThrownBy(() -> read("classifier").truncateAt("ac"))
                .isInstanceOf(UnknownNameException.class)
                .hasMessageContaining("did you mean act");
    }

    @Test
    void theProbabilitiesOfClassesAreTheOutputAndTheLabelsAreKept() {
        ImportedModel model = read("classifier");
        assertThat(model.predicting().outputs())
                .extracting(output -> output.port().name())
                .containsExactly("probabilities");
        assertThat(model.shown().labels("probabilities").names())
                .containsExactly("ant", "bee", "cow");
        assertThat(model.shown().images()).isEqualTo(Map.of("photo", Colors.BGR));
        assertThat(read("numbered").shown().labels("probabilities").names())
                .containsExactly("10", "20", "30");
    }

    @ParameterizedTest
    @ValueSource(strings = {"classifier", "numbered", "gray"})
    void imagesAndClassesAreWrittenAsTheyCame(String name) {
        ImportedModel model = read(name);
        Path path = written(model);
        assertThat(ImportedModel.read(path).shown()).isEqualTo(model.shown());
        var before = model(path(name)).getDescription();
        var after = model(path).getDescription();
        assertThat(after.getPredictedFeatureName()).isEqualTo(before.getPredictedFeatureName());
        assertThat(after.getPredictedProbabilitiesName())
                .isEqualTo(before.getPredictedProbabilitiesName());
        for (int i = 0; i < before.getOutputCount(); i++) {
            assertThat(after.getOutput(i).getType()).isEqualTo(before.getOutput(i).getType());
        }
        assertThat(after.getInput(0).getType()).isEqualTo(before.getInput(0).getType());
    }

    @Test
    void flexibleInputsHaveTheUsualShapeOrOneThatIsNamed() {
        assertThat(CoreMl.read(path("range")).function("main").inputs().getFirst().type())
                .hasToString("fp32[2, 4]");
        ImportedModel three = ImportedModel.read(path("range"), Map.of("x", Shape.shape(3, 4)));
        assertThat(three.predicting().output("y").port().type()).hasToString("fp32[3, 5]");
        assertThat(three.shown().shapes().get("x")).hasToString("[1 to 8, 4], [2, 4] by default");
        Shape nine = Shape.shape(9, 4);
        assertThatThrownBy(() -> CoreMl.read(path("range"), Map.of("x", nine)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining(
                        "cannot have the shape [9, 4]; it may have [1 to 8, 4], [2, 4] by default");
        Shape listed = Shape.shape(1, 1, 6, 8);
        assertThat(CoreMl.read(path("enumerated"), Map.of("x", listed)).function("main"))
                .extracting(function -> function.output("y").port().type().toString())
                .isEqualTo("fp32[1, 2, 6, 8]");
        assertThatThrownBy(() -> CoreMl.read(path("range"), Map.of("z", nine)))
                .isInstanceOf(UnknownNameException.class);
    }

    @Test
    void statesGoFromRunToRunAndAreWrittenAsStates() {
        ImportedModel model = read("state");
        for (ImportedModel each : List.of(model, again(model))) {
            NDArray x = NDArray.of(new float[] {1, 2, 3});
            try (var bindings = each.bindings();
                    var compiled = Engine.cpu().compile(each.program(), bindings)) {
                bindings.write("x", x);
                compiled.run("main");
                compiled.run("main");
                assertThat(bindings.read("y").doubles()).containsExactly(4, 8, 12);
            }
        }
        assertThat(model(folder.resolve("Again.mlpackage")).getDescription().getStateCount())
                .isEqualTo(1);
    }

    @Test
    void functionsShareWeightsOfOneNameAndValueAndNoShapes() {
        ImportedModel model = read("functions");
        for (ImportedModel each : List.of(model, again(model))) {
            assertThat(each.values().keySet())
                    .containsExactlyInAnyOrder("fc_weight", "fc_bias", "fc_bias_2");
            try (var bindings = each.bindings();
                    var compiled = Engine.cpu().compile(each.program(), bindings)) {
                for (String name : List.of("one", "six")) {
                    var function = each.program().function(name);
                    Port x =
                            function.inputs().stream()
                                    .filter(port -> port.role() == Role.BATCH)
                                    .findFirst()
                                    .orElseThrow();
                    NDArray input = ramp(x.type().shape().toArray());
                    bindings.write(x, input);
                    compiled.run(name);
                    double[] expected = run(each, function, Map.of("x", input)).get("y").doubles();
                    double[] y = bindings.read(function.output("y").port()).doubles();
                    for (int i = 0; i < y.length; i++) {
                        assertThat(y[i]).isCloseTo(expected[i], within(1e-5));
                    }
                }
            }
        }
    }
}
