package propane.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.safetensors.Safetensors;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.TensorType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

final class PredictCommandTest {
    private static final Path PORTS = Path.of("../dsl/src/test/resources/coreml/ports");

    @TempDir private Path folder;

    private Run predict(String model, Map<String, NDArray> given, String out, String... more) {
        Path in = folder.resolve("in.safetensors");
        new Safetensors(Map.of(), given).write(in);
        return predict(model, in, out, more);
    }

    private Run predict(String model, Path in, String out, String... more) {
        String file = PORTS.resolve(model + ".mlpackage").toString();
        var all = new ArrayList<>(List.of("predict"));
        all.addAll(List.of(more));
        all.addAll(List.of(file, in.toString(), folder.resolve(out).toString()));
        return Run.command(all.toArray(String[]::new));
    }

    private Safetensors answers() {
        return Safetensors.read(folder.resolve("out.safetensors"));
    }

    @Test
    void severalRowsGiveAsManyAnswersAndTheNamesOfTheirClasses() throws IOException {
        NDArray photos = NDArray.full(TensorType.float32(Shape.shape(5, 3, 4, 4)), 100);
        Run run = predict("classifier", Map.of("photo", photos), "out.safetensors");
        assertThat(run.err()).isEmpty();
        assertThat(run.code()).isZero();
        NDArray shares = answers().arrays().get("probabilities");
        assertThat(shares.shape()).isEqualTo(Shape.shape(5, 3));
        assertThat(answers().metadata().get("classLabel").split("\n"))
                .hasSize(5)
                .isSubsetOf("ant", "bee", "cow");
        predict("classifier", Map.of("photo", photos), "out.csv");
        assertThat(Files.readAllLines(folder.resolve("out.csv")))
                .hasSize(6)
                .startsWith("classLabel,probabilities[0],probabilities[1],probabilities[2]");
    }

    @Test
    void aFlexibleInputTakesWhatItIsGiven() throws IOException {
        Path in = folder.resolve("in.csv");
        Files.writeString(in, "x[0],x[1],x[2],x[3]\n1,2,3,4\n0,0,0,0\n-1,5,2,.5\n");
        assertThat(predict("range", in, "out.safetensors").err()).isEmpty();
        assertThat(answers().arrays().get("y").shape()).isEqualTo(Shape.shape(3, 5));
    }

    @Test
    void aFunctionIsNamedAndStatesGoOn() {
        NDArray six = NDArray.full(TensorType.float32(Shape.shape(6, 4)), 1);
        Map<String, NDArray> x = Map.of("x", six);
        assertThat(predict("functions", x, "out.safetensors", "--function", "one").err()).isEmpty();
        NDArray one = answers().arrays().get("y");
        assertThat(predict("functions", x, "out.safetensors", "--function", "six").err()).isEmpty();
        assertThat(one.shape()).isEqualTo(Shape.shape(6, 5));
        assertThat(answers().arrays().get("y")).isNotEqualTo(one);
        NDArray twice = NDArray.of(new float[] {1, 2, 3, 1, 2, 3}, 6);
        assertThat(predict("state", Map.of("x", twice), "out.safetensors").err()).isEmpty();
        assertThat(answers().arrays().get("y").doubles()).containsExactly(2, 4, 6, 4, 8, 12);
    }

    @Test
    void whatDoesNotFitIsToldByNameAndShape() {
        NDArray x = NDArray.full(TensorType.float32(Shape.shape(3, 3)), 1);
        Run shape = predict("state", Map.of("x", NDArray.of(new float[4], 4)), "out.safetensors");
        assertThat(shape.code()).isEqualTo(1);
        assertThat(shape.err()).contains("the input x", "fp32[4]");
        Run name = predict("range", Map.of("z", x), "out.safetensors");
        assertThat(name.code()).isEqualTo(1);
        assertThat(name.err()).contains("has no input named z");
        assertThat(predict("nowhere", Map.of("x", x), "out.safetensors").code()).isEqualTo(2);
        assertThat(predict("range", folder.resolve("no.csv"), "out.csv").code()).isEqualTo(2);
    }
}
