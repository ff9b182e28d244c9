// A loss, an optimizer and a training step of one's own: bin/propane run examples/custom-loop.jsh
Tensor focal(Tensor logits, Tensor target, double gamma) {
    var logp = logits.logSoftmax(-1).mul(target.oneHot(logits.dim(-1))).sum(-1);
    return logp.exp().neg().add(1).pow(gamma).mul(logp).neg().mean();
}

record Lion(Schedule learningRate, double beta1, double beta2) implements Optimizer {
    public Tensor update(Optimizer.Slots slots, Tensor gradient, Tensor weight) {
        var m = slots.slot("m");
        var update = m.mul(beta1).add(gradient.mul(1 - beta1)).sign();
        slots.set(m, m.mul(beta2).add(gradient.mul(1 - beta2)));
        return update.mul(slots.learningRate());
    }
}

var lion = new Lion(Schedules.constant(1e-3), 0.9, 0.99)
var norm = scalar("gradient_norm")
Step step = (model, batch) -> {
    var value = focal(model.predict(batch.x()), batch.y(), 2.0);
    var raw = gradients(value, model);
    model.update(raw.clipByGlobalNorm(1.0), lion);
    return StepOutputs.of(loss(), value).with(norm, raw.globalNorm());
};

var digits = Dataset.csv(Path.of("data/digits.csv"), "label").reshape(8, 8).scale(1 / 16.0).splitAt(1500)
var trainer = training(model(input(8, 8), sequential(flatten(), dense(64), relu(), dense(10)))).step(step).batch(32).seed(7).compile()

// One batch after the other, by hand …
for (var batch : digits.train().take(320).batches(32)) {
    System.out.println(trainer.step(batch));
}
// … or all of them.
trainer.fit(digits.train(), epochs(5), validationData(digits.test()), progress())
trainer.exportTraining(Path.of("CustomTraining.mlpackage"))
trainer.close()
