package propane.attack;

import propane.coreml.estimate.DeviceTable;
import propane.coreml.estimate.Figure;
import propane.coreml.estimate.MeasuredFigures;
import propane.coreml.report.Range;
import propane.coreml.write.ProgramPackage;
import propane.engine.coreml.Answer;
import propane.engine.coreml.MachineReport;
import propane.json.Json;
import propane.json.JsonField;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.Shape;
import propane.tensor.TensorType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Texts of JSON, and the two files of the doctor. */
record JsonKinds(Path input, What what) implements Fuzzed {
    /** Which file. */
    enum What {
        JSON("json"),
        DEVICES("devices.json"),
        DOCTOR("doctor.json");

        private final String kind;

        What(String kind) {
            this.kind = kind;
        }
    }

    private static final List<String> HOSTILE =
            List.of(
                    "{",
                    "}",
                    "[",
                    "]",
                    "\"",
                    "\\",
                    "\\u",
                    "\\ud800",
                    ":",
                    ",",
                    "1e999",
                    "-",
                    "01",
                    ".5",
                    "NaN",
                    "nul",
                    "[".repeat(3_000),
                    "{\"a\":".repeat(2_000),
                    "0,".repeat(20_000),
                    "\"" + "a".repeat(10_000) + "\":",
                    "\u0000",
                    "\uFEFF",
                    "9".repeat(500),
                    "1e-400",
                    "\"k\":1,\"k\":1,");

    @Override
    public String kind() {
        return what.kind;
    }

    @Override
    public void change(Random random) throws IOException {
        var changes = new Changes(random);
        String text = whole();
        if (random.nextBoolean()) {
            text = changes.json(Json.parse(text, "whole")).text();
        }
        if (random.nextInt(3) == 0) {
            text = changes.text(text, HOSTILE);
        }
        Files.write(input, changes.encoded(text));
    }

    private String whole() throws IOException {
        if (what == What.DOCTOR) {
            var answer = new Answer("q", "asks?", Answer.Outcome.YES, "text", Map.of("ms", 1.5));
            return new MachineReport(
                            MachineReport.thisSystem(), Map.of("java", "25"), List.of(answer))
                    .json();
        }
        Path kept = input.resolveSibling("whole.json");
        if (!Files.exists(kept)) {
            System.setProperty(MeasuredFigures.PLACE, kept.toString());
            var figures = new EnumMap<Figure, Range>(Figure.class);
            for (Figure figure : Figure.values()) {
                figures.put(figure, new Range(1, 2));
            }
            MeasuredFigures.keep(DeviceTable.published().devices().getFirst(), figures, "here");
            System.clearProperty(MeasuredFigures.PLACE);
        }
        return Files.readString(kept);
    }

    @Override
    public void read() {
        switch (what) {
            case JSON -> {
                JsonField field = JsonField.parse(text(), input.toString());
                Json again = Json.parse(field.value().text(), "again");
                if (!again.equals(field.value())) {
                    throw new IllegalStateException("what is written is not what was read");
                }
                field.at("figures").items().forEach(item -> item.at("low").number());
            }
            case DEVICES -> {
                System.setProperty(MeasuredFigures.PLACE, input.toString());
                try {
                    ProgramPackage.estimate(program(), 1).text();
                } finally {
                    System.clearProperty(MeasuredFigures.PLACE);
                }
            }
            case DOCTOR -> {
                System.setProperty(MachineReport.PLACE, input.toString());
                try {
                    MachineReport.kept();
                } finally {
                    System.clearProperty(MachineReport.PLACE);
                }
                MachineReport.read(text(), input.toString());
            }
        }
    }

    private String text() {
        try {
            return new String(Files.readAllBytes(input), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Program program() {
        var x = new Port("x", Role.BATCH, TensorType.float32(Shape.shape(4))).tensor();
        var function =
                Program.Function.of("predict", List.of(Program.Output.result("y", x.relu())));
        return Program.of(function);
    }
}
