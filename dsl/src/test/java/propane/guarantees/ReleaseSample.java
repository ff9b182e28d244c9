package propane.guarantees;

import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.relu;
import static propane.nn.layer.Layers.sequential;

import propane.coreml.estimate.Figure;
import propane.coreml.estimate.MeasuredFigures;
import propane.coreml.report.Range;
import propane.data.Dataset;
import propane.engine.coreml.Answer;
import propane.engine.coreml.MachineReport;
import propane.nn.Input;
import propane.nn.Model;
import propane.nn.loss.Losses;
import propane.nn.metric.Metrics;
import propane.nn.optimizer.Optimizers;
import propane.tensor.NDArray;
import propane.train.Trainer;
import propane.train.Training;
import propane.train.option.ExportOption;
import propane.train.option.Option;
import propane.train.result.History;
import propane.writing.AtomicFile;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What the samples of a release are made of; a release that makes others adds a class of its own.
 */
final class ReleaseSample {
    static final int ROWS = 12;
    static final int BATCH = 4;
    static final String DEVICE = "M1";

    private static final int INPUTS = 4;
    private static final int CLASSES = 3;

    private ReleaseSample() {}

    static NDArray inputs() {
        float[] x = new float[ROWS * INPUTS];
        for (int i = 0; i < x.length; i++) {
            x[i] = (i * 7 % 11) / 11f;
        }
        return NDArray.of(x, ROWS, INPUTS);
    }

    static NDArray rows(int from, int count) {
        int begin = from * INPUTS;
        return NDArray.of(
                Arrays.copyOfRange(inputs().floats(), begin, begin + count * INPUTS),
                count,
                INPUTS);
    }

    static Dataset data() {
        int[] labels = new int[ROWS];
        for (int i = 0; i < ROWS; i++) {
            labels[i] = i % CLASSES;
        }
        return Dataset.of(inputs(), NDArray.of(labels));
    }

    static Training training() {
        var layers = sequential(dense(5), relu(), dense(CLASSES));
        return Training.training(Model.model(Input.input(INPUTS), layers))
                .loss(Losses.softmaxCrossEntropy())
                .optimizer(Optimizers.adam(1e-2))
                .metrics(Metrics.accuracy())
                .batch(BATCH)
                .seed(5);
    }

    /** Returns a trainer that has done what the samples hold. */
    static Trainer trained() {
        Trainer trainer = training().compile();
        trainer.fit(data(), Option.epochs(2), Option.inOrder());
        return trainer;
    }

    static MachineReport report() {
        var answer = new Answer("scalars", "asks?", Answer.Outcome.YES, "taken", Map.of("ms", 1.5));
        return new MachineReport("Mac OS X 15.0 aarch64", Map.of("java", "25"), List.of(answer));
    }

    /** Writes one file of each kind. */
    static void write(Path folder) {
        try (Trainer trainer = training().compile()) {
            History history = trainer.fit(data(), Option.epochs(2), Option.inOrder());
            history.writeCsv(folder.resolve("history.csv"));
            history.writeJsonLines(folder.resolve("history.jsonl"));
            trainer.save(folder.resolve("run.ckpt"));
            trainer.weights().write(folder.resolve("weights.safetensors"));
            trainer.export(folder.resolve("Sample.mlpackage"), ExportOption.float32());
            trainer.exportTraining(folder.resolve("SampleTraining.mlpackage"));
        }
        AtomicFile.write(folder.resolve("doctor.json"), report().json());
        System.setProperty(MeasuredFigures.PLACE, folder.resolve("devices.json").toString());
        try {
            MeasuredFigures.keep(DEVICE, Map.of(Figure.PRODUCT, new Range(1, 2)), "a test");
        } finally {
            System.clearProperty(MeasuredFigures.PLACE);
        }
    }
}
