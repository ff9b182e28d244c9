package propane.train;

import static org.assertj.core.api.Assertions.assertThat;

import static propane.nn.layer.Layers.batchNorm;
import static propane.nn.layer.Layers.conv2d;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.dropout;
import static propane.nn.layer.Layers.flatten;
import static propane.nn.layer.Layers.maxPool2d;
import static propane.nn.layer.Layers.named;
import static propane.nn.layer.Layers.relu;
import static propane.nn.layer.Layers.sequential;
import static propane.nn.loss.Losses.binaryCrossEntropy;
import static propane.nn.loss.Losses.softmaxCrossEntropy;
import static propane.nn.metric.Metrics.accuracy;
import static propane.nn.metric.Metrics.scalar;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import propane.nn.Input;
import propane.nn.Model;
import propane.nn.Tensors;
import propane.nn.WeightFilters;
import propane.nn.layer.Padding;
import propane.nn.optimizer.Optimizers;
import propane.spi.Printer;
import propane.spi.Program;
import propane.train.step.Gradients;
import propane.train.step.StepOutputs;
import propane.train.trace.StepPrograms;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The programs of small trainings against approved texts: a refactoring must leave them as they
 * are. {@code -Dpropane.update=true} writes them anew.
 */
class ProgramTextTest {
    private static final Path TEXTS = Path.of("src", "test", "resources", "program");

    private static final Map<String, Training> TRAININGS =
            Map.of(
                    "digits", digits(),
                    "convolutional", convolutional(),
                    "frozen", frozen(),
                    "adversarial", adversarial());

    private static Training digits() {
        Model model =
                Model.model(Input.input(8, 8), sequential(flatten(), dense(64), relu(), dense(10)));
        return Training.training(model)
                .loss(softmaxCrossEntropy())
                .optimizer(Optimizers.adam(1e-3))
                .metrics(accuracy());
    }

    private static Training convolutional() {
        Model model =
                Model.model(
                        Input.input(1, 8, 8),
                        sequential(
                                conv2d(4, 3).padding(Padding.SAME),
                                batchNorm(),
                                relu(),
                                maxPool2d(2),
                                flatten(),
                                dropout(0.3),
                                dense(10)));
        return Training.training(model)
                .loss(softmaxCrossEntropy())
                .optimizer(Optimizers.sgd(0.1).momentum(0.9))
                .clipGradNorm(1);
    }

    private static Training frozen() {
        Model model =
                Model.model(
                        Input.input(8),
                        sequential(
                                named("trunk", sequential(dense(4), relu())),
                                named("head", dense(2))));
        return Training.training(model.freeze(WeightFilters.under("trunk")))
                .loss(softmaxCrossEntropy())
                .optimizer(Optimizers.adamW(1e-3))
                .gradientAccumulation(2);
    }

    private static Training adversarial() {
        Model model =
                Model.model(
                        List.of(Input.input("noise", 4), Input.input("image", 6)),
                        (scope, in) -> {
                            var critic = named("critic", dense(1));
                            var fake = scope.apply("generator", dense(6), in.at("noise"));
                            return Tensors.tensors("fake", scope.apply(critic, fake))
                                    .and("real", scope.apply(critic, in.at("image")));
                        });
        var forGenerator = Optimizers.adam(2e-4);
        var forCritic = Optimizers.adam(2e-4);
        return Training.training(model)
                .step((traced, batch) -> {
                    var out = traced.predict(batch.inputs());
                    var fooled = binaryCrossEntropy().of(out.at("fake"), 1);
                    var caught =
                            binaryCrossEntropy()
                                    .of(out.at("real"), 1)
                                    .add(binaryCrossEntropy().of(out.at("fake"), 0));
                    var generator = traced.part("generator");
                    var critic = traced.part("critic");
                    generator.update(Gradients.gradients(fooled, generator), forGenerator);
                    critic.update(Gradients.gradients(caught, critic), forCritic);
                    return StepOutputs.of(scalar("generator"), fooled)
                            .with(scalar("critic"), caught);
                });
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"digits", "convolutional", "frozen", "adversarial"})
    void theProgramIsTheApprovedOne(String name) throws IOException {
        Training training = TRAININGS.get(name);
        var step = new StepPrograms(training.spec(), training.spec().batch(), false);
        Program program =
                training.spec().accumulate() == 1
                        ? Program.of(step.train())
                        : Program.of(step.train(), step.accumulate());
        String text = Printer.print(program);
        Path file = TEXTS.resolve(name + ".txt");
        if (Boolean.getBoolean("propane.update")) {
            Files.createDirectories(TEXTS);
            Files.writeString(file, text);
        }
        assertThat(text)
                .as("the program %s changed; if it should, run with -Dpropane.update=true", name)
                .isEqualTo(Files.readString(file));
    }
}
