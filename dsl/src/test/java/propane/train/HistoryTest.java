package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.engine.Engine;
import propane.nn.Input;
import propane.nn.Model;
import propane.nn.layer.Layers;
import propane.nn.metric.Metrics;
import propane.nn.optimizer.Optimizers;
import propane.tensor.PropaneException;
import propane.tensor.UnknownNameException;
import propane.train.result.History;
import propane.train.result.Results;
import propane.train.step.Gradients;
import propane.train.step.StepOutputs;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A history as a table and as JSON, whatever its metrics are called and came to. */
class HistoryTest {
    @TempDir private Path folder;

    private static History history() {
        var train = new LinkedHashMap<String, Double>();
        train.put("loss", 0.5);
        train.put("top 5, \"weighted\"", Double.NaN);
        var results = new Results(train, Map.of());
        return new History(List.of(new History.Epoch(1, 7, results, Results.none())));
    }

    @Test
    void namesWithSeparatorsStayOneColumn() {
        assertThat(history().toCsv())
                .isEqualTo("epoch,step,loss,\"top 5, \"\"weighted\"\"\"\n1,7,0.5,NaN\n");
    }

    @Test
    void whatIsNotFiniteIsNullInJson() {
        assertThat(history().toJsonLines())
                .isEqualTo(
                        "{\"epoch\":1,\"step\":7,\"loss\":0.5,"
                                + "\"top 5, \\\"weighted\\\"\":null}\n");
    }

    @Test
    void filesAreWrittenWholeAndFailuresNameThem() {
        Path table = folder.resolve("run.csv");
        history().writeCsv(table);
        assertThat(table).hasContent(history().toCsv());
        Path lines = folder.resolve("run.jsonl");
        history().writeJsonLines(lines);
        assertThat(lines).hasContent(history().toJsonLines());
        Path nowhere = folder.resolve("no/run.csv");
        assertThatThrownBy(() -> history().writeCsv(nowhere))
                .isInstanceOf(PropaneException.class)
                .hasMessageContaining(nowhere.toString());
        assertThat(folder).isDirectoryNotContaining(file -> !Files.isRegularFile(file));
    }

    @Test
    void noMetricIsNamedAsTheNumberOfTheEpoch() {
        var training =
                Training.training(Model.model(Input.input(2), Layers.dense(2)))
                        .step((model, batch) -> {
                            var loss = model.predict(batch.x()).square().mean();
                            model.update(Gradients.gradients(loss, model), Optimizers.sgd(0.1));
                            return StepOutputs.of(Metrics.loss(), loss)
                                    .with(Metrics.scalar("epoch"), loss);
                        });
        assertThatThrownBy(() -> training.compile(Engine.cpu()))
                .isInstanceOf(UnknownNameException.class)
                .hasMessageContaining("by the number of epochs");
    }
}
