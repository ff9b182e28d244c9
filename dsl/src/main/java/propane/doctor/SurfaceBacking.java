package propane.doctor;

import propane.coreml.format.FunctionPorts;
import propane.coreml.format.PackagePort;
import propane.coreml.format.PackagePorts;
import propane.coreml.write.PackageForm;
import propane.engine.coreml.Answer;
import propane.ffm.shim.ShimArray;
import propane.ffm.shim.ShimSurface;

import java.util.ArrayList;
import java.util.List;

/**
 * Whether Core ML writes results into the surfaces it is given, without a copy.
 *
 * @param name the question's name
 * @param asks the question
 */
record SurfaceBacking(String name, String asks) implements Question {
    private static final int BATCH = 64;
    private static final int WIDTH = 256;

    @Override
    public Answer ask(Fixtures lab) {
        PackagePorts ports =
                lab.write(ProbePrograms.perceptron(BATCH, WIDTH, WIDTH, WIDTH), PackageForm.PLAIN);
        var surfaces = new ArrayList<ShimSurface>();
        try (Fixtures.Loaded loaded = lab.load(ports, "gradients")) {
            FunctionPorts function = loaded.ports();
            List<ShimArray> inputs = arrays(function.inputs(), surfaces);
            List<ShimArray> outputs = arrays(function.outputs(), surfaces);
            boolean shared = surfaces.stream().allMatch(surface -> surface.memory().isShared());
            var prediction = loaded.model().prediction(inputs, outputs);
            prediction.run();
            int copied = 0;
            for (int i = 0; i < outputs.size(); i++) {
                copied += prediction.wasCopied(i) ? 1 : 0;
            }
            return answer(
                    shared && copied == 0 ? Answer.Outcome.YES : Answer.Outcome.NO,
                    (shared ? "IOSurfaces" : "plain memory in place of IOSurfaces")
                            + "; "
                            + copied
                            + " of "
                            + outputs.size()
                            + " results were written elsewhere and copied");
        } finally {
            surfaces.forEach(ShimSurface::close);
        }
    }

    private static List<ShimArray> arrays(List<PackagePort> ports, List<ShimSurface> surfaces) {
        var arrays = new ArrayList<ShimArray>();
        for (PackagePort port : ports) {
            long[] dims = port.port().type().shape().dims().stream().mapToLong(d -> d).toArray();
            ShimSurface surface = ShimSurface.create(dims);
            surfaces.add(surface);
            arrays.add(surface.array(port.name()));
        }
        return arrays;
    }
}
