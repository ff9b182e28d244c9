package propane.safetensors;

import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.PropaneException;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The contents of a safetensors file: named arrays, and texts about them.
 *
 * <p>The format (Hugging Face): the length of the header as 64 bits, the header in JSON, then the
 * elements of all arrays, little-endian, without holes. {@link #read} also takes element types that
 * arrays here do not have and converts them: BF16 and F64 to float32, integers of other widths to
 * int32; what those cannot hold is an error.
 *
 * @param metadata the texts of the header's {@code __metadata__}, in the order of the file
 * @param arrays the arrays, in the order of the header
 */
public record Safetensors(Map<String, String> metadata, Map<String, NDArray> arrays) {

    /**
     * Copies both maps; their order stays.
     *
     * @throws FormatException if an array bears the name that the header keeps for its texts
     */
    public Safetensors {
        if (arrays.containsKey(SafetensorsHeader.METADATA)) {
            throw new FormatException(
                    "safetensors: no array may be named " + SafetensorsHeader.METADATA);
        }
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
        arrays = Collections.unmodifiableMap(new LinkedHashMap<>(arrays));
    }

    /**
     * Reads a file. Every field is checked before memory is taken for what it describes, so that
     * time and memory stay within a small multiple of the file's own size.
     *
     * @param file where to read
     * @throws FormatException if the file cannot be read or is not such a file; names the file and
     *     the field
     */
    public static Safetensors read(Path file) {
        return SafetensorsReader.read(file);
    }

    /**
     * Reads the bytes of a file.
     *
     * @param where what they are called in errors
     * @throws FormatException if they are not those of such a file; names the field
     */
    public static Safetensors read(byte[] bytes, String where) {
        return SafetensorsReader.read(bytes, where);
    }

    /**
     * Returns the bytes of the file that {@link #write} would make.
     *
     * @throws FormatException if they are more than 2^31
     */
    public byte[] toBytes() {
        return new SafetensorsWriter(this).inMemory();
    }

    /**
     * Writes a file whole or not at all. The header gets a checksum of everything as one more text,
     * {@code crc32c}, which {@link #read} compares and leaves out.
     *
     * @param file where to write; its folder must exist
     * @throws PropaneException if the file could not be written; what stood there is untouched then
     */
    public void write(Path file) {
        new SafetensorsWriter(this).write(file);
    }

    /** Returns how much it holds. */
    @Override
    public String toString() {
        return arrays.size() + " arrays, metadata " + metadata.keySet();
    }
}
