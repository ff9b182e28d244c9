package propane.engine.coreml;

import propane.ffm.Platform;
import propane.json.Json;
import propane.json.JsonField;
import propane.tensor.FormatException;
import propane.tensor.PropaneException;
import propane.writing.AtomicFile;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code propane doctor} found on a machine: facts, and answers to questions about Core ML. It
 * is kept in the user's cache, where the engine reads it, and given to the user as a file for a bug
 * report; both are the same JSON.
 *
 * @param system the machine and system it holds for
 * @param facts what is there, by name, in order
 * @param answers what was asked
 */
public record MachineReport(String system, Map<String, String> facts, List<Answer> answers) {
    /** The system property that names another file than that in the cache. */
    public static final String PLACE = "propane.doctor";

    private static final int FORMAT = 1;
    private static final long MOST_BYTES = 16 << 20;

    /** Copies map and list. */
    public MachineReport {
        facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
        answers = List.copyOf(answers);
    }

    /** Returns the name of this machine's system: answers of another version no longer hold. */
    public static String thisSystem() {
        return System.getProperty("os.name")
                + " "
                + System.getProperty("os.version")
                + " "
                + System.getProperty("os.arch");
    }

    /** Returns the file that the engine reads. */
    public static Path place() {
        String given = System.getProperty(PLACE, "");
        return given.isEmpty()
                ? Platform.current().cache().resolve("propane").resolve("doctor.json")
                : Path.of(given);
    }

    /**
     * Returns what was found on this machine and system, nothing if nobody has asked yet, or what
     * is there cannot be read: then the engine goes by what is generally known.
     */
    public static Optional<MachineReport> kept() {
        Path file = place();
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(read(JsonField.read(file, MOST_BYTES)))
                    .filter(report -> report.system.equals(thisSystem()));
        } catch (FormatException e) {
            return Optional.empty();
        }
    }

    /** Returns the answer to a question, if it was asked. */
    public Optional<Answer> answer(String question) {
        return answers.stream().filter(each -> each.question().equals(question)).findFirst();
    }

    /** Returns whether a question was answered with yes. */
    public boolean says(String question) {
        return answer(question).filter(Answer::isYes).isPresent();
    }

    /** Returns this as JSON text. */
    public String json() {
        var named = Json.object();
        for (Map.Entry<String, String> fact : facts.entrySet()) {
            named = named.with(fact.getKey(), fact.getValue());
        }
        return Json.object()
                .with("format", FORMAT)
                .with("system", system)
                .with("facts", named)
                .with(
                        "answers",
                        Json.array(answers.stream().map(Answer::json).toArray(Json[]::new)))
                .text();
    }

    /**
     * Reads what {@link #json} returned.
     *
     * @param origin the file, for messages
     * @throws FormatException if a member is missing or is not what it must be, or the format is of
     *     another version
     */
    public static MachineReport read(String text, String origin) {
        return read(JsonField.parse(text, origin));
    }

    private static MachineReport read(JsonField json) {
        if (json.at("format").whole() != FORMAT) {
            throw json.at("format").error("is another than " + FORMAT);
        }
        var facts = new LinkedHashMap<String, String>();
        json.at("facts").members().forEach((name, value) -> facts.put(name, value.string()));
        var answers = new ArrayList<Answer>();
        json.at("answers").items().forEach(item -> answers.add(Answer.read(item)));
        return new MachineReport(json.at("system").string(), facts, answers);
    }

    /**
     * Keeps this where the engine reads it; the file is there whole or not at all.
     *
     * @throws PropaneException if it cannot be written
     */
    public void keep() {
        AtomicFile.writeWithFolder(place(), json());
    }
}
