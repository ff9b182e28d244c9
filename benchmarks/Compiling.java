import static propane.nn.Input.*;
import static propane.nn.Model.model;
import static propane.nn.layer.Layers.*;
import static propane.nn.loss.Losses.softmaxCrossEntropy;
import static propane.nn.optimizer.Optimizers.adam;
import static propane.train.Training.training;

import module propane;

/**
 * How long trainings take to be compiled: transformers of 12 and of 48 blocks, and an LSTM over 64
 * steps. Rounds are interleaved; {@code --once NAME} compiles one of them once, in a JVM that has
 * compiled nothing before.
 */
void main(String[] args) {
    var trainings = new LinkedHashMap<String, Training>();
    trainings.put("12-blocks", blocks(12));
    trainings.put("48-blocks", blocks(48));
    trainings.put("lstm-64-steps", sequence());
    if (args.length == 2 && args[0].equals("--once")) {
        IO.println(
                String.format(
                        Locale.ROOT, "%s %.0f ms", args[1], milliseconds(trainings.get(args[1]))));
        return;
    }
    var times = new LinkedHashMap<String, List<Double>>();
    for (int round = 0; round < 11; round++) {
        for (String name : trainings.keySet()) {
            times.computeIfAbsent(name, _ -> new ArrayList<>())
                    .add(milliseconds(trainings.get(name)));
        }
    }
    times.forEach((name, each) ->
            IO.println(
                    String.format(
                            Locale.ROOT,
                            "%-14s first %5.0f ms, median of %d %5.0f ms",
                            name,
                            each.getFirst(),
                            each.size(),
                            median(each))));
    IO.println(
            String.format(
                    Locale.ROOT,
                    "48 blocks take %.2f times as long as 12",
                    median(times.get("48-blocks")) / median(times.get("12-blocks"))));
}

Training blocks(int count) {
    Layer[] blocks = new Layer[count];
    Arrays.fill(blocks, encoderBlock(4).causal());
    return training(model(tokens(32), sequential(embedding(80, 64), sequential(blocks), dense(80))))
            .loss(softmaxCrossEntropy())
            .optimizer(adam(1e-3))
            .batch(8);
}

Training sequence() {
    return training(model(input(64, 16), sequential(lstm(32), dense(10))))
            .loss(softmaxCrossEntropy())
            .optimizer(adam(1e-3))
            .batch(8);
}

double milliseconds(Training training) {
    long start = System.nanoTime();
    training.compile(Engine.cpu()).close();
    return (System.nanoTime() - start) * 1e-6;
}

double median(List<Double> times) {
    return times.stream().sorted().toList().get(times.size() / 2);
}
