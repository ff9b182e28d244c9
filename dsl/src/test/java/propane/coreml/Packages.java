package propane.coreml;

import propane.spi.Graph;
import propane.spi.Program;
import propane.spi.op.Leaf;
import propane.spi.op.Port;
import propane.tensor.DType;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** Where tests leave packages for coremltools to open, and programs to put there. */
public final class Packages {
    private Packages() {}

    /** Returns where a test leaves a package of a name. */
    public static Path left(String name) {
        try {
            Path folder = Path.of(System.getProperty("basedir", "."), "target", "packages");
            return Files.createDirectories(folder).resolve(name + ".mlpackage");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns whether Core ML has arrays of some values' shapes. */
    public static boolean fits(List<Tensor> tensors) {
        return tensors.stream().allMatch(tensor -> tensor.shape().size() > 0);
    }

    /**
     * Returns a function of results of any type: ports without axes get one, truth values enter and
     * leave as numbers. The names of its inputs begin with its own.
     */
    public static Program.Function function(String name, List<Tensor> results) {
        Map<Tensor, Tensor> places = new IdentityHashMap<>();
        for (var operation : Graph.operations(results)) {
            if (operation.op() instanceof Leaf.Input(Port port)) {
                places.put(operation.result(0), entering(name + "/" + port.name(), port));
            }
        }
        var outputs = new ArrayList<Program.Output>();
        for (Tensor value : Graph.substitute(results, places)) {
            Tensor leaving = value.dtype() == DType.BOOL ? value.cast(DType.INT32) : value;
            leaving = leaving.rank() == 0 ? leaving.reshape(1) : leaving;
            outputs.add(Program.Output.result(name + "/y" + outputs.size(), leaving));
        }
        return Program.Function.of(name, outputs);
    }

    private static Tensor entering(String name, Port port) {
        TensorType type = port.type();
        boolean truth = type.dtype() == DType.BOOL;
        var shape = type.shape().rank() == 0 ? type.shape().prepend(1) : type.shape();
        var outside = new TensorType(truth ? DType.INT32 : type.dtype(), shape);
        Tensor inside = new Port(name, port.role(), outside).tensor();
        inside = truth ? inside.cast(DType.BOOL) : inside;
        return type.shape().rank() == 0 ? inside.reshape() : inside;
    }
}
