package propane.train;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import propane.coreml.CoreMl;
import propane.coreml.read.PackageReader;
import propane.coreml.report.OpPlacement;
import propane.coreml.report.PlacementReport;
import propane.engine.Engine;
import propane.nn.Input;
import propane.spi.Interpreter;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.train.export.ExampleInputs;
import propane.train.export.HalfComparison;
import propane.train.option.ExportOption;
import propane.train.result.Exported;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Each layer in a model that is exported. */
class EveryLayerExportsTest {
    private static final Map<String, Training> ALL = VocabularyTrainings.all();

    /** What the lint must say stays on the CPU. */
    private static final Map<String, Set<String>> ON_CPU =
            Map.of(
                    "embedding",
                    Set.of("cast"),
                    "embedding of many rows",
                    Set.of("gather"),
                    "positionalEmbedding",
                    Set.of("cast"),
                    "positionalEncoding",
                    Set.of("cast"),
                    "selfAttention masked, dropped",
                    Set.of("cast"));

    @TempDir private static Path folder;

    static Set<String> names() {
        return ALL.keySet();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("names")
    void itPredictsWhatTheTrainerPredicts(String name) {
        Path path = folder.resolve("Layer.mlpackage");
        try (Trainer trainer = ALL.get(name).compile(Engine.cpu())) {
            ExampleInputs examples = examples(trainer);
            Exported exported = trainer.export(path, new ExportOption.CompareOn(examples.values()));
            assertThat(exported.precision()).as(exported.toString()).isEqualTo(DType.FLOAT16);
            assertThat(PackageReader.weights(path).keySet())
                    .containsExactlyInAnyOrderElementsOf(trainer.weights().paths());
            requirePredicted(path, examples, trainer, HalfComparison.TOLERANCE);
            assertThat(off(exported.placement()))
                    .as(exported.placement().text())
                    .isEqualTo(ON_CPU.getOrDefault(name, Set.of()));
            Exported whole = trainer.export(path, ExportOption.float32());
            assertThat(whole.precision()).isEqualTo(DType.FLOAT32);
            assertThat(PackageReader.weights(path).keySet())
                    .containsExactlyInAnyOrderElementsOf(trainer.weights().paths());
            requirePredicted(path, examples, trainer, 1e-5);
        }
    }

    /** A mask of one example in which nothing is seen means nothing: there are ten numbers. */
    private static ExampleInputs examples(Trainer trainer) {
        var tokens = new LinkedHashMap<String, Integer>();
        var inputs = trainer.training().model().inputs();
        inputs.stream().map(Input::name).forEach(input -> tokens.put(input, 10));
        tokens.putAll(trainer.programs().rules().tokens());
        return ExampleInputs.drawn(inputs, tokens);
    }

    private static void requirePredicted(
            Path path, ExampleInputs examples, Trainer trainer, double share) {
        var model = CoreMl.read(path).functions().getFirst();
        for (int i = 0; i < 2; i++) {
            Map<String, NDArray> found = Interpreter.run(model, examples.at(i));
            Map<String, NDArray> expected = trainer.predict(examples.at(i));
            assertThat(found.keySet()).isEqualTo(expected.keySet());
            expected.forEach((output, value) -> {
                double largest = 0;
                for (double number : value.doubles()) {
                    largest = Math.max(largest, Math.abs(number));
                }
                assertThat(found.get(output).doubles())
                        .usingComparatorWithPrecision(share * largest)
                        .containsExactly(value.doubles());
            });
        }
    }

    private static Set<String> off(PlacementReport report) {
        return report.functions().getFirst().ops().stream()
                .filter(op -> !op.mayRun())
                .map(OpPlacement::op)
                .collect(Collectors.toSet());
    }
}
