package propane.train.export;

import propane.coreml.CoreMl;
import propane.coreml.report.PlacementReport;
import propane.nn.Input;
import propane.spi.Exporter;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.train.option.ExportOption;
import propane.train.option.Option;
import propane.train.result.Exported;
import propane.train.run.Session;
import propane.train.run.TrainerState;

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
     * Writes the trained model, for a file of the kind that its name says.
     *
     * @return what was written, and how near it is to float32
     */
    public Exported model(Path path, ExportOption... options) {
        Exporter exporter = Exporter.of(path);
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
        var model = new TrainedModel(session, averaged, whole, examples);
        Exporter.Written written = exporter.predictor(model, path);
        var exported =
                new Exported(
                        path,
                        written.precision(),
                        written.difference(),
                        written.comparison(),
                        placement(exporter, path));
        if (!whole && written.precision() == DType.FLOAT32 && !isWanted(written)) {
            System.err.println(exported.warning());
        }
        return exported;
    }

    /** Who writes the trainer's own numbers falls short of nothing. */
    private static boolean isWanted(Exporter.Written written) {
        return written.equals(Exporter.Written.whole());
    }

    /** Of what is no Core ML package there is nothing to judge. */
    private static PlacementReport placement(Exporter exporter, Path path) {
        return exporter instanceof CoreMlExporter
                ? CoreMl.lint(path)
                : new PlacementReport(path.toString(), List.of());
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

    /**
     * Writes the training, for a file of the kind that its name says.
     *
     * @param updates for how many updates schedules of the user's own are told, or {@link
     *     ExportedSchedules#UNTOLD}
     */
    public void training(Path path, long updates) {
        Exporter exporter = Exporter.of(path);
        TrainerState.requireFinite("exportTraining", session.programs().state());
        exporter.training(training(updates), path);
    }

    /** Returns the training, its schedules of the user's own for some updates. */
    public TrainingFunctions training(long updates) {
        return new TrainingFunctions(
                session.training(), session.programs(), session.rates(), updates);
    }
}
