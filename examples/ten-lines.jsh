var digits = Dataset.csv(Path.of("data/digits.csv"), "label").reshape(8, 8).scale(1 / 16.0).splitAt(1500)
var model = model(input(8, 8), sequential(flatten(), dense(64), relu(), dense(10)))
var training = training(model).loss(softmaxCrossEntropy()).optimizer(adam(1e-3)).metrics(accuracy()).batch(32).seed(42)
try (var trainer = training.compile()) {
    trainer.fit(digits.train(), epochs(40));
    System.out.println(trainer.evaluate(digits.test()));
    trainer.export(Path.of("Digits.mlpackage"));
    trainer.exportTraining(Path.of("DigitsTraining.mlpackage"));
}
