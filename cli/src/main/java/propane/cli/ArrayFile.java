package propane.cli;

import propane.safetensors.Safetensors;
import propane.tensor.NDArray;
import propane.tensor.UnknownNameException;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A file of arrays by name, of a kind that its name says. */
sealed interface ArrayFile permits ArrayFile.Tensors, CsvFile {
    /**
     * Returns the file at a place.
     *
     * @throws UnknownNameException if its name is of no kind that is known
     */
    static ArrayFile of(Path file) {
        String name = String.valueOf(file.getFileName());
        if (name.endsWith(".safetensors")) {
            return new Tensors(file);
        }
        if (name.endsWith(".csv")) {
            return new CsvFile(file);
        }
        throw new UnknownNameException(
                file + ": arrays are read and written as .safetensors or .csv");
    }

    /** Returns the arrays. */
    Map<String, NDArray> read();

    /** Writes arrays, and texts by name, one for each row. */
    void write(Map<String, NDArray> arrays, Map<String, List<String>> texts);

    /** A safetensors file: texts stand in its metadata, each on a line. */
    record Tensors(Path file) implements ArrayFile {
        @Override
        public Map<String, NDArray> read() {
            return Safetensors.read(file).arrays();
        }

        @Override
        public void write(Map<String, NDArray> arrays, Map<String, List<String>> texts) {
            var metadata = new LinkedHashMap<String, String>();
            texts.forEach((name, each) -> metadata.put(name, String.join("\n", each)));
            new Safetensors(metadata, arrays).write(file);
        }
    }
}
