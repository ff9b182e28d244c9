package propane.train.export;

import propane.coreml.ModelCard;
import propane.coreml.write.ProgramPackage;
import propane.spi.Exporter;
import propane.spi.ImportedModel;
import propane.spi.ModelExport;
import propane.spi.Program;
import propane.spi.TrainingExport;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Core ML packages: of a training with the Swift file that trains it in an app beside it. */
public final class CoreMlExporter implements Exporter {
    /** How the names of packages end. */
    static final String SUFFIX = ".mlpackage";

    /** Makes the exporter. */
    public CoreMlExporter() {}

    @Override
    public String name() {
        return "Core ML";
    }

    @Override
    public List<String> suffixes() {
        return List.of(SUFFIX);
    }

    @Override
    public Written predictor(ModelExport model, Path path) {
        var predictor = new PredictorPackage(model.predict(1), model.values());
        return model.isFloat32()
                ? predictor.write(path)
                : predictor.write(
                        path,
                        new ExampleInputs(model.examples(), model.origin()),
                        model.expected());
    }

    @Override
    public void imported(ImportedModel model, Path path) {
        var texts = new TreeMap<>(model.texts());
        // What another package told of its own ports and weights does not hold here.
        texts.keySet().removeIf(key -> key.startsWith("propane."));
        ModelCard card =
                ModelCard.BLANK
                        .describedAs(taken(texts, "description"))
                        .by(taken(texts, "author"))
                        .licensedUnder(taken(texts, "license"))
                        .version(taken(texts, "version"));
        for (Map.Entry<String, String> text : texts.entrySet()) {
            card = card.with(text.getKey(), text.getValue());
        }
        ProgramPackage.write(model, path, card);
    }

    private static String taken(Map<String, String> texts, String key) {
        String text = texts.remove(key);
        return text == null ? "" : text;
    }

    @Override
    public void training(TrainingExport training, Path path) {
        SwiftTrainer.requirePlace(path);
        Program program = training.split();
        ModelCard card = ModelCard.BLANK;
        for (Map.Entry<String, String> text : training.texts(program).entrySet()) {
            card = card.with(text.getKey(), text.getValue());
        }
        ProgramPackage.write(program, path, card);
        SwiftTrainer.write(path);
    }
}
