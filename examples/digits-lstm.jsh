// A recurrent network reads handwritten digits row by row, in jshell: bin/propane run examples/digits-lstm.jsh
var digits = Dataset.csv(Path.of("data/digits.csv"), "label").reshape(8, 8).scale(1 / 16.0).splitAt(1500)

var model = model(input(8, 8), sequential(
        lstm(48).bidirectional(),
        dropout(0.2), dense(10)))
System.out.println(model.summary())

var trainer = training(model)
        .loss(softmaxCrossEntropy())
        .optimizer(adamW(cosineDecay(1e-2, 30 * 47)).weightDecay(0.01).decayMask(matrices()))
        .metrics(accuracy())
        .batch(32).seed(1)
        .compile()
var history = trainer.fit(digits.train().shuffle(1), epochs(30), validationData(digits.test()), progress())
System.out.println("accuracy " + history.last(accuracy()))
trainer.exportTraining(Path.of("RowsTraining.mlpackage"))
trainer.close()
