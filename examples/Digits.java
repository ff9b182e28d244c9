import static propane.nn.Input.input;
import static propane.nn.Model.model;
import static propane.nn.layer.Layers.*;
import static propane.nn.loss.Losses.softmaxCrossEntropy;
import static propane.nn.metric.Metrics.accuracy;
import static propane.nn.optimizer.Optimizers.adam;
import static propane.train.Training.training;
import static propane.train.option.Option.*;

import module propane;

/** Learns to read handwritten digits of 8×8 pixels. */
void main(String[] args) {
    var csv = Path.of(args.length > 0 ? args[0] : "data/digits.csv");
    var digits = Dataset.csv(csv, "label").reshape(8, 8).scale(1 / 16.0).splitAt(1500);

    var model = model(input(8, 8), sequential(flatten(), dense(64), relu(), dense(10)));

    var training =
            training(model)
                    .loss(softmaxCrossEntropy())
                    .optimizer(adam(1e-3))
                    .metrics(accuracy())
                    .batch(32)
                    .seed(Long.getLong("seed", 42));

    try (var trainer = training.compile()) {
        var history =
                trainer.fit(digits.train(), epochs(40), validationData(digits.test()), progress());
        IO.println("accuracy " + history.last(accuracy()));
        trainer.export(Path.of("Digits.mlpackage"));
        trainer.exportTraining(Path.of("DigitsTraining.mlpackage"));
    }
}
