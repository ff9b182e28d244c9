package propane.coreml.estimate;

import propane.coreml.report.Range;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/**
 * What is known of devices.
 *
 * @param figures all figures; those that the doctor measured win over the others of their device
 */
public record DeviceTable(List<DeviceFigure> figures) {
    private static final String FILE = "devices.txt";
    private static final int COLUMNS = 6;

    /** A figure that one party found once may be half of it, or half as much again. */
    private static final double DOUBT = 0.5;

    /** Copies the list. */
    public DeviceTable {
        figures = List.copyOf(figures);
    }

    /**
     * Returns what is published, and what the doctor measured here.
     *
     * @throws propane.tensor.FormatException if the doctor's file is broken
     */
    public static DeviceTable here() {
        return published().with(MeasuredFigures.read());
    }

    /** Returns what is published. */
    public static DeviceTable published() {
        try (var in = DeviceTable.class.getResourceAsStream(FILE)) {
            if (in == null) {
                throw new AssertionError("the table " + FILE + " is missing");
            }
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return new DeviceTable(
                    text.lines()
                            .filter(line -> !line.startsWith("#"))
                            .map(DeviceTable::figure)
                            .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static DeviceFigure figure(String line) {
        String[] columns = line.split(" \\| ", COLUMNS);
        Figure figure = Figure.named(columns[1]);
        if (!figure.unit().equals(columns[3])) {
            throw new AssertionError(FILE + ": the unit of " + figure.word() + " in " + line);
        }
        Range value = Range.of(Double.parseDouble(columns[2]));
        return new DeviceFigure(columns[0], figure, value, columns[4], columns[5]);
    }

    /** Returns this table with figures that were measured, which win. */
    DeviceTable with(List<DeviceFigure> measured) {
        var all = new ArrayList<>(figures);
        all.addAll(measured);
        return new DeviceTable(all);
    }

    /** Returns the names of all devices, in the order of the table. */
    public List<String> devices() {
        var names = new LinkedHashSet<String>();
        figures.forEach(figure -> names.add(figure.device()));
        return List.copyOf(names);
    }

    /** Returns who vouches for the figures of a device, a line each. */
    List<String> sources(String device) {
        var lines = new ArrayList<String>();
        for (Figure figure : Figure.values()) {
            of(device, figure).forEach(found -> lines.add(found.text()));
        }
        return lines;
    }

    /** Returns the figures of a device that count, of one kind. */
    List<DeviceFigure> of(String device, Figure figure) {
        var found =
                figures.stream()
                        .filter(each -> each.device().equals(device) && each.figure() == figure)
                        .toList();
        var here = found.stream().filter(each -> each.kind().equals(DeviceFigure.HERE)).toList();
        return here.isEmpty() ? found : here;
    }

    /** Returns what is known of a device in FLOP, bytes and seconds, nothing if nothing is. */
    Optional<Range> range(String device, Figure figure) {
        List<DeviceFigure> found = of(device, figure);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Range all = found.stream().map(DeviceFigure::values).reduce(Range::with).orElseThrow();
        DeviceFigure first = found.getFirst();
        boolean isAlone = found.size() == 1 && !first.kind().equals(DeviceFigure.HERE);
        return Optional.of(
                figure.plain(
                        isAlone && !figure.isExact()
                                ? new Range(all.low() * (1 - DOUBT), all.high() * (1 + DOUBT))
                                : all));
    }

    /** Returns how much is known of which devices. */
    @Override
    public String toString() {
        return figures.size() + " figures of " + devices();
    }
}
