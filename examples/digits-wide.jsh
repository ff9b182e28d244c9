// Large enough for the Neural Engine, where there is one: bin/propane run examples/digits-wide.jsh
var digits = Dataset.csv(Path.of("data/digits.csv"), "label").reshape(8, 8).scale(1 / 16.0).splitAt(1500)

var model = model(input(8, 8), sequential(
        flatten(),
        dense(1920), relu(), dense(1920), relu(), dense(1920), relu(), dense(1920), relu(),
        dense(10)))

var trainer = training(model)
        .loss(softmaxCrossEntropy())
        .optimizer(adam(3e-4))
        .metrics(accuracy())
        .batch(64).seed(1)
        .compile()
System.out.println(trainer.placement().text())
var history = trainer.fit(digits.train().shuffle(1), epochs(3), validationData(digits.test()), progress())
System.out.println("accuracy " + history.last(accuracy()))
trainer.exportTraining(Path.of("WideTraining.mlpackage"))
trainer.close()
