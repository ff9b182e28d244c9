package propane.doctor;

import propane.coreml.format.FunctionPorts;
import propane.coreml.format.PackagePort;
import propane.coreml.format.PackagePorts;
import propane.coreml.read.PackageReader;
import propane.coreml.write.PackageForm;
import propane.engine.coreml.Answer;
import propane.spi.Interpreter;
import propane.spi.Program;
import propane.tensor.NDArray;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Whether Core ML takes a program and computes what it means.
 *
 * @param name the question's name
 * @param asks the question
 * @param program a program with the function that is asked for
 * @param function the function
 * @param form the form in which it is written
 */
record Computes(
        String name, String asks, Supplier<Program> program, String function, PackageForm form)
        implements Question {
    @Override
    public Answer ask(Fixtures lab) {
        Program asked = program.get();
        PackagePorts written = lab.write(asked, form);
        // Forms that change types tell of no ports: then the package's own types hold.
        PackagePorts ports =
                form == PackageForm.SCALARS ? PackageReader.ports(lab.file()) : written;
        try (Fixtures.Loaded loaded = lab.load(ports, function)) {
            Map<String, NDArray> inputs = Fixtures.inputs(written.function(function));
            double difference =
                    Difference.between(
                            loaded.predict(inputs),
                            wanted(asked.function(function), written.function(function), inputs));
            return judge(difference);
        }
    }

    private static Map<String, NDArray> wanted(
            Program.Function body, FunctionPorts ports, Map<String, NDArray> inputs) {
        Map<String, NDArray> results = Interpreter.run(body, inputs);
        var named = new LinkedHashMap<String, NDArray>();
        for (PackagePort output : ports.outputs()) {
            named.put(output.name(), results.get(output.port().name()));
        }
        return named;
    }

    private Answer judge(double difference) {
        boolean right = difference <= Difference.TOLERATED;
        String text =
                Double.isInfinite(difference)
                        ? "Core ML takes it and computes what is not finite"
                        : String.format(
                                Locale.ROOT,
                                "Core ML takes it and computes %s: off by %.2g of the largest",
                                right ? "what it means" : "something else",
                                difference);
        var numbers =
                Double.isInfinite(difference)
                        ? Map.<String, Double>of()
                        : Map.of("difference", difference);
        return new Answer(
                name, asks, right ? Answer.Outcome.YES : Answer.Outcome.NO, text, numbers);
    }
}
