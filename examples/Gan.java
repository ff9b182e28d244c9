import static propane.nn.Input.input;
import static propane.nn.Model.model;
import static propane.nn.Tensors.tensors;
import static propane.nn.layer.Layers.*;
import static propane.nn.loss.Losses.binaryCrossEntropy;
import static propane.nn.metric.Metrics.scalar;
import static propane.nn.optimizer.Optimizers.adam;
import static propane.train.Training.training;
import static propane.train.option.Option.*;
import static propane.train.step.Gradients.gradients;

import module propane;

/** A generative adversarial network: two losses and two optimizers over parts of one model. */
void main(String[] args) {
    var csv = Path.of(args.length > 0 ? args[0] : "data/digits.csv");
    var images = Dataset.csv(csv, "label").scale(1 / 16.0);

    var gan =
            model(
                    List.of(input("noise", 16), input("image", 64)),
                    (scope, in) -> {
                        var critic = named("critic", sequential(dense(64), relu(), dense(1)));
                        var generator = sequential(dense(64), relu(), dense(64), sigmoid());
                        var fake = scope.apply("generator", generator, in.at("noise"));
                        return tensors("fake", fake)
                                .and("judgedFake", scope.apply(critic, fake))
                                .and("judgedReal", scope.apply(critic, in.at("image")));
                    });

    var forGenerator = adam(2e-4);
    var forCritic = adam(2e-4);
    Step step =
            (model, batch) -> {
                var out = model.predict(batch.inputs());
                var fooled = binaryCrossEntropy().of(out.at("judgedFake"), 1);
                var caught =
                        binaryCrossEntropy()
                                .of(out.at("judgedReal"), 1)
                                .add(binaryCrossEntropy().of(out.at("judgedFake"), 0));
                var generator = model.part("generator");
                var critic = model.part("critic");
                generator.update(gradients(fooled, generator), forGenerator);
                critic.update(gradients(caught, critic), forCritic);
                return StepOutputs.of(scalar("generator"), fooled).with(scalar("critic"), caught);
            };

    try (var trainer = training(gan).step(step).batch(64).seed(1).compile()) {
        trainer.fit(images.named("image").withNoise("noise", 16), epochs(50), progress());
        trainer.exportTraining(Path.of("GanTraining.mlpackage"));
    }
}
