package propane.coreml.estimate;

import propane.coreml.report.Range;
import propane.ffm.Platform;
import propane.json.Json;
import propane.json.JsonField;
import propane.tensor.FormatException;
import propane.tensor.PropaneException;
import propane.tensor.UnknownNameException;
import propane.writing.AtomicFile;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The file of what the doctor measured of devices, in the user's cache. Its figures win over the
 * published ones; it can be carried to another machine.
 */
public final class MeasuredFigures {
    /** The system property that names another file than that in the cache. */
    public static final String PLACE = "propane.devices";

    private static final int FORMAT = 1;
    private static final long MOST_BYTES = 1 << 20;

    /** Beyond these, in any unit, no device is. */
    private static final double LEAST = 1e-6;

    private static final double MOST = 1e9;

    private MeasuredFigures() {}

    /** Returns the file. */
    public static Path place() {
        String given = System.getProperty(PLACE, "");
        return given.isEmpty()
                ? Platform.current().cache().resolve("propane").resolve("devices.json")
                : Path.of(given);
    }

    /**
     * Returns what stands in the file, nothing if there is none.
     *
     * @throws FormatException if it is broken
     */
    static List<DeviceFigure> read() {
        Path file = place();
        if (!Files.isRegularFile(file)) {
            return List.of();
        }
        JsonField json = JsonField.read(file, MOST_BYTES);
        if (json.at("format").whole() != FORMAT) {
            throw json.at("format").error("is another than " + FORMAT);
        }
        var figures = new ArrayList<DeviceFigure>();
        for (JsonField item : json.at("figures").items()) {
            double low = item.at("low").number();
            double high = item.at("high").number();
            if (!(low >= LEAST && low <= high && high <= MOST)) {
                throw item.at("low")
                        .error(
                                "and high must be from "
                                        + LEAST
                                        + " to "
                                        + MOST
                                        + ", the one not above the other, are "
                                        + low
                                        + " and "
                                        + high);
            }
            figures.add(
                    new DeviceFigure(
                            item.at("device").string().toLowerCase(Locale.ROOT),
                            figure(item.at("figure")),
                            new Range(low, high),
                            DeviceFigure.HERE,
                            item.at("source").string()));
        }
        return figures;
    }

    private static Figure figure(JsonField word) {
        try {
            return Figure.named(word.string());
        } catch (UnknownNameException e) {
            throw word.error("is no figure of devices: " + e.rule());
        }
    }

    /**
     * Keeps what was measured of one device, in place of what stood there of it; what stands there
     * of others stays.
     *
     * @param device the device, in capitals or not
     * @param measured from where to where each figure was seen, in the figure's unit
     * @param source who measured it where
     * @throws PropaneException if the file cannot be written
     */
    public static void keep(String device, Map<Figure, Range> measured, String source) {
        String name = device.toLowerCase(Locale.ROOT);
        var kept = new ArrayList<DeviceFigure>();
        try {
            read().stream().filter(each -> !each.device().equals(name)).forEach(kept::add);
        } catch (FormatException e) {
            // What cannot be read helps nobody.
            kept.clear();
        }
        measured.forEach((figure, values) ->
                kept.add(new DeviceFigure(name, figure, values, DeviceFigure.HERE, source)));
        AtomicFile.writeWithFolder(place(), json(kept));
    }

    private static String json(List<DeviceFigure> figures) {
        return Json.object()
                .with("format", FORMAT)
                .with(
                        "figures",
                        Json.array(
                                figures.stream()
                                        .map(each ->
                                                Json.object()
                                                        .with("device", each.device())
                                                        .with("figure", each.figure().word())
                                                        .with("low", each.values().low())
                                                        .with("high", each.values().high())
                                                        .with("source", each.source()))
                                        .toArray(Json[]::new)))
                .text();
    }
}
