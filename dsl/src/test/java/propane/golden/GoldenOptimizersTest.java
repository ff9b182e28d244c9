package propane.golden;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import propane.checkpoint.Weights;
import propane.data.Batch;
import propane.engine.Engine;
import propane.json.JsonField;
import propane.nn.Initializers;
import propane.nn.Input;
import propane.nn.Layer;
import propane.nn.Model;
import propane.nn.Scope;
import propane.nn.metric.Metrics;
import propane.nn.optimizer.Optimizer;
import propane.nn.optimizer.Optimizers;
import propane.tensor.NDArray;
import propane.tensor.Tensor;
import propane.train.Trainer;
import propane.train.Training;
import propane.train.step.Gradients;
import propane.train.step.Step;
import propane.train.step.StepOutputs;

import java.util.List;

/** Optimizers against PyTorch's, fed the same gradients for a dozen steps by a trainer. */
class GoldenOptimizersTest {
    private static final String CLIPPING = "clip_global_norm";

    /** A layer whose output's gradient with respect to its weight is its input. */
    private record Held() implements Layer {
        @Override
        public Tensor apply(Scope scope, Tensor x) {
            return x.mul(scope.weight("weight", x.shape().tail(), Initializers.zeros()));
        }
    }

    @TestFactory
    List<DynamicTest> optimizers() {
        var cases =
                GoldenCase.all("optimizers").stream()
                        .filter(golden -> !golden.name().equals(CLIPPING))
                        .toList();
        assertThat(cases).isNotEmpty();
        return cases.stream()
                .map(golden -> DynamicTest.dynamicTest(golden.name(), () -> check(golden)))
                .toList();
    }

    private static void check(GoldenCase golden) {
        NDArray start = golden.array("param.0");
        var input = Input.input(start.shape().toArray());
        Optimizer optimizer =
                optimizer(golden.json().at("optimizer").string(), golden.json().at("settings"));
        Step step =
                (model, batch) -> {
                    Tensor value = model.predict(batch.x()).sum();
                    model.update(Gradients.gradients(value, model), optimizer);
                    return StepOutputs.of(Metrics.loss(), value);
                };
        var training = Training.training(Model.model(input, new Held())).step(step).batch(1);
        try (Trainer trainer = training.compile(Engine.cpu())) {
            String path = trainer.weights().paths().getFirst();
            trainer.load(Weights.none().with(path, start));
            int steps = golden.json().at("steps").whole(1, 100);
            for (int i = 0; i < steps; i++) {
                NDArray gradient = golden.array("grad." + i);
                NDArray x = gradient.reshape(gradient.shape().prepend(1).toArray());
                trainer.step(Batch.of(x, NDArray.of(new int[] {0})));
                golden.requireClose(
                        "param." + (i + 1), trainer.weights().at(path), GoldenCase.CLOSE);
            }
        }
    }

    private static Optimizer optimizer(String name, JsonField settings) {
        double rate = settings.at("lr").number();
        double decay = settings.at("weight_decay").number();
        return switch (name) {
            case "SGD" -> {
                var sgd =
                        Optimizers.sgd(
                                        rate,
                                        settings.at("momentum").number(),
                                        settings.at("dampening").number())
                                .weightDecay(decay);
                yield sgd.nesterov(settings.at("nesterov").truth());
            }
            case "Adam", "AdamW" -> {
                var adam =
                        name.equals("AdamW")
                                ? Optimizers.adamW(rate)
                                : settings.at("amsgrad").truth()
                                        ? Optimizers.amsgrad(rate)
                                        : Optimizers.adam(rate);
                yield adam.betas(beta(settings, 0), beta(settings, 1))
                        .epsilon(settings.at("eps").number())
                        .weightDecay(decay);
            }
            case "Adamax" ->
                    Optimizers.adamax(rate)
                            .betas(beta(settings, 0), beta(settings, 1))
                            .epsilon(settings.at("eps").number())
                            .weightDecay(decay);
            case "NAdam" ->
                    Optimizers.nadam(rate, settings.at("momentum_decay").number())
                            .betas(beta(settings, 0), beta(settings, 1))
                            .epsilon(settings.at("eps").number())
                            .weightDecay(decay);
            case "RAdam" ->
                    Optimizers.radam(rate)
                            .betas(beta(settings, 0), beta(settings, 1))
                            .epsilon(settings.at("eps").number())
                            .weightDecay(decay);
            case "RMSprop" -> {
                var rmsprop =
                        Optimizers.rmsprop(rate)
                                .alpha(settings.at("alpha").number())
                                .epsilon(settings.at("eps").number())
                                .momentum(settings.at("momentum").number())
                                .weightDecay(decay);
                yield rmsprop.centered(settings.at("centered").truth());
            }
            case "Adagrad" ->
                    Optimizers.adagrad(rate, settings.at("initial_accumulator_value").number())
                            .epsilon(settings.at("eps").number())
                            .weightDecay(decay);
            case "Adadelta" ->
                    Optimizers.adadelta(rate, settings.at("rho").number())
                            .epsilon(settings.at("eps").number())
                            .weightDecay(decay);
            case "Muon" -> {
                assertThat(settings.at("nesterov").truth()).isTrue();
                yield Optimizers.muon(rate, true)
                        .momentum(settings.at("momentum").number())
                        .weightDecay(decay);
            }
            default -> throw new AssertionError("no optimizer is known as " + name);
        };
    }

    private static double beta(JsonField settings, int index) {
        return settings.at("betas").items().get(index).number();
    }
}
