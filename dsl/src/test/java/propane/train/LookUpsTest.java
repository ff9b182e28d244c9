package propane.train;

import static org.assertj.core.api.Assertions.assertThat;

import static propane.nn.Tensors.tensors;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.embedding;
import static propane.nn.layer.Layers.flatten;
import static propane.nn.layer.Layers.sequential;
import static propane.nn.loss.Losses.softmaxCrossEntropy;

import org.junit.jupiter.api.Test;

import propane.coreml.lowering.HostEmbeddingLookup;
import propane.nn.Input;
import propane.nn.Layer;
import propane.nn.Model;
import propane.nn.WeightFilters;
import propane.nn.optimizer.Optimizers;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.NDArray;
import propane.tensor.Tensor;
import propane.train.trace.StepPrograms;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Steps whose look-ups in large tables were taken off are the same steps. */
class LookUpsTest {
    private static final int ROWS = 2_500;

    private static Program program(Model model) {
        Training training =
                Training.training(model)
                        .loss(softmaxCrossEntropy())
                        .optimizer(Optimizers.adam(0.1))
                        .clipGradNorm(0.5)
                        .batch(GivenStep.BATCH);
        var step = new StepPrograms(training.spec(), GivenStep.BATCH, true);
        return Program.of(step.gradients(), step.update());
    }

    private static Model words(Layer... last) {
        return Model.model(Input.tokens(3), sequential(embedding(ROWS, 4), sequential(last)));
    }

    private static Map<String, NDArray> values(Program program) {
        var values = new HashMap<String, NDArray>();
        for (Port port : program.ports()) {
            double[] elements = new double[port.type().shape().size()];
            for (int i = 0; i < elements.length; i++) {
                elements[i] =
                        switch (port.role()) {
                            case BATCH -> port.name().equals("target") ? i % 3 : i * 31 % 5 * 500;
                            case SLOT -> 0;
                            case HYPER -> 2;
                            default -> Math.sin(i + port.name().length());
                        };
            }
            values.put(port.name(), NDArray.of(elements, port.type()));
        }
        return values;
    }

    private static void assertSameStep(Program program) {
        Program apart = HostEmbeddingLookup.apart(program);
        var rows = apart.function(HostEmbeddingLookup.FUNCTION);
        assertThat(apart.function("gradients").ports())
                .noneMatch(port -> port.type().shape().dim(0) == ROWS);
        var expected = new HashMap<>(values(program));
        expected.putAll(Interpreter.run(program.function("gradients"), expected));
        var found = new HashMap<>(values(program));
        found.putAll(Interpreter.run(rows, found));
        found.putAll(Interpreter.run(apart.function("gradients"), found));
        assertThat(found.get("loss")).isEqualTo(expected.get("loss"));
        // The next examples may be there before the second half runs.
        found.put("input", NDArray.full(found.get("input").type(), 1));
        var moved = Interpreter.run(apart.function("update"), found);
        Interpreter.run(program.function("update"), expected)
                .forEach((port, value) ->
                        assertThat(moved.get(port).doubles())
                                .as(port)
                                .usingComparatorWithPrecision(1e-6)
                                .containsExactly(value.doubles()));
    }

    @Test
    void ofOneTable() {
        assertSameStep(program(words(flatten(), dense(3))));
    }

    @Test
    void ofOneTableReadTwice() {
        Layer table = embedding(ROWS, 4);
        Model twice =
                Model.model(
                        List.of(Input.tokens(3), Input.tokens("more", 2)),
                        (scope, in) -> {
                            Tensor first = scope.apply("table", table, in.at("input"));
                            Layer same = table.tiedTo("table");
                            Tensor second = scope.apply("same", same, in.at("more"));
                            Tensor all = Tensor.concat(1, List.of(first, second));
                            return tensors(
                                    "class",
                                    scope.apply("head", sequential(flatten(), dense(3)), all));
                        });
        assertSameStep(program(twice));
    }

    @Test
    void ofAFrozenTable() {
        Model frozen = words(flatten(), dense(3)).freeze(WeightFilters.under("embedding_1"));
        assertSameStep(program(frozen));
    }

    @Test
    void tablesThatServeForMoreStay() {
        Layer last = dense(ROWS).tiedTo("embedding_1");
        Program tied = program(words(flatten(), dense(4), last));
        assertThat(HostEmbeddingLookup.apart(tied)).isSameAs(tied);
        Program small =
                program(
                        Model.model(
                                Input.tokens(3), sequential(embedding(9, 4), flatten(), dense(3))));
        assertThat(HostEmbeddingLookup.apart(small)).isSameAs(small);
        assertThat(small.ports()).anyMatch(port -> port.role() == Role.GRADIENT);
    }
}
