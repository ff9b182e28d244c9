import static propane.nn.Input.input;
import static propane.nn.Model.model;
import static propane.nn.Tensors.tensors;
import static propane.nn.layer.Layers.*;
import static propane.nn.loss.Losses.*;
import static propane.nn.optimizer.Optimizers.adam;
import static propane.train.Training.training;
import static propane.train.option.Option.*;

import module propane;

/** Two inputs and two outputs by name: do two digits agree, and which is the first? */
void main(String[] args) {
    var csv = Path.of(args.length > 0 ? args[0] : "data/digits.csv");
    var digits = Dataset.csv(csv, "label").scale(1 / 16.0).all();
    int pairs = digits.size() - 1;
    int[] labels = digits.y().ints();
    float[] same = new float[pairs];
    for (int i = 0; i < pairs; i++) {
        same[i] = labels[i] == labels[i + 1] ? 1 : 0;
    }
    var data =
            Dataset.of(
                    Map.of(
                            "left",
                            digits.x().slice(0, pairs),
                            "right",
                            digits.x().slice(1, pairs + 1)),
                    Map.of(
                            "same",
                            NDArray.of(same, pairs, 1),
                            "digit",
                            digits.y().slice(0, pairs)));

    var eye = named("eye", sequential(dense(64), relu(), dense(32), relu()));
    var pair =
            model(
                    List.of(input("left", 64), input("right", 64)),
                    (scope, in) -> {
                        var left = scope.apply(eye, in.at("left"));
                        var right = scope.apply(eye, in.at("right"));
                        return tensors(
                                        "same",
                                        scope.apply(
                                                "agreement", dense(1), left.sub(right).square()))
                                .and("digit", scope.apply("reader", dense(10), left));
                    });
    IO.println(pair.summary());

    var training =
            training(pair)
                    .loss("same", binaryCrossEntropy())
                    .loss("digit", softmaxCrossEntropy())
                    .optimizer(adam(1e-3))
                    .batch(32)
                    .seed(1);
    try (var trainer = training.compile()) {
        trainer.fit(data, epochs(10), progress());
        trainer.exportTraining(Path.of("PairsTraining.mlpackage"));
    }
}
