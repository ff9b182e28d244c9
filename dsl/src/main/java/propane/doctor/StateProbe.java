package propane.doctor;

import propane.coreml.format.FunctionPorts;
import propane.coreml.format.PackagePort;
import propane.coreml.format.PackagePorts;
import propane.coreml.write.PackageForm;
import propane.engine.coreml.Answer;
import propane.ffm.shim.ShimState;
import propane.spi.op.Role;
import propane.tensor.NDArray;

import java.util.List;
import java.util.Map;

/**
 * Whether a weight can be a state: adding twice a batch to it three times, its mean must be six
 * times the batch's.
 *
 * @param name the question's name
 * @param asks the question
 * @param shown the function that tells the mean in the end
 */
record StateProbe(String name, String asks, String shown) implements Question {
    private static final int TIMES = 3;
    private static final double CLOSE = 0.02;

    @Override
    public Answer ask(Fixtures lab) {
        PackagePorts written = lab.write(ProbePrograms.counting(), PackageForm.STATES);
        NDArray batch = Fixtures.inputs(written.function("add")).get("x");
        double wanted = 2 * TIMES * mean(batch.doubles());
        try (Fixtures.Loaded adding = lab.load(stateless(written), "add");
                ShimState state = adding.model().state();
                var memory = new PortMemory(adding.model(), adding.ports())) {
            memory.fill(Map.of("x", batch));
            for (int i = 0; i < TIMES; i++) {
                memory.run(state);
            }
            double found = memory.results().get("mean").at(0);
            if (!shown.equals("add")) {
                try (Fixtures.Loaded showing = lab.load(stateless(written), shown);
                        var other = new PortMemory(showing.model(), showing.ports())) {
                    other.run(state);
                    found = other.results().get("mean").at(0);
                }
            }
            return judge(found, wanted);
        }
    }

    /** The ports without those that are states. */
    static PackagePorts stateless(PackagePorts written) {
        return new PackagePorts(
                written.functions().stream()
                        .map(function ->
                                new FunctionPorts(
                                        function.name(),
                                        function.function(),
                                        stateless(function.inputs()),
                                        stateless(function.outputs())))
                        .toList());
    }

    private static List<PackagePort> stateless(List<PackagePort> ports) {
        return ports.stream().filter(port -> port.port().role() != Role.WEIGHT).toList();
    }

    private static double mean(double[] numbers) {
        double sum = 0;
        for (double number : numbers) {
            sum += number;
        }
        return sum / numbers.length;
    }

    private Answer judge(double found, double wanted) {
        boolean kept = Math.abs(found - wanted) <= CLOSE * Math.abs(wanted);
        return answer(
                kept ? Answer.Outcome.YES : Answer.Outcome.NO,
                "Core ML takes it; the mean is " + found + ", must be about " + wanted);
    }
}
