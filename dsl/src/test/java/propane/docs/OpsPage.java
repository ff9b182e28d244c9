package propane.docs;

import propane.samples.DifferentiatedOperands;
import propane.samples.OpSample;
import propane.samples.OpSamples;
import propane.spi.op.DecomposedForMil;
import propane.spi.op.MilEnum;
import propane.spi.op.Op;
import propane.spi.op.OpSchema;
import propane.spi.op.Operation;
import propane.spi.op.RandomNumbers;
import propane.tensor.Tensor;

import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The page of all ops: from the records, their comments, and what their vjp does with samples. */
final class OpsPage {
    private static final Pattern RECORD =
            Pattern.compile("/\\*\\*((?:(?!\\*/).)*)\\*/\\s*record (\\w+)\\(", Pattern.DOTALL);
    private static final Pattern FAMILY =
            Pattern.compile(
                    "/\\*\\*((?:(?!\\*/).)*)\\*/\\s*public sealed interface (\\w+)",
                    Pattern.DOTALL);

    /** A public method of {@code Tensor}: static or not, its name, and its body. */
    private static final Pattern METHOD =
            Pattern.compile(
                    "\\n    public (static )?[\\w<>]+ (\\w+)\\([^)]*\\) \\{(.*?)\\n    }\\n",
                    Pattern.DOTALL);

    private static final Pattern MADE = Pattern.compile("(?:new |\\b)\\w+\\.(\\w+)(?:\\(|::new)");

    private final Map<String, Set<String>> calls = new HashMap<>();
    private final Map<String, String> ofOps = new HashMap<>();
    private final Map<String, String> ofFamilies = new HashMap<>();
    private final Map<Class<?>, Set<String>> gradients = new LinkedHashMap<>();

    /** Reads comments from a folder of sources. */
    OpsPage(Path sources) throws IOException {
        try (var files = Files.list(sources)) {
            for (Path file : files.sorted().toList()) {
                String text = Files.readString(file);
                read(RECORD, text, ofOps);
                read(FAMILY, text, ofFamilies);
            }
        }
        Path tensors = sources.resolve("../../tensor");
        readCalls(Files.readString(tensors.resolve("Tensor.java")));
        readCalls(Files.readString(tensors.resolve("ElementwiseTensor.java")));
        // As many as show every operand that some setting gives no gradient.
        OpSamples.made(12).forEach(this::differentiate);
    }

    /** Notes which methods of a tensor make which ops. */
    private void readCalls(String tensor) {
        Matcher method = METHOD.matcher(tensor);
        while (method.find()) {
            String call = (method.group(1) == null ? "x." : "Tensor.") + method.group(2) + "(…)";
            Matcher made = MADE.matcher(method.group(3));
            while (made.find()) {
                calls.computeIfAbsent(made.group(1), _ -> new LinkedHashSet<>()).add(call);
            }
        }
    }

    /** Returns how a program calls an op: by a method of a tensor, or by its record. */
    private String inJava(Class<? extends Op> kind) {
        var byMethods = calls.get(kind.getSimpleName());
        if (byMethods == null) {
            return "`new "
                    + kind.getEnclosingClass().getSimpleName()
                    + "."
                    + kind.getSimpleName()
                    + "(…)`";
        }
        return byMethods.stream().map(call -> "`" + call + "`").collect(Collectors.joining(", "));
    }

    private static void read(Pattern pattern, String text, Map<String, String> sentences) {
        Matcher found = pattern.matcher(text);
        while (found.find()) {
            sentences.put(found.group(2), sentence(found.group(1)));
        }
    }

    /** Returns the page. */
    String text() throws IOException {
        var page = new StringBuilder();
        page.append("# Ops\n\n");
        page.append("Written from the records in `propane.spi.op`; do not edit. **Bold** operands");
        page.append(" are tensors, all others are\nconstants. Names are MIL's (opset CoreML8);");
        page.append(" an op marked * is in no package: an engine takes it whole, or it is\n");
        page.append("decomposed into ops that MIL has. Where no method of `Tensor` makes an op,\n");
        page.append("`Tensor.of(new …)` does. Gradients flow to the operands in the fourth");
        page.append(
                " column.\n"
                    + "An op of one's own is a `CustomOp`, as [Extending](extending.md) shows.\n");
        for (Class<?> family : OpSamples.families()) {
            page.append("\n## ").append(family.getSimpleName()).append("\n\n");
            page.append(ofFamilies.get(family.getSimpleName())).append("\n\n");
            page.append("| op | in Java | operands | gradients | |\n|---|---|---|---|---|\n");
            OpSamples.kinds().stream()
                    .filter(family::isAssignableFrom)
                    .sorted(Comparator.comparing(kind -> OpSchema.of(kind).name()))
                    .forEach(kind -> page.append(row(kind)));
        }
        page.append("\n## Not there\n\nWhat of MIL no record stands for:\n\n");
        try (var table = Op.class.getResourceAsStream("/propane/coreml/ops/mil-ops-left-out.txt")) {
            new String(table.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split(": ", 2))
                    .forEach(line ->
                            page.append("- `")
                                    .append(line[0].replace(" ", "`, `"))
                                    .append("`: ")
                                    .append(line[1])
                                    .append(".\n"));
        }
        return page.toString();
    }

    private String row(Class<? extends Op> kind) {
        var schema = OpSchema.of(kind);
        String name = "`" + schema.name() + "`" + (isExpanded(kind) ? "*" : "");
        String operands =
                schema.parts().stream().map(OpsPage::operand).collect(Collectors.joining(", "));
        String by = String.join(", ", gradients.getOrDefault(kind, Set.of()));
        return "| "
                + name
                + " | "
                + inJava(kind)
                + " | "
                + operands
                + " | "
                + by
                + " | "
                + ofOps.get(kind.getSimpleName()).replace("|", "\\|")
                + " |\n";
    }

    private static boolean isExpanded(Class<?> kind) {
        return DecomposedForMil.class.isAssignableFrom(kind)
                || RandomNumbers.class.isAssignableFrom(kind);
    }

    private static String operand(OpSchema.Operand part) {
        Class<?> type = part.javaType();
        if (type == Tensor.class) {
            return "**" + part.name() + "**";
        }
        if (type == List.class
                && part.genericType() instanceof ParameterizedType list
                && list.getActualTypeArguments()[0] instanceof Class<?> element) {
            return element == Tensor.class
                    ? "**" + part.name() + "**…"
                    : part.name() + " " + kind(element) + "[]";
        }
        return part.name() + " " + kind(type);
    }

    private static String kind(Class<?> type) {
        if (MilEnum.class.isAssignableFrom(type)) {
            return List.of(type.getEnumConstants()).stream()
                    .map(each -> ((MilEnum) each).mil())
                    .collect(Collectors.joining(" \\| "));
        }
        return switch (type.getSimpleName()) {
            case "Integer", "int" -> "int";
            case "Boolean", "boolean" -> "bool";
            case "NDArray" -> "value";
            case "String" -> "string";
            default -> type.getSimpleName().toLowerCase(Locale.ROOT);
        };
    }

    /** Notes to which operands an op's vjp gives a gradient. */
    private void differentiate(OpSample.Made made) {
        Operation operation = made.operation();
        if (made.results().stream().noneMatch(result -> result.dtype().isFloat())) {
            return;
        }
        var found =
                gradients.computeIfAbsent(operation.op().getClass(), _ -> new LinkedHashSet<>());
        DifferentiatedOperands.of(operation)
                .forEach(operand -> found.addAll(names(operation.op(), operand)));
    }

    private static List<String> names(Op op, Tensor operand) {
        var names = new ArrayList<String>();
        for (OpSchema.Operand part : OpSchema.of(op).parts()) {
            Object value = part.value(op);
            if (value == operand || value instanceof List<?> list && list.contains(operand)) {
                names.add(part.name());
            }
        }
        return names;
    }

    /** The first sentence of a comment, in Markdown. */
    static String sentence(String comment) {
        String text = comment.replaceAll("\\s*\\n\\s*\\*?", " ").replaceAll("\\s+", " ").strip();
        text = text.replaceAll("\\s@(param|throws).*", "").replaceAll("<p>.*", "").strip();
        text = text.replaceAll("\\{@literal ([^}]*)}", "$1");
        text = text.replaceAll("\\{@(?:link|code) #?(?:\\w+#)?([^}]*)}", "`$1`");
        Matcher end = Pattern.compile("\\.(?= [A-Z]|$)").matcher(text);
        return end.find() ? text.substring(0, end.end()) : text;
    }
}
