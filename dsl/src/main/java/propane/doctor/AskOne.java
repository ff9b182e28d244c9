package propane.doctor;

import propane.engine.coreml.Answer;
import propane.ffm.NativeException;
import propane.ffm.shim.ShimModel;

import java.nio.file.Path;
import java.time.Duration;

/** The process in which one question is asked: it prints the answer as its last line. */
public final class AskOne {
    /** What the line of the answer begins with; Core ML may print, too. */
    static final String MARK = "propane-answer ";

    private static final Duration LOADING_LIMIT = Duration.ofMinutes(4);

    private AskOne() {}

    /**
     * Asks.
     *
     * @param arguments the question's name, an empty folder, and which processors may be used
     */
    public static void main(String[] arguments) {
        Question question = Questions.named(arguments[0]);
        var units = ShimModel.Units.valueOf(arguments[2]);
        var lab = new Fixtures(Path.of(arguments[1]), units, LOADING_LIMIT);
        System.out.println();
        System.out.println(MARK + asked(question, lab).json().text());
        System.out.flush();
        // Threads of Core ML do not keep the process.
        System.exit(0);
    }

    /** Returns the answer to a question, also where Core ML refuses it. */
    static Answer asked(Question question, Fixtures lab) {
        try {
            return question.ask(lab);
        } catch (NativeException e) {
            return question.answer(Answer.Outcome.NO, "Core ML refuses: " + e.getMessage());
        }
    }
}
