package propane.attack;

import propane.coreml.CoreMl;
import propane.coreml.ModelMutation;
import propane.coreml.read.PackageReader;
import propane.engine.Engine;
import propane.json.Json;
import propane.spi.Bindings;
import propane.spi.CompiledProgram;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.tensor.TensorType;
import propane.train.Trainer;
import propane.train.option.ExportOption;
import propane.train.option.Option;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** Packages of a training and of a predictor, each part of which is changed by itself. */
final class PackageKinds implements Fuzzed {
    private static final String INNER = "Data/com.apple.CoreML/";

    /** What is changed. */
    enum Part {
        MANIFEST("manifest"),
        WEIGHTS("weight.bin"),
        STRUCTURE("mlmodel by structure"),
        BYTES("mlmodel by bytes"),
        RUN("read and run");

        private final String kind;

        Part(String kind) {
            this.kind = kind;
        }

        String kind() {
            return kind;
        }
    }

    private final Part part;
    private final Path input;
    private final Path[] wholes;

    PackageKinds(Part part, Path input) {
        this.part = part;
        this.input = input;
        Path training = input.resolveSibling("WholeTraining.mlpackage");
        Path predictor = input.resolveSibling("Whole.mlpackage");
        try (Trainer trainer = Sample.training().compile(Engine.cpu())) {
            trainer.fit(Sample.data(40), Option.epochs(1));
            trainer.exportTraining(training);
            trainer.export(predictor, ExportOption.float32());
        }
        this.wholes = new Path[] {training, predictor};
    }

    @Override
    public String kind() {
        return part.kind;
    }

    @Override
    public Path input() {
        return input;
    }

    @Override
    public void change(Random random) throws IOException {
        var changes = new Changes(random);
        // Most often the small one, which is read in a fraction of the time.
        Path whole = random.nextInt(6) == 0 ? wholes[0] : wholes[1];
        Files.createDirectories(input.resolve(INNER + "weights"));
        for (String each :
                new String[] {
                    "Manifest.json", INNER + "model.mlmodel", INNER + "weights/weight.bin"
                }) {
            byte[] bytes = Files.readAllBytes(whole.resolve(each));
            Files.write(input.resolve(each), changed(each, bytes, changes));
        }
    }

    private byte[] changed(String name, byte[] bytes, Changes changes) throws IOException {
        boolean isModel = name.endsWith(".mlmodel");
        return switch (part) {
            case MANIFEST -> name.equals("Manifest.json") ? manifest(bytes, changes) : bytes;
            case WEIGHTS -> name.endsWith(".bin") ? weights(bytes, changes) : bytes;
            case BYTES -> isModel ? changes.bytes(bytes) : bytes;
            case STRUCTURE, RUN -> isModel ? structure(bytes, changes) : bytes;
        };
    }

    private static byte[] manifest(byte[] bytes, Changes changes) {
        if (changes.random().nextInt(4) == 0) {
            return changes.bytes(bytes);
        }
        Json json = Json.parse(new String(bytes, StandardCharsets.UTF_8), "manifest");
        return changes.json(json).text().getBytes(StandardCharsets.UTF_8);
    }

    /** Numbers of the units of 64 bytes: sentinel, type, size and place of a blob. */
    private static byte[] weights(byte[] bytes, Changes changes) {
        Random random = changes.random();
        if (random.nextInt(3) == 0) {
            return changes.bytes(bytes);
        }
        var units = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int edit = random.nextInt(3); edit >= 0; edit--) {
            int unit = 64 * random.nextInt(bytes.length / 64);
            long value =
                    changes.oneOf(
                            0L,
                            1L,
                            -1L,
                            2L,
                            63L,
                            64L,
                            128L,
                            1L << 31,
                            1L << 32,
                            1L << 62,
                            Long.MAX_VALUE,
                            Long.MIN_VALUE,
                            (long) bytes.length);
            if (random.nextBoolean()) {
                units.putInt(unit + 4 * random.nextInt(4), (int) value);
            } else {
                units.putLong(unit + 8 * random.nextInt(4), value);
            }
        }
        return units.array();
    }

    private static byte[] structure(byte[] bytes, Changes changes) throws IOException {
        Random random = changes.random();
        int places = random.nextInt(6) == 0 ? 0 : 1 + random.nextInt(3);
        return new ModelMutation(random.nextLong()).changed(bytes, places);
    }

    @Override
    public void read() {
        if (part == Part.RUN) {
            run(CoreMl.read(input));
            return;
        }
        CoreMl.read(input);
        CoreMl.check(input);
        PackageReader.ports(input);
        PackageReader.weights(input);
        CoreMl.describe(input);
        CoreMl.lint(input).text();
        CoreMl.estimate(input).text();
    }

    /** Runs every function over zeros, where its numbers are few. */
    private static void run(Program program) {
        long elements = 0;
        for (Program.Function function : program.functions()) {
            elements +=
                    function.operations().stream()
                            .flatMap(operation -> operation.results().stream())
                            .mapToLong(result -> result.shape().size())
                            .sum();
        }
        if (elements > 1 << 22) {
            return;
        }
        try (Bindings bindings = Engine.cpu().allocate(program);
                CompiledProgram compiled = Engine.cpu().compile(program, bindings)) {
            program.functions().forEach(function -> compiled.run(function.name()));
            for (Port port : bindings.ports()) {
                TensorType type = bindings.read(port).type();
                if (!type.equals(port.type())) {
                    throw new UncheckedIOException(new IOException(port + " is " + type));
                }
            }
        }
    }
}
