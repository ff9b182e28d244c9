package propane.doctor;

import propane.coreml.estimate.Figure;
import propane.coreml.estimate.MeasuredFigures;
import propane.coreml.report.Range;
import propane.coreml.write.ProgramPackage;
import propane.engine.coreml.MachineReport;
import propane.spi.Program;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** What the times of steps tell of the device they were measured on, kept for estimates. */
final class DeviceSpeed {
    private static final Pattern CHIP = Pattern.compile("Apple (M[0-9]+)");
    private static final double TERA_A_MILLISECOND = 1e9;

    /** The beginnings of names of questions, and what they are asked with. */
    private static final Map<String, Supplier<Program>> SUBJECTS =
            Map.of("perceptron", Questions::perceptron, "block", Questions::block);

    private DeviceSpeed() {}

    /** Keeps it, where the chip is known and something was computed on the Neural Engine. */
    static void keep(MachineReport report) {
        Optional<String> chip = chip(report.facts());
        Optional<Range> speed = products(report);
        if (chip.isPresent() && speed.isPresent()) {
            MeasuredFigures.keep(
                    chip.get(),
                    Map.of(Figure.PRODUCT, speed.get()),
                    "propane doctor on "
                            + report.system()
                            + ": gradients of a perceptron or a transformer's block, calls and"
                            + " all");
        }
    }

    /** Returns the chip's generation, for example {@code m2}; Pro and Max are of it, too. */
    static Optional<String> chip(Map<String, String> facts) {
        var found = CHIP.matcher(facts.getOrDefault("devices", ""));
        return found.find()
                ? Optional.of(found.group(1).toLowerCase(Locale.ROOT))
                : Optional.empty();
    }

    /** Returns in TFLOP/s how fast products were; nothing where they may have run elsewhere. */
    static Optional<Range> products(MachineReport report) {
        var speeds = new ArrayList<Double>();
        SUBJECTS.forEach((subject, program) -> {
            if (report.says(subject + "_placement") && report.says(subject + "_step")) {
                double ms = report.answer(subject + "_step").orElseThrow().numbers().get("ms");
                long work = ProgramPackage.lint(program.get()).functions().getFirst().work();
                speeds.add(work / ms / TERA_A_MILLISECOND);
            }
        });
        return speeds.isEmpty()
                ? Optional.empty()
                : Optional.of(new Range(Collections.min(speeds), Collections.max(speeds)));
    }
}
