package propane.train.export;

import propane.nn.Input;
import propane.tensor.NDArray;
import propane.train.option.ExportOption;
import propane.train.option.Option;
import propane.train.result.Exported;
import propane.train.run.Session;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Writes what a session has trained, and the training itself, for others to run. */
public final class Exports {
    private final Session session;

    /** Prepares to write. */
    public Exports(Session session) {
        this.session = session;
    }

    /**
     * Writes the trained model as a package that predicts.
     *
     * @return what was written, and how near it is to float32
     */
    public Exported model(Path mlpackage, ExportOption... options) {
        session.requireFinite("export");
        boolean averaged = false;
        boolean whole = false;
        ExampleInputs examples = seen();
        for (ExportOption option : options) {
            switch (option) {
                case Option.UseEma _ -> averaged = true;
                case ExportOption.Float32 _ -> whole = true;
                case ExportOption.CompareOn given ->
                        examples = ExampleInputs.given(inputs(), given.inputs());
            }
        }
        var model = new PredictorPackage(session.model(), session.weights(averaged));
        return whole
                ? model.write(mlpackage)
                : model.write(mlpackage, examples, session.predict(examples.values(), averaged));
    }

    private List<Input> inputs() {
        return session.model().inputs();
    }

    /** Returns examples of the batch that was trained on last, or drawn ones. */
    private ExampleInputs seen() {
        Map<String, NDArray> batch = session.lastInputs();
        return batch.size() == inputs().size()
                ? ExampleInputs.trainedOn(batch)
                : ExampleInputs.drawn(inputs(), session.programs().rules().tokens());
    }

    /** Returns the training as a package. */
    public TrainingPackage training() {
        return new TrainingPackage(session.training(), session.programs(), session.rates());
    }
}
