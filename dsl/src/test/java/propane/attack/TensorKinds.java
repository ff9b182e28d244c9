package propane.attack;

import propane.checkpoint.Checkpoint;
import propane.checkpoint.Weights;
import propane.data.Batch;
import propane.disk.RecordedDisk;
import propane.engine.Engine;
import propane.ffm.disk.Disk;
import propane.json.Json;
import propane.safetensors.Safetensors;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.NumericException;
import propane.train.Trainer;
import propane.train.option.Option;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Random;

/** Files of weights and checkpoints. */
final class TensorKinds {
    private TensorKinds() {}

    /** Files of other programs: without a checksum, of every element type. */
    record Tensors(Path input) implements Fuzzed {
        private static final String ARRAY =
                "\"%s\":{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[%d,%d]}";

        @Override
        public String kind() {
            return "safetensors";
        }

        @Override
        public void change(Random random) throws IOException {
            var changes = new Changes(random);
            var header = new StringBuilder("{\"__metadata__\":{\"format\":\"pt\"}");
            int at = 0;
            int name = 0;
            for (String type : "F64 F32 F16 BF16 I64 U64 I32 U32 I16 U16 I8 U8 BOOL".split(" ")) {
                int bytes =
                        type.endsWith("64")
                                ? 8
                                : type.endsWith("32")
                                        ? 4
                                        : type.endsWith("8") || type.equals("BOOL") ? 1 : 2;
                header.append(',')
                        .append(ARRAY.formatted("a" + name++, type, "2,3", at, at + 6 * bytes));
                at += 6 * bytes;
            }
            String text = header.append('}').toString();
            if (random.nextInt(3) > 0) {
                text = changes.json(Json.parse(text, "header")).text();
            }
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            var file = ByteBuffer.allocate(8 + utf8.length + at).order(ByteOrder.LITTLE_ENDIAN);
            file.putLong(utf8.length).put(utf8);
            while (file.hasRemaining()) {
                file.put((byte) 0);
            }
            boolean damaged = random.nextInt(3) == 0;
            Files.write(input, damaged ? changes.bytes(file.array()) : file.array());
        }

        @Override
        public void read() {
            Weights.read(input).bytes();
        }
    }

    /** Checkpoints that a trainer loads and goes on from: a failed load changes nothing. */
    static final class Checkpoints implements Fuzzed {
        private final Path input;
        private final Path good;
        private final Trainer trainer = Sample.training().compile(Engine.cpu());
        private final Batch batch = Sample.data(Sample.BATCH).all();
        private final Safetensors whole;
        private final byte[] bytes;

        Checkpoints(Path input) throws IOException {
            this.input = input;
            trainer.fit(Sample.data(40), Option.epochs(2));
            trainer.save(input);
            this.whole = Safetensors.read(input);
            this.bytes = Files.readAllBytes(input);
            this.good = Files.write(input.resolveSibling("good.ckpt"), bytes);
        }

        @Override
        public String kind() {
            return "checkpoint";
        }

        @Override
        public Path input() {
            return input;
        }

        @Override
        public void change(Random random) throws IOException {
            var changes = new Changes(random);
            if (random.nextInt(5) == 0) {
                Files.write(input, changes.bytes(bytes));
                return;
            }
            var metadata = new LinkedHashMap<>(whole.metadata());
            var arrays = new LinkedHashMap<>(whole.arrays());
            if (random.nextInt(4) > 0) {
                String key = changes.oneOf("run", "run", "history", "ports");
                metadata.put(key, changes.json(Json.parse(metadata.get(key), key)).text());
            } else {
                change(changes, arrays);
            }
            Disk.with(RecordedDisk.whole(), () -> new Safetensors(metadata, arrays).write(input));
        }

        private static void change(Changes changes, LinkedHashMap<String, NDArray> arrays) {
            var names = new ArrayList<>(arrays.keySet());
            String name = changes.oneOf(names.toArray(String[]::new));
            NDArray array = arrays.get(name);
            switch (changes.random().nextInt(6)) {
                case 0 -> arrays.remove(name);
                case 1 -> arrays.put(name + "x", arrays.remove(name));
                case 2 -> arrays.put(name, array.reshape(1, array.size()));
                case 3 -> arrays.put(name, array.cast(DType.FLOAT16));
                case 4 -> arrays.put(name, NDArray.full(array.type(), Double.NaN));
                default ->
                        arrays.put(name, arrays.get(changes.oneOf(names.toArray(String[]::new))));
            }
        }

        @Override
        public void read() {
            Checkpoint.read(input);
            Weights.read(input);
            trainer.load(input);
            step();
        }

        /**
         * What was loaded may make a step end in what is no number: then it says that the state is
         * that before, or that it is spoiled. Either way the next input finds a good one.
         */
        private void step() {
            try {
                trainer.step(batch);
            } catch (NumericException e) {
                if (!e.getMessage().contains("are those before this step")
                        && !e.getMessage().contains("the state is spoiled")) {
                    throw new IllegalStateException("what became of the state is not told", e);
                }
                trainer.load(good);
            }
        }

        @Override
        public Object state() {
            Path now = input.resolveSibling("state.ckpt");
            Disk.with(RecordedDisk.whole(), () -> trainer.save(now));
            return Checkpoint.read(now);
        }
    }
}
