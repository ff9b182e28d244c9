package propane.doctor;

import propane.coreml.write.PackageForm;
import propane.spi.Program;
import propane.tensor.UnknownNameException;

import java.util.List;

/** The open questions, in the order in which they are asked. */
public final class Questions {
    /** All of them. */
    public static final List<Question> ALL =
            List.of(
                    new Computes(
                            "runtime_convolution",
                            "Does Core ML take a convolution whose weight is an input?",
                            ProbePrograms::convolution,
                            "predict",
                            PackageForm.PLAIN),
                    new Computes(
                            "runtime_transposed_convolution",
                            "Does Core ML take a transposed convolution whose weight is an input?",
                            ProbePrograms::transposedConvolution,
                            "predict",
                            PackageForm.PLAIN),
                    new Computes(
                            "inline_constants",
                            "Does Core ML take constants that stand where they are used?",
                            ProbePrograms::counting,
                            "add",
                            PackageForm.INLINE),
                    new Computes(
                            "scalar_results",
                            "Does Core ML give results without axes?",
                            ProbePrograms::counting,
                            "add",
                            PackageForm.SCALARS),
                    new Placed(
                            "perceptron_placement",
                            "Does Core ML prefer the Neural Engine for all of a perceptron's"
                                    + " gradients?",
                            Questions::perceptron),
                    new Placed(
                            "block_placement",
                            "Does Core ML prefer the Neural Engine for all of the gradients of a"
                                    + " transformer's block?",
                            Questions::block),
                    new StateProbe("state", "Can a weight be a state of the model?", "add"),
                    new StateProbe(
                            "shared_state",
                            "Can two functions of a package work on one state?",
                            "show"),
                    new SurfaceBacking(
                            "surfaces",
                            "Does Core ML write gradients into surfaces without a copy?"),
                    new StepTime(
                            "perceptron_step",
                            "How long do the gradients of a perceptron 1024-2048-1024 take for 256"
                                    + " examples?",
                            Questions::perceptron,
                            "others measured 10.3 ms with Adam on an M4"),
                    new StepTime(
                            "block_step",
                            "How long do the gradients of a transformer's block of width 512 take"
                                    + " for 2,048 tokens?",
                            Questions::block,
                            "others measured 34.8 ms with Adam on an M4"));

    private Questions() {}

    static Program perceptron() {
        return ProbePrograms.perceptron(256, 1024, 2048, 1024);
    }

    static Program block() {
        return ProbePrograms.block(32, 64, 512, 8);
    }

    /**
     * Returns the question of a name.
     *
     * @throws UnknownNameException if there is none
     */
    public static Question named(String name) {
        return ALL.stream()
                .filter(question -> question.name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        UnknownNameException.among(
                                "doctor: no question",
                                name,
                                ALL.stream().map(Question::name).toList()));
    }
}
