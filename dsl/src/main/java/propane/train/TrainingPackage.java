package propane.train;

import propane.coreml.CoreMl;
import propane.coreml.ModelCard;
import propane.json.Json;
import propane.nn.Schedule;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Port;
import propane.tensor.Program;
import propane.tensor.PropaneException;
import propane.tensor.Role;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Writes a training as a package for apps, and beside it the Swift file that trains it there. */
final class TrainingPackage {
    /** The key of the user metadata that tells what counters, seeds and rates start from. */
    static final String START = "propane.start";

    private static final String TEMPLATE = "PackageTrainer.swift";
    private static final String ENDING = "Training";

    private final Training training;
    private final Compilation programs;

    TrainingPackage(Training training, Compilation programs) {
        this.training = training;
        this.programs = programs;
    }

    /**
     * Writes both.
     *
     * @throws PropaneException if one of them cannot be written
     */
    void write(Path mlpackage) {
        Program whole = programs.whole();
        Map<String, NDArray> frozen = frozen(whole);
        Program written =
                whole.map(function ->
                        function.name().equals("gradients")
                                ? HalfGradients.of(function, frozen)
                                : function);
        CoreMl.write(written, mlpackage, ModelCard.BLANK.with(START, start(whole)));
        if (training.accumulate() == 1) {
            writeSwift(mlpackage);
        }
    }

    /** Returns the values of weights that no step replaces. */
    private Map<String, NDArray> frozen(Program whole) {
        var trained = whole.function("train").replacements().keySet();
        Map<String, NDArray> values = new HashMap<>();
        for (Port port : whole.function("gradients").inputs()) {
            if (port.role() == Role.WEIGHT && !trained.contains(port.name())) {
                values.put(port.name(), programs.state().read(port.name()));
            }
        }
        return values;
    }

    /** Returns as JSON what ports hold that no function starts: by path, a list of numbers. */
    private String start(Program program) {
        var json = Json.object();
        for (Port port : program.ports()) {
            if (port.role() == Role.HYPER) {
                NDArray value = programs.state().read(port.name());
                boolean whole = port.type().dtype() == DType.INT32;
                Json[] numbers =
                        Arrays.stream(value.doubles())
                                .mapToObj(n -> whole ? Json.of((long) n) : Json.of(n))
                                .toArray(Json[]::new);
                json = json.with(port.name(), Json.array(numbers));
            }
        }
        for (Map.Entry<String, Schedule> rate : programs.step().rates().entrySet()) {
            long updates = updates();
            json =
                    json.with(
                            StepTrace.ratePort(rate.getKey()).name(),
                            Json.array(Json.of((float) rate.getValue().at(updates))));
        }
        return json.text();
    }

    private long updates() {
        return (long) programs.state().read("step").at(0) / training.accumulate();
    }

    /** Returns where the Swift file of a package lies. */
    static Path swift(Path mlpackage) {
        return mlpackage.toAbsolutePath().resolveSibling(className(mlpackage) + ".swift");
    }

    /** Xcode makes a class of the package's own name; this one is called otherwise. */
    private static String className(Path mlpackage) {
        String name =
                mlpackage
                        .getFileName()
                        .toString()
                        .replaceFirst("\\.mlpackage$", "")
                        .replaceAll("[^A-Za-z0-9_]", "_");
        String bare =
                name.endsWith(ENDING) ? name.substring(0, name.length() - ENDING.length()) : name;
        String plain = Character.isDigit((bare + "_").charAt(0)) ? "_" + bare : bare;
        return plain + "Trainer";
    }

    private static void writeSwift(Path mlpackage) {
        String text =
                template()
                        .replace("PACKAGE", mlpackage.getFileName().toString())
                        .replace("NAME", className(mlpackage));
        Path file = swift(mlpackage);
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new PropaneException(file + ": could not be written: " + e.getMessage(), e);
        }
    }

    private static String template() {
        try (var in = TrainingPackage.class.getResourceAsStream(TEMPLATE)) {
            if (in == null) {
                throw new AssertionError("the template of the Swift file is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
