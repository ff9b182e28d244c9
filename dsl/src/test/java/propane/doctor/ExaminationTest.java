package propane.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.coreml.write.PackageForm;
import propane.engine.ComputeUnits;
import propane.engine.coreml.Answer;
import propane.engine.coreml.InterpretedShim;
import propane.engine.coreml.MachineReport;
import propane.ffm.shim.ShimModel;
import propane.json.JsonField;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Questions through the C fake of the shim, whose predictions the interpreter makes: they show that
 * programs, packages, processes and judgements fit together, and nothing of Core ML itself.
 */
class ExaminationTest {
    private static final ShimModel.Units UNITS = ShimModel.Units.CPU_AND_NEURAL_ENGINE;

    @TempDir Path folder;

    @BeforeEach
    void putTheFakeInPlace() {
        InterpretedShim.install();
    }

    @AfterEach
    void takeTheFakeAway() {
        InterpretedShim.remove();
    }

    private static ProbeRun examination(Duration limit) {
        return ProbeRun.likeThis(AskInterpreted.class, limit);
    }

    @Test
    void aQuestionIsAskedInAProcessOfItsOwn() {
        Answer answer =
                examination(Duration.ofMinutes(2))
                        .ask(Questions.named("runtime_convolution"), UNITS);
        assertThat(answer.outcome()).as(answer.text()).isEqualTo(Answer.Outcome.YES);
        assertThat(answer.numbers().get("difference")).isLessThan(Difference.TOLERATED);
        assertThat(answer.text()).startsWith("Core ML takes it and computes what it means");
    }

    @Test
    void aProcessThatDiesIsAnAnswer() {
        Answer answer = examination(Duration.ofMinutes(2)).ask(question("dies"), UNITS);
        assertThat(answer.outcome()).isEqualTo(Answer.Outcome.DIED);
        assertThat(answer.text()).contains("ended with 134", "MPSGraph");
    }

    @Test
    void aProcessThatHangsIsAnAnswer() {
        Answer answer = examination(Duration.ofSeconds(2)).ask(question("hangs"), UNITS);
        assertThat(answer.outcome()).isEqualTo(Answer.Outcome.DIED);
        assertThat(answer.text()).contains("hung");
    }

    @Test
    void afterTwoThatHungNothingIsAsked() {
        var questions = List.of(question("hangs"), question("hangs"), question("dies"));
        var doctor = new Doctor("1", examination(Duration.ofMillis(500)), questions, _ -> {});
        assertThat(doctor.examine().answers())
                .extracting(Answer::outcome)
                .containsExactly(Answer.Outcome.DIED, Answer.Outcome.DIED, Answer.Outcome.UNKNOWN);
    }

    private static Question question(String name) {
        return new Computes(name, "?", ProbePrograms::counting, "add", PackageForm.PLAIN);
    }

    private Fixtures lab() {
        return new Fixtures(folder, UNITS, Duration.ZERO);
    }

    @Test
    void whatIsComputedIsHeldAgainstTheInterpreter() {
        for (Question question : Questions.ALL) {
            if (question instanceof Computes) {
                Answer answer = AskOne.asked(question, lab());
                assertThat(answer.outcome()).as(answer.toString()).isEqualTo(Answer.Outcome.YES);
            }
        }
    }

    @Test
    void aRefusalIsANo() {
        InterpretedShim.failNext();
        Answer answer = AskOne.asked(question("counting"), lab());
        assertThat(answer.outcome()).isEqualTo(Answer.Outcome.NO);
        assertThat(answer.text()).startsWith("Core ML refuses").contains("propane.fake");
    }

    @Test
    void aPlanTellsWhatIsPreferred() {
        var question = new Placed("placed", "?", () -> ProbePrograms.perceptron(4, 8, 16, 8));
        assertThat(AskOne.asked(question, lab()).text()).startsWith("Core ML refuses");
        String there = "{\"operator\": \"matmul\", \"preferred\": \"neural_engine\"}";
        String here = "{\"operator\": \"reduce_sum\", \"preferred\": \"cpu\"}";
        String none = "{\"operator\": \"const\"}";
        try {
            InterpretedShim.plan("{\"operations\": [%s, %s]}".formatted(there, none));
            Answer all = AskOne.asked(question, lab());
            assertThat(all.outcome()).isEqualTo(Answer.Outcome.YES);
            assertThat(all.text()).endsWith("1 of 1 operations");
            InterpretedShim.plan("{\"operations\": [%s, %s, %s]}".formatted(there, here, none));
            Answer part = AskOne.asked(question, lab());
            assertThat(part.outcome()).isEqualTo(Answer.Outcome.NO);
            assertThat(part.text()).endsWith("1 of 2 operations; not for 1 reduce_sum cpu");
            InterpretedShim.plan("{\"operations\": [%s]}".formatted(none));
            assertThat(AskOne.asked(question, lab()).outcome()).isEqualTo(Answer.Outcome.UNKNOWN);
        } finally {
            InterpretedShim.plan("");
        }
    }

    @Test
    void plainMemoryIsNoSurface() {
        Answer answer = AskOne.asked(Questions.named("surfaces"), lab());
        assertThat(answer.outcome()).isEqualTo(Answer.Outcome.NO);
        assertThat(answer.text()).startsWith("plain memory in place of IOSurfaces; 0 of");
    }

    /** The fake has no states: the packages are taken, the rest is refused. */
    @Test
    void whatTheFakeLacksIsRefused() {
        for (String name : List.of("state", "shared_state")) {
            Answer answer = AskOne.asked(Questions.named(name), lab());
            assertThat(answer.outcome()).isEqualTo(Answer.Outcome.NO);
            assertThat(answer.text()).contains("propane.fake 6");
        }
    }

    @Test
    void aStepIsTimedAndHeldAgainstTheCpu() {
        var question =
                new StepTime(
                        "small", "?", () -> ProbePrograms.perceptron(4, 8, 16, 8), "by nobody");
        Answer answer = AskOne.asked(question, lab());
        assertThat(answer.outcome()).as(answer.text()).isEqualTo(Answer.Outcome.YES);
        assertThat(answer.numbers()).containsOnlyKeys("ms", "ms_cpu_only", "difference");
        assertThat(answer.numbers().get("ms")).isPositive();
        assertThat(answer.numbers()).containsEntry("difference", 0.0);
    }

    @Test
    void whatAFakeAnswersIsNotKeptForTheEngine() throws IOException {
        System.setProperty(MachineReport.PLACE, folder.resolve("kept.json").toString());
        try {
            var told = new ArrayList<String>();
            var doctor =
                    new Doctor(
                            "1",
                            examination(Duration.ofMinutes(2)),
                            List.of(Questions.named("inline_constants")),
                            told::add);
            MachineReport report = doctor.examine();
            assertThat(report.facts()).containsEntry("Core ML", "fake");
            assertThat(told).contains(report.answers().getFirst().asks());
            Doctor.write(report, folder);
            assertThat(folder.resolve("kept.json")).doesNotExist();
            Path json = folder.resolve("propane-doctor.json");
            assertThat(MachineReport.read(Files.readString(json), "it")).isEqualTo(report);
            assertThat(Files.readString(folder.resolve("propane-doctor.txt")))
                    .contains("yes: Core ML takes it")
                    .doesNotContain(System.getProperty("user.home") + "/");
        } finally {
            System.clearProperty(MachineReport.PLACE);
        }
    }

    @Test
    void processorsAreThoseAskedFor() {
        assertThat(Doctor.units(false)).isEqualTo(ShimModel.Units.CPU_AND_NEURAL_ENGINE);
        assertThat(Doctor.units(true)).isEqualTo(ShimModel.Units.CPU_AND_GPU);
        System.setProperty(ComputeUnits.PROPERTY, "cpu");
        try {
            assertThat(Doctor.units(true)).isEqualTo(ShimModel.Units.CPU_ONLY);
        } finally {
            System.clearProperty(ComputeUnits.PROPERTY);
        }
    }

    @Test
    void factsStandInTwoColumns() {
        var facts = new LinkedHashMap<String, String>();
        facts.put("java", "25");
        facts.put("virtual machine", "no");
        assertThat(Doctor.text(new MachineReport("here", facts, List.of())))
                .startsWith("java             25\nvirtual machine  no\n");
    }

    @Test
    void reportsAreReadAsTheyWereWritten() {
        var answer = new Answer("q", "Is it?", Answer.Outcome.NO, "no", Map.of("ms", 0.5));
        assertThat(Answer.read(JsonField.parse(answer.json().text(), "here"))).isEqualTo(answer);
    }
}
