package propane.attack;

import propane.data.Batch;
import propane.data.Dataset;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

/** Tables and images. */
final class DataKinds {
    private DataKinds() {}

    /** Tables with labels, quotes and other alphabets. */
    static final class Table implements Fuzzed {
        private final Path input;
        private boolean severalTargets;

        Table(Path input) {
            this.input = input;
        }

        private static final List<String> HOSTILE =
                List.of(
                        "\"",
                        "\"\"",
                        ",",
                        ",,,,",
                        ";",
                        "\t",
                        "\r",
                        "\r\n",
                        "\n\n",
                        "\0",
                        "\uFEFF",
                        "NaN",
                        "-Infinity",
                        "1e999",
                        "1e-999",
                        "0x1p3",
                        "1_000",
                        "1,5",
                        "٣",
                        "ﾊ",
                        "-0",
                        "--1",
                        "2147483648",
                        "9".repeat(400),
                        "x".repeat(20_000),
                        "label",
                        "");

        @Override
        public String kind() {
            return "csv";
        }

        @Override
        public Path input() {
            return input;
        }

        @Override
        public void change(Random random) throws IOException {
            var changes = new Changes(random);
            severalTargets = random.nextBoolean();
            var text = new StringBuilder("a,\"b \"\"c\"\"\",d,label\n");
            for (int row = 0; row < 20; row++) {
                text.append(row).append(',').append(row * 0.25).append(",-1e-3,");
                text.append(row % 2 == 0 ? "1" : "\"2\"").append('\n');
            }
            Files.write(input, changes.encoded(changes.text(text.toString(), HOSTILE)));
        }

        @Override
        public void read() {
            if (severalTargets) {
                use(Dataset.csv(input, List.of("a", "label")));
            } else {
                Dataset data = Dataset.csv(input, "label");
                data.classes();
                use(data);
            }
        }
    }

    /** Images and labels of MNIST's format, packed or not. */
    record Images(Path input, boolean packed) implements Fuzzed {
        @Override
        public String kind() {
            return packed ? "idx.gz" : "idx";
        }

        @Override
        public void change(Random random) throws IOException {
            var changes = new Changes(random);
            Files.createDirectories(input);
            write(images(), input.resolve("images"), changes);
            write(labels(), input.resolve("labels"), changes);
        }

        private static ByteBuffer images() {
            var bytes = ByteBuffer.allocate(16 + 20 * 4 * 4);
            bytes.putInt(0x803).putInt(20).putInt(4).putInt(4);
            return bytes;
        }

        private static ByteBuffer labels() {
            return ByteBuffer.allocate(8 + 20).putInt(0x801).putInt(20);
        }

        private void write(ByteBuffer whole, Path file, Changes changes) throws IOException {
            Random random = changes.random();
            if (random.nextInt(3) == 0) {
                int place = 4 * random.nextInt(whole.position() / 4);
                whole.putInt(
                        place,
                        changes.oneOf(
                                0,
                                1,
                                -1,
                                2,
                                21,
                                0x803,
                                0x8ff,
                                0xd03,
                                Integer.MAX_VALUE,
                                Integer.MIN_VALUE,
                                1 << 16,
                                1 << 24));
            }
            byte[] plain = whole.array();
            if (random.nextInt(3) == 0) {
                plain = changes.bytes(plain);
            }
            byte[] all = packed ? packed(plain, random) : plain;
            Files.write(file, packed && random.nextInt(3) == 0 ? changes.bytes(all) : all);
        }

        /** At times with megabytes of trailing zeros, which packed are nothing. */
        private static byte[] packed(byte[] plain, Random random) throws IOException {
            var out = new ByteArrayOutputStream();
            try (var gzip = new GZIPOutputStream(out)) {
                gzip.write(plain);
                if (random.nextInt(20) == 0) {
                    byte[] zeros = new byte[1 << 20];
                    for (int i = 0; i < 40; i++) {
                        gzip.write(zeros);
                    }
                }
            }
            return out.toByteArray();
        }

        @Override
        public void read() {
            use(Dataset.idx(input.resolve("images"), input.resolve("labels")));
        }
    }

    private static void use(Dataset data) {
        for (Batch batch : data.scale(0.5).shuffle(1).batches(7)) {
            batch.size();
        }
    }
}
