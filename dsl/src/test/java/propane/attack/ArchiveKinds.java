package propane.attack;

import propane.checkpoint.Weights;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Archives of weights, PyTorch's and NumPy's: one of their parts is changed, under a checksum that
 * is right, or the whole.
 *
 * @param input the file
 * @param sample the archive that is changed, a resource of the tests
 * @param part how the name of the part that is changed ends
 */
record ArchiveKinds(Path input, String sample, String part) implements Fuzzed {
    @Override
    public String kind() {
        return sample.substring(sample.lastIndexOf('.') + 1);
    }

    @Override
    public void change(Random random) throws IOException {
        var changes = new Changes(random);
        byte[] whole = bytes();
        if (random.nextInt(4) == 0) {
            Files.write(input, changes.bytes(whole));
            return;
        }
        Files.write(input, whole);
        Map<String, byte[]> parts = parts();
        var matching = parts.keySet().stream().filter(name -> name.endsWith(part)).toList();
        String changed = matching.get(random.nextInt(matching.size()));
        parts.put(changed, changes.bytes(parts.get(changed)));
        try (var zip = new ZipOutputStream(Files.newOutputStream(input))) {
            for (Map.Entry<String, byte[]> each : parts.entrySet()) {
                zip.putNextEntry(new ZipEntry(each.getKey()));
                zip.write(each.getValue());
                zip.closeEntry();
            }
        }
    }

    private byte[] bytes() throws IOException {
        try (InputStream in = ArchiveKinds.class.getResourceAsStream("/weights/" + sample)) {
            return in.readAllBytes();
        }
    }

    /** Returns the parts of the file, which holds the archive as it was. */
    private Map<String, byte[]> parts() throws IOException {
        var parts = new LinkedHashMap<String, byte[]>();
        try (var zip = new ZipFile(input.toFile())) {
            for (ZipEntry entry : Collections.list(zip.entries())) {
                try (InputStream in = zip.getInputStream(entry)) {
                    parts.put(entry.getName(), in.readAllBytes());
                }
            }
        }
        return parts;
    }

    @Override
    public void read() {
        Weights.read(input).bytes();
    }
}
