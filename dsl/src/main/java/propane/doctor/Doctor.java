package propane.doctor;

import propane.engine.ComputeUnits;
import propane.engine.coreml.Answer;
import propane.engine.coreml.MachineReport;
import propane.ffm.Availability;
import propane.ffm.shim.Shim;
import propane.ffm.shim.ShimModel;
import propane.tensor.PropaneException;
import propane.writing.AtomicFile;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Looks at the machine and writes down what it found.
 *
 * @param version Propane's version
 * @param examination how questions are asked
 * @param questions what is asked where Core ML can be reached
 * @param out hears the report, line by line, as it comes
 */
public record Doctor(
        String version, ProbeRun examination, List<Question> questions, Consumer<String> out) {
    private static final Duration LIMIT = Duration.ofMinutes(5);

    /** After so many questions that hung, no more are asked. */
    private static final int PATIENCE = 2;

    /** Copies the list. */
    public Doctor {
        questions = List.copyOf(questions);
    }

    /** Returns the doctor of this machine, who asks all questions. */
    public static Doctor here(String version, Consumer<String> out) {
        var examination = ProbeRun.likeThis(AskOne.class, LIMIT);
        return new Doctor(version, examination, Questions.ALL, out);
    }

    /** Looks and asks. */
    public MachineReport examine() {
        Map<String, String> facts = Facts.gather(version);
        lines(facts).forEach(out);
        out.accept("");
        var answers = new ArrayList<Answer>();
        if (Shim.availability() instanceof Availability.Missing) {
            out.accept(
                    questions.size()
                            + " questions about Core ML are not asked: they need it, and the"
                            + " shim");
        } else {
            answers.addAll(asked(units(Facts.isVirtual(facts))));
        }
        return new MachineReport(MachineReport.thisSystem(), facts, answers);
    }

    /**
     * Returns what Core ML may use: what {@code propane.units} says, else the Neural Engine, but in
     * a virtual machine, where loading for it is known to hang for half an hour.
     */
    static ShimModel.Units units(boolean virtual) {
        ComputeUnits otherwise =
                virtual ? ComputeUnits.CPU_AND_GPU : ComputeUnits.CPU_AND_NEURAL_ENGINE;
        return ShimModel.Units.valueOf(ComputeUnits.asked().orElse(otherwise).name());
    }

    private List<Answer> asked(ShimModel.Units units) {
        var answers = new ArrayList<Answer>();
        int hung = 0;
        for (Question question : questions) {
            out.accept(question.asks());
            Answer answer =
                    hung < PATIENCE
                            ? discreet(examination.ask(question, units))
                            : question.answer(
                                    Answer.Outcome.UNKNOWN,
                                    "not asked: " + PATIENCE + " questions before it hung");
            hung += answer.text().startsWith(ProbeRun.HUNG) ? 1 : 0;
            answers.add(answer);
            out.accept(outcome(answer));
        }
        return answers;
    }

    private static Answer discreet(Answer answer) {
        return new Answer(
                answer.question(),
                answer.asks(),
                answer.outcome(),
                Facts.discreet(answer.text()),
                answer.numbers());
    }

    /**
     * Writes a report into a folder as {@code propane-doctor.txt} and {@code propane-doctor.json},
     * and keeps it for the engine, and the speed of products for estimates, if it was Apple's Core
     * ML that answered.
     *
     * @throws PropaneException if it cannot be written
     */
    public static List<Path> write(MachineReport report, Path folder) {
        Path text = folder.resolve("propane-doctor.txt");
        Path json = folder.resolve("propane-doctor.json");
        AtomicFile.write(text, text(report));
        AtomicFile.write(json, report.json());
        if (report.facts().getOrDefault(Facts.CORE_ML, "").equals("apple")) {
            report.keep();
            DeviceSpeed.keep(report);
        }
        return List.of(text, json);
    }

    /** Returns a report as text for people. */
    static String text(MachineReport report) {
        var lines = new ArrayList<>(lines(report.facts()));
        lines.add("");
        for (Answer answer : report.answers()) {
            lines.add(answer.asks());
            lines.add(outcome(answer));
        }
        return String.join("\n", lines) + "\n";
    }

    /** Facts in two columns, as wide as the longest name. */
    private static List<String> lines(Map<String, String> facts) {
        int width = facts.keySet().stream().mapToInt(String::length).max().orElse(0);
        return facts.entrySet().stream()
                .map(fact ->
                        fact.getKey()
                                + " ".repeat(width - fact.getKey().length() + 2)
                                + fact.getValue())
                .toList();
    }

    private static String outcome(Answer answer) {
        return "    " + answer.outcome().name().toLowerCase(Locale.ROOT) + ": " + answer.text();
    }
}
