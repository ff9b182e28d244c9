package propane.doctor;

import propane.engine.coreml.Answer;
import propane.engine.coreml.ChildProcess;
import propane.ffm.disk.Tree;
import propane.ffm.shim.ShimModel;
import propane.json.JsonField;
import propane.tensor.FormatException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Asks questions, each in a process of its own, and takes note of processes that end or hang.
 *
 * @param process a process of {@link AskOne}
 */
public record ProbeRun(ChildProcess process) {
    /** How the answer of a process that hung begins. */
    static final String HUNG = "hung";

    /**
     * Returns an examination by processes with the same classes as this one.
     *
     * @param main what such a process runs
     * @param limit how long one question may take
     */
    public static ProbeRun likeThis(Class<?> main, Duration limit) {
        return new ProbeRun(ChildProcess.likeThis(main, limit));
    }

    /**
     * Returns the answer to a question, whatever becomes of the process.
     *
     * @param units which processors Core ML may use
     */
    public Answer ask(Question question, ShimModel.Units units) {
        try {
            Path folder = Files.createTempDirectory("propane-doctor");
            try {
                return ask(question, units, folder);
            } finally {
                Tree.delete(folder);
            }
        } catch (IOException e) {
            return question.answer(Answer.Outcome.UNKNOWN, "could not be asked: " + e.getMessage());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return question.answer(Answer.Outcome.UNKNOWN, "was not asked to the end");
        }
    }

    private Answer ask(Question question, ShimModel.Units units, Path folder)
            throws IOException, InterruptedException {
        var ending = process.run(List.of(question.name(), folder.toString(), units.name()));
        if (ending.hasHung()) {
            return question.answer(
                    Answer.Outcome.DIED,
                    HUNG + ": nothing within " + process.limit().toSeconds() + " s");
        }
        List<String> said = ending.marked(AskOne.MARK);
        if (said.isEmpty()) {
            return question.answer(Answer.Outcome.DIED, ending.text());
        }
        try {
            return Answer.read(JsonField.parse(said.getFirst(), question.name()));
        } catch (FormatException e) {
            return question.answer(Answer.Outcome.UNKNOWN, e.getMessage());
        }
    }
}
