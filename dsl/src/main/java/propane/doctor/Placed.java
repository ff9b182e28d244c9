package propane.doctor;

import propane.coreml.format.PackagePorts;
import propane.coreml.write.PackageForm;
import propane.engine.coreml.Answer;
import propane.ffm.shim.CompiledModel;
import propane.json.JsonField;
import propane.spi.Program;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Whether Core ML prefers the Neural Engine for all of a program's operations.
 *
 * @param name the question's name
 * @param asks the question
 * @param program a program with one function
 */
record Placed(String name, String asks, Supplier<Program> program) implements Question {
    private static final String ENGINE = "neural_engine";

    @Override
    public Answer ask(Fixtures lab) {
        PackagePorts ports = lab.write(program.get(), PackageForm.PLAIN);
        String function = ports.functions().size() == 1 ? "" : ports.functions().getFirst().name();
        String plan =
                CompiledModel.compile(lab.file(), lab.limit())
                        .plan(function, lab.units(), lab.limit());
        return judge(JsonField.parse(plan, "plan"));
    }

    /** Judges what Core ML tells; of constants it tells no device. */
    private Answer judge(JsonField plan) {
        int all = 0;
        int preferred = 0;
        Map<String, Integer> elsewhere = new TreeMap<>();
        for (JsonField operation : plan.at("operations").items()) {
            if (operation.has("preferred")) {
                all++;
                if (operation.at("preferred").string().equals(ENGINE)) {
                    preferred++;
                } else {
                    elsewhere.merge(
                            operation.at("operator").string()
                                    + " "
                                    + operation.at("preferred").string(),
                            1,
                            Integer::sum);
                }
            }
        }
        if (all == 0) {
            return answer(Answer.Outcome.UNKNOWN, "Core ML tells no device of any operation");
        }
        String text =
                String.format(
                        Locale.ROOT,
                        "Core ML prefers the Neural Engine for %d of %d operations",
                        preferred,
                        all);
        String others =
                elsewhere.entrySet().stream()
                        .map(entry -> entry.getValue() + " " + entry.getKey())
                        .collect(Collectors.joining(", "));
        return new Answer(
                name,
                asks,
                preferred == all ? Answer.Outcome.YES : Answer.Outcome.NO,
                others.isEmpty() ? text : text + "; not for " + others,
                Map.of("preferred", (double) preferred, "operations", (double) all));
    }
}
