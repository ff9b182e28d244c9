package propane.writing;

import propane.checkpoint.Checkpoint;
import propane.checkpoint.Weights;
import propane.coreml.CoreMl;
import propane.coreml.ModelCard;
import propane.coreml.estimate.Figure;
import propane.coreml.estimate.MeasuredFigures;
import propane.coreml.report.Range;
import propane.coreml.write.ProgramPackage;
import propane.json.JsonField;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * A kind of thing that is written whole or not at all, of which one is written over the other.
 *
 * @param name what it is called on the disk
 * @param write writes the one or the other, told by a number
 * @param read reads it and returns which one it is
 */
record Kept(String name, BiConsumer<Path, Integer> write, Function<Path, Integer> read) {
    private static final int COUNT = 1_000;

    /** The kinds that are files. */
    static final List<Kept> FILES =
            List.of(
                    new Kept("run.ckpt", Kept::checkpoint, Kept::checkpoint),
                    new Kept("devices.json", Kept::figures, Kept::figures));

    /** The kind that is a folder. */
    static final Kept PACKAGE = new Kept("Digits.mlpackage", Kept::program, Kept::program);

    private static void checkpoint(Path file, int which) {
        // More than is buffered at once, so that several writes are torn apart.
        float[] values = new float[40_000];
        values[0] = which;
        values[39_999] = which;
        Checkpoint.of(Weights.none().with("w", NDArray.of(values))).write(file);
    }

    private static int checkpoint(Path file) {
        NDArray read = Checkpoint.read(file).weights().at("w");
        return read.at(0) == read.at(39_999) ? (int) read.at(0) : -1;
    }

    private static void figures(Path file, int which) {
        System.setProperty(MeasuredFigures.PLACE, file.toString());
        try {
            MeasuredFigures.keep("M1", Map.of(Figure.values()[0], new Range(which, which)), "here");
        } finally {
            System.clearProperty(MeasuredFigures.PLACE);
        }
    }

    private static int figures(Path file) {
        try {
            var items = JsonField.parse(Files.readString(file), "f").at("figures").items();
            return (int) items.getFirst().at("low").number();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void program(Path path, int which) {
        var x = new Port("x", Role.BATCH, TensorType.float32(Shape.shape(COUNT))).tensor();
        var product = x.mul(Tensor.constant(varied(which)));
        var function = Program.Function.of("f", List.of(Program.Output.result("y", product)));
        ProgramPackage.write(Program.of(function), path, ModelCard.BLANK);
    }

    private static NDArray varied(int which) {
        float[] values = new float[COUNT];
        for (int i = 0; i < values.length; i++) {
            values[i] = which + i;
        }
        return NDArray.of(values);
    }

    private static int program(Path path) {
        CoreMl.check(path);
        Program.Function function = CoreMl.read(path).functions().getFirst();
        var ones = NDArray.full(TensorType.float32(Shape.shape(COUNT)), 1);
        var results = Interpreter.run(function, Map.of(function.inputs().getFirst().name(), ones));
        NDArray y = results.values().iterator().next();
        int which = (int) y.at(0);
        return y.equals(varied(which)) ? which : -1;
    }
}
