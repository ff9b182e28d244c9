package propane.coreml.write;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import propane.coreml.CoreMl;
import propane.coreml.ModelCard;
import propane.coreml.Packages;
import propane.coreml.format.MlPackage;
import propane.coreml.proto.FeatureDescription;
import propane.coreml.proto.Mil;
import propane.coreml.proto.Model;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Other forms mean the same; coremltools read what is left here. */
class PackageFormTest {
    private static Program counting() {
        var type = new TensorType(DType.FLOAT16, Shape.shape(1, 32));
        Tensor weight = new Port("weight", Role.WEIGHT, type).tensor();
        Tensor x = new Port("x", Role.BATCH, type).tensor();
        Tensor sum = weight.add(x.mul(2));
        Tensor mean = sum.mean(0, 1).reshape(1);
        return Program.of(
                Program.Function.of(
                        "add",
                        List.of(
                                Program.Output.replacing(
                                        new Port("weight", Role.WEIGHT, type), sum),
                                Program.Output.result("mean", mean))),
                Program.Function.of(
                        "show",
                        List.of(Program.Output.result("mean", weight.mean(0, 1).reshape(1)))));
    }

    private static Path written(PackageForm form) {
        Path path = Packages.left("form_" + form.name().toLowerCase(Locale.ROOT));
        ProgramPackage.write(counting(), path, ModelCard.BLANK, form);
        return path;
    }

    private static List<Mil.Operation> operations(Path path, String function) {
        Model model = MlPackage.open(path).read();
        Mil.Function found = model.getMlProgram().getFunctionsOrThrow(function);
        return found.getBlockSpecializationsOrThrow(found.getOpset()).getOperationsList();
    }

    @Test
    void inlineConstantsAreBoundWhereTheyAreUsed() {
        Path path = written(PackageForm.INLINE);
        assertThat(operations(path, "add"))
                .extracting(Mil.Operation::getType)
                .doesNotContain("const");
        assertThat(values(CoreMl.read(path))).isEqualTo(values(counting()));
    }

    @Test
    void resultsOfOneNumberLoseTheirAxis() {
        Path path = written(PackageForm.SCALARS);
        assertThat(operations(path, "add").getLast().getType()).isEqualTo("squeeze");
        Program read = CoreMl.read(path);
        assertThat(read.function("add").outputs().getLast().value().rank()).isZero();
        assertThat(values(read)).isEqualTo(values(counting()));
    }

    private static List<Double> values(Program program) {
        double[] weights = new double[32];
        double[] xs = new double[32];
        for (int i = 0; i < 32; i++) {
            weights[i] = i;
            xs[i] = 0.25 * i;
        }
        var type = new TensorType(DType.FLOAT16, Shape.shape(1, 32));
        var results =
                Interpreter.run(
                        program.function("add"),
                        Map.of("weight", NDArray.of(weights, type), "x", NDArray.of(xs, type)));
        return List.of(results.get("mean").at(0));
    }

    @Test
    void statesAreReadFirstAndWrittenLast() {
        Path path = written(PackageForm.STATES);
        var types = operations(path, "add").stream().map(Mil.Operation::getType).toList();
        assertThat(types.getFirst()).isEqualTo("read_state");
        assertThat(types.getLast()).isEqualTo("write_state");
        var add = MlPackage.open(path).read().getDescription().getFunctions(0);
        assertThat(add.getStateList())
                .singleElement()
                .extracting(FeatureDescription::getName)
                .isEqualTo("weight");
        assertThat(add.getInputList())
                .singleElement()
                .extracting(FeatureDescription::getName)
                .isEqualTo("x");
        assertThat(add.getOutputList())
                .singleElement()
                .extracting(FeatureDescription::getName)
                .isEqualTo("mean");
        var show = MlPackage.open(path).read().getDescription().getFunctions(1);
        assertThat(show.getStateList())
                .singleElement()
                .extracting(FeatureDescription::getName)
                .isEqualTo("weight");
        assertThat(values(CoreMl.read(path))).isEqualTo(values(counting()));
    }
}
