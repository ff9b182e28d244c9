import static propane.nn.Input.input;
import static propane.nn.Model.model;
import static propane.nn.layer.Layers.*;
import static propane.nn.loss.Losses.meanSquaredError;
import static propane.nn.optimizer.Optimizers.adam;
import static propane.train.Training.training;
import static propane.train.option.Option.*;

import module propane;

import java.awt.image.BufferedImage;

import javax.imageio.ImageIO;

/** Squeezes digits of 64 pixels through 8 numbers and draws what comes out: Autoencoder.png. */
void main(String[] args) throws IOException {
    var csv = Path.of(args.length > 0 ? args[0] : "data/digits.csv");
    var digits = Dataset.csv(csv, "label").scale(1 / 16.0).splitAt(1500);

    var squeeze = sequential(dense(48), gelu(), dense(8));
    var restore = sequential(dense(48), gelu(), dense(64), sigmoid());
    var optimizer = adam(2e-3);
    Step step =
            (model, batch) -> {
                var loss = meanSquaredError().of(model.predict(batch.inputs()).only(), batch.x());
                model.update(Gradients.gradients(loss, model), optimizer);
                return StepOutputs.of(Metrics.loss(), loss);
            };

    try (var trainer =
            training(model(input(64), sequential(squeeze, restore)))
                    .step(step)
                    .batch(50)
                    .seed(1)
                    .compile()) {
        trainer.fit(digits.train().shuffle(1), epochs(120), progress());
        var originals = digits.test().all().x();
        IO.println("mean squared error " + trainer.evaluate(digits.test()).value(Metrics.loss()));
        trainer.exportTraining(Path.of("AutoencoderTraining.mlpackage"));
        draw(originals, trainer.predict(originals), Path.of("Autoencoder.png"));
    }
}

/** Draws 20 digits, and below each what the network made of it. */
void draw(NDArray above, NDArray below, Path file) throws IOException {
    int scale = 6;
    var image = new BufferedImage(20 * 9 * scale, 18 * scale, BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 0; y < image.getHeight(); y++) {
        for (int x = 0; x < image.getWidth(); x++) {
            int column = x / scale % 9;
            int row = y / scale % 9;
            var from = y / scale < 9 ? above : below;
            double value =
                    column < 8 && row < 8 ? from.at(x / scale / 9 * 64 + row * 8 + column) : 0;
            image.getRaster().setSample(x, y, 0, (int) (255 * Math.clamp(value, 0, 1)));
        }
    }
    ImageIO.write(image, "png", file.toFile());
}
