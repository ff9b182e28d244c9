package propane.coreml.show;

import propane.coreml.format.FunctionPorts;
import propane.coreml.format.MilTypes;
import propane.coreml.format.MlPackage;
import propane.coreml.format.ModelKind;
import propane.coreml.format.Opset;
import propane.coreml.format.PackagePort;
import propane.coreml.format.PackagePorts;
import propane.coreml.format.StoredWeight;
import propane.coreml.format.WeightFile;
import propane.coreml.proto.FeatureDescription;
import propane.coreml.proto.Metadata;
import propane.coreml.proto.Mil;
import propane.coreml.proto.Model;
import propane.coreml.read.ModelReader;
import propane.reading.Bounds;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Tells people what is in a package: its functions, what they take and give, and their ops. */
public final class PackageText {
    private static final int LONGEST_ENTRY = 200;

    private final MlPackage origin;
    private final Model model;
    private final ModelReader reader;
    private final StringBuilder text = new StringBuilder();

    private PackageText(MlPackage origin, Model model) {
        this.origin = origin;
        this.model = model;
        this.reader = new ModelReader(origin, model);
    }

    /** Returns the text of a package. */
    public static String of(MlPackage origin) {
        return new PackageText(origin, origin.read()).text();
    }

    private String text() {
        int version = model.getSpecificationVersion();
        line(
                "%s: %s, specification %d (%s)%s",
                origin.path().getFileName(),
                ModelKind.of(model),
                version,
                Opset.systems(version),
                weights());
        card(model.getDescription().getMetadata());
        if (model.hasMlProgram()) {
            reader.names().forEach(this::function);
        }
        return text.toString();
    }

    private void card(Metadata metadata) {
        entry("description", metadata.getShortDescription());
        entry("author", metadata.getAuthor());
        entry("license", metadata.getLicense());
        entry("version", metadata.getVersionString());
        var others = new TreeMap<>(metadata.getUserDefinedMap());
        others.remove(PackagePorts.KEY);
        others.remove(StoredWeight.KEY);
        others.forEach(this::entry);
    }

    private void entry(String key, String value) {
        if (!value.isEmpty()) {
            boolean isLong = value.length() > LONGEST_ENTRY;
            line("  %s: %s", key, isLong ? value.substring(0, LONGEST_ENTRY) + "…" : value);
        }
    }

    /** Adds where values stand: of constants, and the parts of compressed ones. */
    private static void places(Mil.Block block, Set<Mil.Value.BlobFileValue> places) {
        for (Mil.Operation operation : block.getOperationsList()) {
            operation.getAttributesMap().values().forEach(value -> place(value, places));
            operation.getInputsMap().values().stream()
                    .flatMap(argument -> argument.getArgumentsList().stream())
                    .forEach(binding -> place(binding.getValue(), places));
            operation.getBlocksList().forEach(inner -> places(inner, places));
        }
    }

    private static void place(Mil.Value value, Set<Mil.Value.BlobFileValue> places) {
        if (value.hasBlobFileValue()) {
            places.add(value.getBlobFileValue());
        }
    }

    /** Returns how much lies in weight files; what several constants share counts once. */
    private String weights() {
        Set<Mil.Value.BlobFileValue> places = new HashSet<>();
        for (Mil.Function function : model.getMlProgram().getFunctionsMap().values()) {
            places(block(function), places);
        }
        if (places.isEmpty()) {
            return "";
        }
        long bytes = 0;
        Map<String, WeightFile> files = new HashMap<>();
        try {
            for (Mil.Value.BlobFileValue place : places) {
                var file = files.computeIfAbsent(place.getFileName(), origin::weights);
                bytes += file.blob(place.getOffset()).bytes();
            }
        } finally {
            files.values().forEach(WeightFile::close);
        }
        return String.format(
                Locale.ROOT, ", %,d bytes of weights in %d blobs", bytes, places.size());
    }

    private void function(String name) {
        Mil.Function function =
                model.getMlProgram().getFunctionsOrDefault(name, Mil.Function.getDefaultInstance());
        Mil.Block block = block(function);
        Map<String, Integer> counts = new TreeMap<>();
        count(block, counts);
        int operations = counts.values().stream().mapToInt(Integer::intValue).sum();
        String called = reader.told().called(name);
        boolean isDefault = model.getDescription().getDefaultFunctionName().equals(name);
        line("");
        line(
                "%s%s%s: %d operations, opset %s",
                called,
                called.equals(name) ? "" : " (" + name + " in Core ML)",
                isDefault ? " (default)" : "",
                operations,
                function.getOpset());
        var described = described(name);
        List<FeatureDescription> features = FeatureText.features(model.getDescription(), name);
        ports("takes", function.getInputsList(), described, features);
        ports("gives", ModelReader.outputs(function), described, features);
        String classes = FeatureText.classes(block);
        if (!classes.isEmpty()) {
            line("  %s", classes);
        }
        line(
                "  operations: %s",
                counts.entrySet().stream()
                        .sorted(
                                Map.Entry.<String, Integer>comparingByValue()
                                        .reversed()
                                        .thenComparing(Map.Entry.comparingByKey()))
                        .map(entry -> entry.getValue() + " " + entry.getKey())
                        .collect(Collectors.joining(", ")));
    }

    /** Counts operations but constants, those in nested blocks too. */
    private static void count(Mil.Block block, Map<String, Integer> counts) {
        for (Mil.Operation operation : block.getOperationsList()) {
            if (!operation.getType().equals("const")) {
                counts.merge(operation.getType(), 1, Integer::sum);
            }
            operation.getBlocksList().forEach(inner -> count(inner, counts));
        }
    }

    private Map<String, PackagePort> described(String name) {
        Map<String, PackagePort> found = new HashMap<>();
        for (FunctionPorts function : reader.told().functions()) {
            if (function.name().equals(name)) {
                function.inputs().forEach(port -> found.put(port.name(), port));
                function.outputs().forEach(port -> found.put(port.name(), port));
            }
        }
        return found;
    }

    private void ports(
            String title,
            List<Mil.NamedValueType> values,
            Map<String, PackagePort> described,
            List<FeatureDescription> features) {
        List<String[]> rows = new ArrayList<>();
        for (Mil.NamedValueType value : values) {
            PackagePort port = described.get(value.getName());
            // One long name would widen every row of the table.
            rows.add(
                    new String[] {
                        Bounds.shown(value.getName()),
                        Bounds.shown(MilTypes.text(value.getType())),
                        Stream.of(
                                        port == null ? "" : Bounds.shown(port.purpose()),
                                        Bounds.shown(FeatureText.of(features, value.getName())))
                                .filter(each -> !each.isEmpty())
                                .collect(Collectors.joining(", "))
                    });
        }
        int names = width(rows, 0);
        int types = width(rows, 1);
        line("  %s", title);
        for (String[] row : rows) {
            String format = "    %-" + names + "s  %-" + types + "s  %s";
            text.append(String.format(Locale.ROOT, format, (Object[]) row).stripTrailing())
                    .append('\n');
        }
    }

    private static int width(List<String[]> rows, int column) {
        return rows.stream().mapToInt(row -> row[column].length()).reduce(1, Math::max);
    }

    private static Mil.Block block(Mil.Function function) {
        return function.getBlockSpecializationsOrDefault(
                function.getOpset(), Mil.Block.getDefaultInstance());
    }

    private void line(String format, Object... parts) {
        text.append(String.format(Locale.ROOT, format, parts)).append('\n');
    }
}
