package propane.cli;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.writer.CsvWriter;

import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.Problem;
import propane.tensor.PropaneException;
import propane.tensor.Shape;
import propane.tensor.ShapeException;
import propane.tensor.TensorType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A table whose first row names the columns: {@code x} alone, or {@code x[0]}, {@code x[1]} and on
 * for the elements of a row of x.
 */
record CsvFile(Path file) implements ArrayFile {
    @Override
    public Map<String, NDArray> read() {
        var lines = new ArrayList<CsvRecord>();
        try (var reader = CsvReader.builder().ofCsvRecord(file)) {
            reader.forEach(lines::add);
        } catch (IOException | UncheckedIOException | CsvParseException e) {
            throw new FormatException(file + ": cannot be read: " + e, e);
        }
        if (lines.size() < 2) {
            throw new FormatException(file + ": a row of names and rows of numbers are needed");
        }
        Map<String, List<Integer>> columns = columns(lines.getFirst().getFields());
        List<CsvRecord> rows = lines.subList(1, lines.size());
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        columns.forEach((name, of) -> {
            double[] elements = new double[Math.multiplyExact(rows.size(), of.size())];
            int next = 0;
            for (CsvRecord row : rows) {
                for (int column : of) {
                    elements[next++] = number(row, column);
                }
            }
            Shape shape = Shape.shape(rows.size(), of.size());
            arrays.put(name, NDArray.of(elements, TensorType.float32(shape)));
        });
        return arrays;
    }

    private Map<String, List<Integer>> columns(List<String> header) {
        Map<String, List<Integer>> columns = new LinkedHashMap<>();
        for (int i = 0; i < header.size(); i++) {
            String column = header.get(i).strip();
            int bracket = column.endsWith("]") ? column.lastIndexOf('[') : -1;
            String name = bracket < 0 ? column : column.substring(0, bracket);
            List<Integer> same = columns.computeIfAbsent(name, _ -> new ArrayList<>());
            if (!column.equals(name(name, same.size(), bracket >= 0))) {
                throw new FormatException(
                        file
                                + ": column "
                                + column
                                + ": must be "
                                + name(name, same.size(), true)
                                + ": elements stand in their order");
            }
            same.add(i);
        }
        return columns;
    }

    private static String name(String name, int element, boolean isOneOfSeveral) {
        return isOneOfSeveral || element > 0 ? name + "[" + element + "]" : name;
    }

    private double number(CsvRecord row, int column) {
        String where = file + ", line " + row.getStartingLineNumber();
        if (column >= row.getFieldCount()) {
            throw new FormatException(where + ": has only " + row.getFieldCount() + " fields");
        }
        try {
            return Double.parseDouble(row.getField(column));
        } catch (NumberFormatException e) {
            throw new FormatException(
                    where + ", field " + (column + 1) + ": is no number: " + row.getField(column),
                    e);
        }
    }

    @Override
    public void write(Map<String, NDArray> arrays, Map<String, List<String>> texts) {
        int rows = arrays.values().stream().mapToInt(CsvFile::rows).max().orElse(0);
        var header = new ArrayList<>(texts.keySet());
        arrays.forEach((name, array) -> {
            if (rows(array) != rows) {
                throw new ShapeException(
                        Problem.ofFile(
                                        file,
                                        "output "
                                                + name
                                                + " is "
                                                + array.type()
                                                + ", others have "
                                                + rows
                                                + " rows; write .safetensors")
                                .operand(name, array));
            }
            int width = array.size() / rows;
            for (int i = 0; i < width; i++) {
                header.add(name(name, i, width > 1));
            }
        });
        try (var csv = CsvWriter.builder().build(file)) {
            csv.writeRecord(header);
            for (int row = 0; row < rows; row++) {
                var fields = new ArrayList<String>();
                for (List<String> each : texts.values()) {
                    fields.add(each.get(row));
                }
                for (NDArray array : arrays.values()) {
                    int width = array.size() / rows;
                    for (int i = 0; i < width; i++) {
                        fields.add(number(array, row * width + i));
                    }
                }
                csv.writeRecord(fields);
            }
        } catch (IOException | UncheckedIOException e) {
            throw new PropaneException(file + ": cannot be written: " + e, e);
        }
    }

    private static int rows(NDArray array) {
        return array.shape().rank() == 0 ? 1 : Math.max(1, array.shape().dim(0));
    }

    private static String number(NDArray array, int index) {
        return array.dtype().isFloat()
                ? Float.toString((float) array.at(index))
                : Integer.toString((int) array.at(index));
    }
}
