package propane.spi;

import propane.service.Services;
import propane.tensor.DType;
import propane.tensor.EngineException;
import propane.tensor.Problem;
import propane.tensor.PropaneException;
import propane.tensor.UnknownNameException;

import java.nio.file.Path;
import java.util.List;

/**
 * Writes trained models, and trainings, as files of one kind, for others to run. The ending of the
 * file's name that {@code Trainer.export} and {@code Trainer.exportTraining} are given picks it
 * among those found as services: by {@code provides propane.spi.Exporter with …} in a module, or a
 * file {@code META-INF/services/propane.spi.Exporter} on the class path. Core ML's is one of them.
 */
public interface Exporter {
    /** Returns what the files are called by people, for errors: {@code Core ML}. */
    String name();

    /** Returns the endings of names of files that this one writes, for example {@code .txt}. */
    List<String> suffixes();

    /**
     * Writes a trained model that predicts. Writes all of it or nothing: what stands in its place
     * is not to be lost to an error.
     *
     * @return in which numbers it was written
     * @throws EngineException if an op or a port has no form in files of this kind
     * @throws PropaneException if it cannot be written
     */
    Written predictor(ModelExport model, Path path);

    /**
     * Writes a training that goes on elsewhere; by default that is an error.
     *
     * @throws EngineException if files of this kind hold no trainings, or an op or a port has no
     *     form in them
     * @throws PropaneException if it cannot be written
     */
    default void training(TrainingExport training, Path path) {
        throw new EngineException(
                Problem.ofRule(
                                "exportTraining: "
                                        + name()
                                        + " holds models that predict, no trainings")
                        .fix(
                                "call export("
                                        + path.getFileName()
                                        + "), or give the file the ending of another kind"));
    }

    /**
     * Writes a model that was read from a file, its values in place; by default that is an error.
     *
     * @throws EngineException if files of this kind hold no such models, or an op or a port has no
     *     form in them
     * @throws PropaneException if it cannot be written
     */
    default void imported(ImportedModel model, Path path) {
        throw new EngineException(
                Problem.ofRule(
                                "export: "
                                        + name()
                                        + " writes what a trainer holds, not what was read from a"
                                        + " file")
                        .fix("give " + path.getFileName() + " the ending of another kind"));
    }

    /**
     * Returns the exporter for a file's name.
     *
     * @throws UnknownNameException if there is none, or several; says which there are
     */
    static Exporter of(Path path) {
        return FileKinds.only(
                path,
                "exporter",
                Services.of(Exporter.class).toList(),
                each -> FileKinds.ends(path, each.suffixes()),
                Exporter::name,
                Exporter::suffixes);
    }

    /**
     * In which numbers a model was written.
     *
     * @param precision the numbers that it computes in
     * @param difference how far predictions in these numbers are from the trainer's at most, as a
     *     share of the largest output; 0 where they were not compared
     * @param comparison in words what was compared, and why the numbers are not those wanted
     */
    record Written(DType precision, double difference, String comparison) {
        /** Returns that of a model in the trainer's own numbers. */
        public static Written whole() {
            return new Written(DType.FLOAT32, 0, "the trainer's own numbers");
        }
    }
}
