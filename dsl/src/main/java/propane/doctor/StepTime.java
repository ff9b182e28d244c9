package propane.doctor;

import propane.coreml.format.PackagePorts;
import propane.coreml.write.PackageForm;
import propane.engine.coreml.Answer;
import propane.ffm.shim.ShimModel;
import propane.spi.Program;
import propane.tensor.NDArray;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * How long a step of a reference program takes, and whether the CPU alone computes the same.
 *
 * @param name the question's name
 * @param asks the question
 * @param program a program with one function
 * @param anchor what others measured, in words
 */
record StepTime(String name, String asks, Supplier<Program> program, String anchor)
        implements Question {
    private static final int WARM_UP = 5;
    private static final int STEPS = 20;

    @Override
    public Answer ask(Fixtures lab) {
        Program asked = program.get();
        String function = asked.functions().getFirst().name();
        PackagePorts ports = lab.write(asked, PackageForm.PLAIN);
        Map<String, NDArray> inputs = Fixtures.inputs(ports.function(function));
        var numbers = new TreeMap<String, Double>();
        Map<String, NDArray> results;
        try (Fixtures.Loaded loaded = lab.load(ports, function);
                var memory = new PortMemory(loaded.model(), loaded.ports())) {
            results = memory.predict(inputs);
            numbers.put("ms", median(memory));
        }
        Map<String, NDArray> onCpu;
        try (Fixtures.Loaded loaded = lab.load(ports, function, ShimModel.Units.CPU_ONLY);
                var memory = new PortMemory(loaded.model(), loaded.ports())) {
            onCpu = memory.predict(inputs);
            numbers.put("ms_cpu_only", median(memory));
        }
        double difference = Difference.between(results, onCpu);
        boolean same = difference <= Difference.TOLERATED;
        if (!Double.isInfinite(difference)) {
            numbers.put("difference", difference);
        }
        String text =
                String.format(
                        Locale.ROOT,
                        "%.2f ms a step where Core ML may use the Neural Engine, %.2f ms on the CPU"
                                + " alone (%s); %s",
                        numbers.get("ms"),
                        numbers.get("ms_cpu_only"),
                        anchor,
                        same ? "both compute the same" : "they do not compute the same");
        return new Answer(name, asks, same ? Answer.Outcome.YES : Answer.Outcome.NO, text, numbers);
    }

    private static double median(PortMemory memory) {
        for (int i = 0; i < WARM_UP; i++) {
            memory.run();
        }
        double[] ms = new double[STEPS];
        for (int i = 0; i < STEPS; i++) {
            long start = System.nanoTime();
            memory.run();
            ms[i] = (System.nanoTime() - start) / 1e6;
        }
        Arrays.sort(ms);
        return ms[STEPS / 2];
    }
}
