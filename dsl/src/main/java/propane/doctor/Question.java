package propane.doctor;

import propane.engine.coreml.Answer;
import propane.ffm.NativeException;

import java.util.Map;

/** A question that only Core ML can answer. */
public interface Question {
    /** Returns the name by which the engine finds the answer. */
    String name();

    /** Returns the question in one sentence. */
    String asks();

    /**
     * Asks it.
     *
     * @throws NativeException if Core ML refuses what it is asked
     */
    Answer ask(Fixtures lab);

    /** Returns a plain answer. */
    default Answer answer(Answer.Outcome outcome, String text) {
        return new Answer(name(), asks(), outcome, text, Map.of());
    }
}
