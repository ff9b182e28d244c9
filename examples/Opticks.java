import static propane.nn.Input.*;
import static propane.nn.Model.model;
import static propane.nn.WeightFilters.matrices;
import static propane.nn.layer.Layers.*;
import static propane.nn.loss.Losses.softmaxCrossEntropy;
import static propane.nn.metric.Metrics.perplexity;
import static propane.nn.optimizer.Optimizers.adamW;
import static propane.nn.schedule.Schedules.cosineDecay;
import static propane.train.Training.training;
import static propane.train.option.Option.*;

import module propane;

static final int LENGTH = 64;

static final int BATCH = 32;
static final int EPOCHS = 10;

/**
 * A transformer reads Newton's Opticks letter by letter and then writes on. The command line may
 * name another number of batches to train on, another text, and how many letters to write: {@code
 * --steps 20 --text FILE --letters 40}.
 */
void main(String[] args) throws IOException {
    int steps = Integer.parseInt(option(args, "--steps", "1500"));
    int more = Integer.parseInt(option(args, "--letters", "400"));
    var file = DataSource.file(Path.of(option(args, "--text", "data/opticks.txt")));
    String text = Files.readString(file);
    int[] letters = text.chars().distinct().sorted().toArray();
    int[] numbers = text.chars().map(letter -> Arrays.binarySearch(letters, letter)).toArray();

    // The last tenth is not trained on; windows of the rest begin evenly spread over it.
    int cut = numbers.length / 10 * 9;
    var train = windows(Arrays.copyOf(numbers, cut), Math.max(1, steps / EPOCHS) * BATCH);
    int[] rest = Arrays.copyOfRange(numbers, cut, numbers.length);
    var validation = windows(rest, Math.min(rest.length / LENGTH, 10 * steps));

    int width = 96;
    var model =
            model(
                    tokens(LENGTH),
                    sequential(
                            embedding(letters.length, width),
                            positionalEmbedding(LENGTH),
                            encoderBlock(4).causal().dropout(0.1),
                            encoderBlock(4).causal().dropout(0.1),
                            layerNorm(),
                            named("head", dense(letters.length))));
    var training =
            training(model)
                    .loss(softmaxCrossEntropy())
                    .optimizer(
                            adamW(cosineDecay(3e-3, steps).warmup(steps / 15 + 1))
                                    .decayMask(matrices()))
                    .metrics(perplexity())
                    .clipGradNorm(1.0)
                    .batch(BATCH)
                    .seed(1);

    try (var trainer = training.compile()) {
        trainer.fit(train.shuffle(1), epochs(EPOCHS), validationData(validation), progress());
        double perplexity = trainer.evaluate(validation).value(perplexity());
        IO.println(
                String.format(
                        Locale.ROOT, "perplexity %.3f of %d letters", perplexity, letters.length));
        trainer.exportTraining(Path.of("OpticksTraining.mlpackage"));
        IO.println(written(trainer, letters, "The Rays of Light ", more, 0.7));
    }
}

/** Returns stretches of a text, each with the same one letter further as its target. */
Dataset windows(int[] numbers, int count) {
    int[] x = new int[count * LENGTH];
    int[] y = new int[count * LENGTH];
    for (int i = 0; i < count; i++) {
        int from = (int) ((long) i * (numbers.length - LENGTH - 1) / Math.max(1, count - 1));
        System.arraycopy(numbers, from, x, i * LENGTH, LENGTH);
        System.arraycopy(numbers, from + 1, y, i * LENGTH, LENGTH);
    }
    return Dataset.of(NDArray.of(x, count, LENGTH), NDArray.of(y, count, LENGTH));
}

/** Writes on: draws each letter by its probability, sharpened by a temperature below 1. */
String written(Trainer trainer, int[] letters, String start, int more, double temperature) {
    var random = new Random(1);
    var text = new StringBuilder(start);
    for (int i = 0; i < more; i++) {
        int[] window = new int[LENGTH]; // what lies behind the last letter is not seen
        int from = Math.max(0, text.length() - LENGTH);
        for (int j = from; j < text.length(); j++) {
            window[j - from] = Arrays.binarySearch(letters, text.charAt(j));
        }
        NDArray logits = trainer.predict(NDArray.of(window, 1, LENGTH));
        int row = (text.length() - from - 1) * letters.length;
        float[] values = logits.floats();
        double[] sums = new double[letters.length];
        double sum = 0;
        for (int k = 0; k < letters.length; k++) {
            sum += Math.exp(values[row + k] / temperature);
            sums[k] = sum;
        }
        int drawn = Arrays.binarySearch(sums, random.nextDouble() * sum);
        text.append((char) letters[drawn < 0 ? -drawn - 1 : drawn]);
    }
    return text.toString();
}

String option(String[] args, String name, String otherwise) {
    int at = List.of(args).indexOf(name);
    return at < 0 ? otherwise : args[at + 1];
}
