package propane.coreml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import static propane.coreml.KnownPackage.bytes;
import static propane.coreml.KnownPackage.floats;
import static propane.coreml.KnownPackage.ints;
import static propane.coreml.KnownPackage.named;
import static propane.coreml.KnownPackage.op;
import static propane.coreml.KnownPackage.range;
import static propane.coreml.KnownPackage.truth;
import static propane.coreml.KnownPackage.type;
import static propane.coreml.KnownPackage.uint8;
import static propane.coreml.KnownPackage.value;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.coreml.format.MlPackage;
import propane.coreml.format.WeightFile;
import propane.coreml.proto.Mil;
import propane.coreml.proto.Model;
import propane.coreml.read.PackageReader;
import propane.tensor.FormatException;
import propane.tensor.TensorType;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Packages that lie about numbers end in a FormatException, in little time and memory. */
class HostilePackageTest {
    private static final long MOST_BYTES = 200 << 20;

    @TempDir Path folder;

    private Path write(TensorType type, Mil.Operation.Builder... made) throws IOException {
        return new KnownPackage(folder).write(type, made);
    }

    private void refused(String why, TensorType type, Mil.Operation.Builder... made)
            throws IOException {
        Path path = write(type, made);
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        assertThatThrownBy(() -> CoreMl.read(path))
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith(path.toString())
                .hasMessageContaining("op known")
                .hasMessageContaining(why)
                .hasMessageNotContaining("fix:");
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(MOST_BYTES);
    }

    /** What an op's rule advises is for those who write programs, and the line is the reader's. */
    @Test
    void anOpThatBreaksItsRuleIsToldWithFileFunctionAndReasonOnly() throws IOException {
        Path path =
                write(
                        floats(2),
                        op("exp", "known", type(Mil.DataType.FLOAT32, 2))
                                .putInputs("x", ints("1 2", 2)));
        assertThatThrownBy(() -> CoreMl.read(path))
                .isInstanceOf(FormatException.class)
                .message()
                .startsWith(path.toString())
                .endsWith(
                        ": function main, op known (exp): its operands do not fit: exp: needs"
                                + " floating-point elements, got int32[2]");
    }

    @Test
    void anIndexOutsideOfItsTableIsRefused() throws IOException {
        for (String index : List.of("-1", "2")) {
            refused(
                    index + " names none of 2 places",
                    floats(2),
                    op("constexpr_lut_to_dense", "known", type(Mil.DataType.FLOAT32, 2))
                            .putInputs("indices", bytes(Mil.DataType.INT8, "0 " + index, 2))
                            .putInputs("lut", floats("5 6", 1, 2, 1)));
        }
    }

    @Test
    void aRangeOfNothingOrOfTooMuchIsRefused() throws IOException {
        refused(
                "start: must be one number",
                floats(4),
                range("0", "4", "1", 4)
                        .putInputs("start", KnownPackage.empty(Mil.DataType.FLOAT32)));
        for (String step : List.of("1e-9", "1e-7", "0", "NaN")) {
            refused("", floats(4), range("0", "1", step, 4));
        }
        refused("numbers would be made", floats(4), range("0", "2147483000", "1", 4));
        refused(
                "numbers would be made",
                floats(4),
                op("range_1d", "known", type(Mil.DataType.INT32, 2147483646))
                        .putInputs("start", ints("0"))
                        .putInputs("end", ints("2147483646"))
                        .putInputs("step", ints("1")));
    }

    @Test
    void vectorsOfATableAreNotMultipliedBeyondMeasure() throws IOException {
        // Sixty-four kilobytes that would be sixteen gigabytes.
        int many = 1 << 16;
        var table = Mil.TensorValue.newBuilder();
        table.getFloatsBuilder().addAllValues(Collections.nCopies(many, 1f));
        var indices = Mil.TensorValue.newBuilder();
        indices.getBytesBuilder().setValues(ByteString.copyFrom(new byte[many / 8]));
        for (int length : new int[] {many / 2, many}) {
            int entries = many / length;
            refused(
                    "",
                    floats(4),
                    op("constexpr_lut_to_dense", "known", type(Mil.DataType.FLOAT32, 4))
                            .putInputs(
                                    "indices",
                                    KnownPackage.bound(type(Mil.DataType.UINT1, many), indices))
                            .putInputs(
                                    "lut",
                                    KnownPackage.bound(
                                            type(Mil.DataType.FLOAT32, 1, entries, length), table))
                            .putInputs("vector_axis", ints("0")));
        }
    }

    @Test
    void placesAndListsOfAReshapeAreHeldAgainstItsShapes() throws IOException {
        for (var begins : List.of(ints("7"), ints("-7"), ints("0 1", 2))) {
            refused(
                    "",
                    floats(2, 3),
                    op("reshape_like", "known", type(Mil.DataType.FLOAT32, 2, 3))
                            .putInputs("x", floats("1 2 3 4 5 6", 6))
                            .putInputs("ref_tensors", named("x"))
                            .putInputs("begins", begins)
                            .putInputs("ends", ints("-1"))
                            .putInputs("end_masks", truth()));
        }
    }

    @Test
    void shapesOfPackedNumbersAreCounted() throws IOException {
        for (var shape : List.of(ints("-5", 1), ints("2147483647 2147483647", 2))) {
            refused(
                    "shape",
                    floats(5),
                    op("constexpr_lut_to_dense", "known", type(Mil.DataType.FLOAT32, 5))
                            .putAttributes("indices", value(uint8("0xE4 0x1", 2)))
                            .putAttributes("lut", value(floats("5 6 7 8", 4)))
                            .putAttributes("shape", value(shape)));
        }
    }

    @Test
    void resizedAxesTakeNoMemoryWhenTheyAreRead() throws IOException {
        var resize =
                op("resize_nearest_neighbor", "known", type(Mil.DataType.FLOAT32, 1, 1, 4))
                        .putInputs("x", floats("1 2 3 4", 1, 1, 4))
                        .putInputs("target_size_height", ints("2147483647"))
                        .putInputs("target_size_width", ints("1"));
        refused("", floats(1, 1, 4), resize);
        refused("", floats(1, 1, 4), resize.putInputs("target_size_width", ints("2147483647")));
    }

    @Test
    void aBlobOfTruthValuesAndOneOfTooManyElementsAreRefused() throws IOException {
        for (var of :
                List.of(
                        type(Mil.DataType.BOOL, 4),
                        longType(3, 1L << 62),
                        longType(0, Long.MAX_VALUE),
                        longType(-1, -1))) {
            var place =
                    Mil.Value.BlobFileValue.newBuilder()
                            .setFileName(WeightFile.PLACE)
                            .setOffset(64);
            var constant =
                    op("const", "constant", of)
                            .putAttributes(
                                    "val",
                                    Mil.Value.newBuilder()
                                            .setType(of)
                                            .setBlobFileValue(place)
                                            .build());
            Path path =
                    write(
                            floats(40),
                            constant,
                            op("identity", "known", of).putInputs("x", named("constant")));
            for (Runnable each :
                    List.<Runnable>of(() -> CoreMl.read(path), () -> CoreMl.check(path))) {
                assertThatThrownBy(each::run)
                        .isInstanceOf(FormatException.class)
                        .hasMessageStartingWith(path.toString());
            }
        }
    }

    private static Mil.ValueType longType(long... dims) {
        var type = type(Mil.DataType.FLOAT32).toBuilder();
        for (long dim : dims) {
            type.getTensorTypeBuilder()
                    .addDimensions(
                            Mil.Dimension.newBuilder()
                                    .setConstant(
                                            Mil.Dimension.ConstantDimension.newBuilder()
                                                    .setSize(dim)));
        }
        type.getTensorTypeBuilder().setRank(dims.length);
        return type.build();
    }

    @Test
    void anErrorOfALongNameIsShort() throws IOException {
        Path path = write(floats(4), range("0", "1", "0.25", 4));
        var name = "n".repeat(1 << 20);
        var model = model(path).toBuilder();
        var main = model.getMlProgramBuilder().getFunctionsOrThrow("main").toBuilder();
        main.setInputs(0, main.getInputs(0).toBuilder().setName(name));
        model.getMlProgramBuilder().putFunctions("main", main.build());
        Files.write(MlPackage.open(path).model(), model.build().toByteArray());
        assertThatThrownBy(() -> CoreMl.check(path))
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(5_000));
        assertThat(CoreMl.describe(path)).hasSizeLessThan(5_000);
        assertThat(CoreMl.lint(path).text()).hasSizeLessThan(5_000);
    }

    private static Model model(Path path) {
        return MlPackage.open(path).read();
    }

    @Test
    void longKindsOfManyOperationsDoNotWidenTheTableOfThem() throws IOException {
        var operations = new ArrayList<Mil.Operation.Builder>();
        for (int i = 0; i < 200; i++) {
            String kind = i + "k".repeat(i == 0 ? 1 << 20 : 1);
            operations.add(op(kind, "v" + i, type(Mil.DataType.FLOAT32, 4)));
        }
        Path path = write(floats(4), operations.toArray(Mil.Operation.Builder[]::new));
        assertThat(CoreMl.lint(path).text()).hasSizeLessThan(200_000);
    }

    @Test
    void modelsChangedByTheirStructureAreRefusedOrRead() throws IOException {
        var sources = new ArrayList<Path>();
        var packages = new KnownPackage(folder);
        for (var each : KnownPackage.samples()) {
            Path from = packages.write(each.type(), each.operations());
            Path to = folder.resolve(sources.size() + ".mlpackage");
            sources.add(Files.move(from, to));
            CoreMl.read(to);
        }
        long seed = Long.getLong("propane.seed", 20_261);
        int rounds = Integer.getInteger("propane.rounds", 300);
        int refused = 0;
        for (int round = 0; round < rounds; round++) {
            Path path = sources.get(round % sources.size());
            Path file = MlPackage.open(path).model();
            byte[] whole = Files.readAllBytes(file);
            Files.write(file, changed(Model.parseFrom(whole), seed + round).toByteArray());
            try {
                refused += isRefused(() -> CoreMl.read(path), seed + round) ? 1 : 0;
                isRefused(() -> CoreMl.check(path), seed + round);
                isRefused(() -> PackageReader.ports(path), seed + round);
                isRefused(() -> CoreMl.describe(path), seed + round);
                isRefused(() -> CoreMl.lint(path).text(), seed + round);
            } finally {
                Files.write(file, whole);
            }
        }
        assertThat(refused).isGreaterThan(rounds / 5);
    }

    /** Mostly changes the program: of the description little is read. */
    private static Message changed(Model model, long seed) {
        var mutation = new ModelMutation(seed);
        if (seed % 6 == 0) {
            return mutation.changed(model);
        }
        Message program = model.getMlProgram();
        for (int i = 0; i < 3; i++) {
            program = mutation.changed(program);
        }
        return model.toBuilder().setMlProgram((Mil.Program) program).build();
    }

    /**
     * Errors that only the last net caught count as escapes: the checks before it are the owners.
     */
    private static boolean isRefused(Runnable reading, long seed) {
        try {
            reading.run();
            return false;
        } catch (FormatException e) {
            if (e.getMessage().contains("holds what no reader expects")) {
                return fail("-Dpropane.seed=" + seed, e);
            }
            return true;
        } catch (RuntimeException | Error e) {
            return fail("-Dpropane.seed=" + seed, e);
        }
    }
}
