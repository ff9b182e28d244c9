// A convolutional network on handwritten digits, in jshell: bin/propane run examples/digits-cnn.jsh
var digits = Dataset.csv(Path.of("data/digits.csv"), "label").reshape(1, 8, 8).scale(1 / 16.0).splitAt(1500)

Layer block(int filters) {
    return sequential(conv2d(filters, 3).padding(Padding.SAME), batchNorm(), relu(), maxPool2d(2));
}

var model = model(input(1, 8, 8), sequential(
        block(16), block(32),
        flatten(), dropout(0.3), dense(10)))
System.out.println(model.summary())

var trainer = training(model)
        .loss(softmaxCrossEntropy())
        .optimizer(adamW(cosineDecay(3e-3, 12 * 47)).weightDecay(0.01).decayMask(matrices()))
        .metrics(accuracy())
        .batch(32).seed(1)
        .compile()
var history = trainer.fit(digits.train().shuffle(1), epochs(12), validationData(digits.test()), progress())
System.out.println("accuracy " + history.last(accuracy()))
trainer.exportTraining(Path.of("ImagesTraining.mlpackage"))
trainer.close()
