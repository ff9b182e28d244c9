package propane.engine.coreml;

import propane.json.Json;
import propane.json.JsonField;
import propane.tensor.FormatException;

import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a machine answered to one question about Core ML.
 *
 * @param question the question's name
 * @param asks the question
 * @param outcome what came out
 * @param text the outcome in words
 * @param numbers what was measured, by name
 */
public record Answer(
        String question, String asks, Outcome outcome, String text, Map<String, Double> numbers) {
    /** What comes out of a question. */
    public enum Outcome {
        /** It works. */
        YES,
        /** It does not work, in an orderly way: Core ML refuses it or computes something else. */
        NO,
        /** Asking it ended or hung the process. */
        DIED,
        /** It could not be asked. */
        UNKNOWN
    }

    /** Copies the numbers. */
    public Answer {
        numbers = Collections.unmodifiableMap(new TreeMap<>(numbers));
    }

    /** Returns whether it works. */
    public boolean isYes() {
        return outcome == Outcome.YES;
    }

    /** Returns this as JSON. */
    public Json.Members json() {
        var measured = Json.object();
        for (Map.Entry<String, Double> number : numbers.entrySet()) {
            measured = measured.with(number.getKey(), number.getValue());
        }
        return Json.object()
                .with("question", question)
                .with("asks", asks)
                .with("outcome", outcome.name())
                .with("text", text)
                .with("numbers", measured);
    }

    /**
     * Reads what {@link #json} returned.
     *
     * @throws FormatException if a member is missing or is not what it must be
     */
    public static Answer read(JsonField json) {
        var numbers = new TreeMap<String, Double>();
        json.at("numbers").members().forEach((name, value) -> numbers.put(name, value.number()));
        String outcome = json.at("outcome").string();
        return new Answer(
                json.at("question").string(),
                json.at("asks").string(),
                Arrays.stream(Outcome.values())
                        .filter(each -> each.name().equals(outcome))
                        .findFirst()
                        .orElseThrow(() ->
                                json.at("outcome")
                                        .error(
                                                "is "
                                                        + outcome
                                                        + ", must be one of "
                                                        + Arrays.toString(Outcome.values()))),
                json.at("text").string(),
                numbers);
    }
}
