package propane.coreml.show;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;

import propane.coreml.format.MlPackage;
import propane.coreml.format.ModelKind;
import propane.coreml.format.Opset;
import propane.coreml.lint.PlacementLint;
import propane.coreml.proto.Model;
import propane.coreml.read.ClassicView;
import propane.coreml.read.ModelReader;
import propane.coreml.report.Finding;
import propane.coreml.report.FunctionPlacement;
import propane.coreml.report.PlacementReport;
import propane.tensor.FormatException;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Puts a package before the placement lint. */
public final class PackagePlacement {
    /** Kinds of pipelines, and the fields that lead from each to its models. */
    private static final Map<Integer, List<Integer>> PIPELINES =
            Map.of(202, List.of(), 200, List.of(1), 201, List.of(1));

    private static final int MODELS = 1;
    private static final int DEEPEST = 8;

    private final MlPackage origin;

    private PackagePlacement(MlPackage origin) {
        this.origin = origin;
    }

    /**
     * Judges what a package holds.
     *
     * @throws FormatException if there is nothing in it to judge, or it is broken
     */
    public static PlacementReport report(MlPackage origin) {
        Model model = origin.read();
        int version = model.getSpecificationVersion();
        String title =
                String.format(
                        Locale.ROOT,
                        "%s: %s, specification %d (%s)",
                        origin.path().getFileName(),
                        ModelKind.of(model),
                        version,
                        Opset.systems(version));
        List<FunctionPlacement> functions;
        try {
            functions = new PackagePlacement(origin).functions(model, 0);
        } catch (InvalidProtocolBufferException e) {
            throw new FormatException(
                    origin.model(), "its network is broken: " + e.getMessage(), e);
        }
        if (functions.isEmpty()) {
            throw new FormatException(
                    origin.model(),
                    "is "
                            + ModelKind.of(model)
                            + "; ML Programs, neural networks and pipelines of them can be judged");
        }
        return new PlacementReport(title, functions);
    }

    private List<FunctionPlacement> functions(Model model, int depth)
            throws InvalidProtocolBufferException {
        if (depth > DEEPEST) {
            throw new FormatException(
                    origin.model(), "pipelines stand in each other more than " + DEEPEST + " deep");
        }
        if (model.hasMlProgram()) {
            return new ModelReader(origin, model)
                    .views().stream().map(PlacementLint::judge).toList();
        }
        var classic = ClassicView.of(model);
        if (classic.isPresent()) {
            var placed =
                    PlacementLint.judge(classic.get())
                            .with(
                                    Finding.remark(
                                            "classic layers declare no shapes: work, memory and"
                                                    + " lengths of axes cannot be told"));
            return List.of(model.getIsUpdatable() ? placed.with(updatable()) : placed);
        }
        var all = new ArrayList<FunctionPlacement>();
        for (Map.Entry<Integer, List<Integer>> kind : PIPELINES.entrySet()) {
            for (ByteString bytes :
                    model.getUnknownFields().getField(kind.getKey()).getLengthDelimitedList()) {
                all.addAll(pipeline(bytes, kind.getValue(), depth + 1));
            }
        }
        return all;
    }

    private static Finding updatable() {
        return Finding.remark(
                "updatable: nobody is known to have seen Core ML's own updates on the Neural"
                        + " Engine");
    }

    private List<FunctionPlacement> pipeline(ByteString bytes, List<Integer> way, int depth)
            throws InvalidProtocolBufferException {
        ByteString pipeline = bytes;
        for (int field : way) {
            var inner = UnknownFieldSet.parseFrom(pipeline).getField(field);
            pipeline = inner.getLengthDelimitedList().stream().findFirst().orElse(ByteString.EMPTY);
        }
        var all = new ArrayList<FunctionPlacement>();
        int number = 0;
        for (ByteString each :
                UnknownFieldSet.parseFrom(pipeline).getField(MODELS).getLengthDelimitedList()) {
            number++;
            for (FunctionPlacement function : functions(Model.parseFrom(each), depth)) {
                all.add(function.named("model " + number + ", " + function.name()));
            }
        }
        return all;
    }
}
