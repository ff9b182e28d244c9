package propane.data;

import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.CsvRecordHandler;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;

import propane.reading.Border;
import propane.reading.Bounds;
import propane.tensor.DataException;
import propane.tensor.FormatException;
import propane.tensor.PropaneException;
import propane.tensor.Shape;
import propane.tensor.UnknownNameException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;

/** Reads a table of numbers: the first row names the columns, every other one is an example. */
final class CsvTable {
    /** Enough for an image of 512 × 512 in three colours on one line. */
    private static final int MAX_COLUMNS = 1 << 20;

    private final Path file;
    private final List<String> targetNames;
    private final boolean labels;

    private List<String> header = List.of();
    private int[] targetOf = {};
    private float[] features = {};
    private float[] targets = {};
    private int[] classes = {};
    private int[] lines = {};
    private int size;

    private CsvTable(Path file, List<String> targetNames, boolean labels) {
        this.file = file;
        this.targetNames = targetNames;
        this.labels = labels;
    }

    /**
     * Reads a file.
     *
     * @param file where to read
     * @param targetNames the columns that are targets, in their order; one if they are labels
     * @param labels whether the target is a class number
     */
    static CsvTable read(Path file, List<String> targetNames, boolean labels) {
        var table = new CsvTable(file, targetNames, labels);
        var handler = CsvRecordHandler.of(it -> it.maxFields(MAX_COLUMNS));
        // Rows of another length are ours to report, with what was expected.
        var builder =
                CsvReader.builder()
                        .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                        .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                        .allowUnclosedQuote(false)
                        .detectBomHeader(true);
        try (CsvReader<CsvRecord> reader = builder.build(handler, file);
                CloseableIterator<CsvRecord> records = reader.iterator()) {
            table.readAll(records);
        } catch (CsvParseException e) {
            throw new FormatException(file, "is no CSV: " + cause(e), e);
        } catch (UncheckedIOException e) {
            throw new FormatException(file, "cannot be read: " + e.getCause().getMessage(), e);
        } catch (IOException e) {
            throw new FormatException(file, "cannot be read: " + e.getMessage(), e);
        } catch (PropaneException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            throw Border.error(file.toString(), e);
        }
        return table;
    }

    private static String cause(CsvParseException e) {
        return e.getCause() == null
                ? e.getMessage()
                : e.getMessage() + ": " + e.getCause().getMessage();
    }

    private void readAll(CloseableIterator<CsvRecord> records) {
        if (!records.hasNext()) {
            throw new FormatException(
                    file, "is empty; its first row must name the columns, for example label,x,y");
        }
        readHeader(records.next());
        while (records.hasNext()) {
            readRow(records.next());
        }
        if (size == 0) {
            throw new FormatException(file, "has a header but no row of data");
        }
        features = Arrays.copyOf(features, size * featureCount());
        targets = Arrays.copyOf(targets, labels ? 0 : size * targetNames.size());
        classes = Arrays.copyOf(classes, labels ? size : 0);
        lines = Arrays.copyOf(lines, size);
    }

    private void readHeader(CsvRecord first) {
        var names = new ArrayList<String>();
        // Files put together keep the marks that they began with.
        first.getFields().forEach(name -> names.add(name.replace("\uFEFF", "").strip()));
        CsvHeader.requireText(names, file);
        var seen = new HashSet<String>();
        for (String name : names) {
            if (!seen.add(name)) {
                throw new FormatException(
                        file, "the header names the column \"" + Bounds.shown(name) + "\" twice");
            }
        }
        // For each column which target it is, or −1 for a feature.
        targetOf = new int[names.size()];
        Arrays.fill(targetOf, -1);
        for (int i = 0; i < targetNames.size(); i++) {
            String name = targetNames.get(i);
            int column = names.indexOf(name);
            if (column < 0) {
                CsvHeader.requireCommas(names, file);
                throw UnknownNameException.among(file + ": there is no column", name, names);
            }
            if (targetNames.indexOf(name) != i) {
                throw new UnknownNameException(
                        file + ": the target column \"" + name + "\" is asked for twice");
            }
            targetOf[column] = i;
        }
        header = List.copyOf(names);
        if (featureCount() == 0) {
            throw new FormatException(file, "has no column besides the target " + targetNames);
        }
    }

    private void readRow(CsvRecord row) {
        long line = row.getStartingLineNumber();
        if (row.getFieldCount() != header.size()) {
            throw new FormatException(
                    file + ":" + line,
                    "has "
                            + row.getFieldCount()
                            + " values, the header names "
                            + header.size()
                            + " columns");
        }
        reserve();
        int feature = size * featureCount();
        for (int column = 0; column < header.size(); column++) {
            String text = row.getField(column);
            int target = targetOf[column];
            if (target < 0) {
                features[feature++] = CsvNumbers.real(text, file, line, header.get(column));
            } else if (labels) {
                classes[size] = CsvNumbers.label(text, file, line, header.get(column));
            } else {
                targets[size * targetNames.size() + target] =
                        CsvNumbers.target(text, file, line, header.get(column));
            }
        }
        lines[size++] = (int) line;
    }

    private void reserve() {
        long most = (long) (size + 1) * header.size();
        if (most > Integer.MAX_VALUE - 8) {
            throw new DataException(file + ": holds more than 2^31 numbers; split the file");
        }
        if (size == lines.length) {
            // Half as much again, as far as an array can be that long.
            long rows =
                    Math.min(
                            Math.max(16, size + size / 2L),
                            (Integer.MAX_VALUE - 8) / header.size());
            features = Arrays.copyOf(features, (int) rows * featureCount());
            targets = Arrays.copyOf(targets, labels ? 0 : (int) rows * targetNames.size());
            classes = Arrays.copyOf(classes, labels ? (int) rows : 0);
            lines = Arrays.copyOf(lines, (int) rows);
        }
    }

    private int featureCount() {
        return header.size() - targetNames.size();
    }

    /** Returns the examples, their places files and lines. */
    ArraySource source() {
        var input = new Stored.Floats(features, Shape.shape(featureCount()));
        Stored target =
                labels
                        ? new Stored.Ints(classes, Shape.shape())
                        : new Stored.Floats(targets, Shape.shape(targetNames.size()));
        return ArraySource.of(input, target, size, row -> file + ":" + lines[(int) row]);
    }
}
