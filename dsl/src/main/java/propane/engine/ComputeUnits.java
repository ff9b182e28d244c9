package propane.engine;

import propane.tensor.UnknownNameException;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Which processors Core ML may use. Which of them it takes for an op is its own choice. */
public enum ComputeUnits {
    /** The CPU. */
    CPU_ONLY("cpu", "CPU by Core ML"),
    /** The CPU and the GPU. */
    CPU_AND_GPU("gpu", "GPU"),
    /** Whatever there is. */
    ALL("all", "Core ML"),
    /** The CPU and the Neural Engine. */
    CPU_AND_NEURAL_ENGINE("neural-engine", "Neural Engine");

    /** The system property that says which are wanted. */
    public static final String PROPERTY = "propane.units";

    /** What is wanted where nothing is asked for, the most wanted first. */
    static final List<ComputeUnits> LADDER = List.of(CPU_AND_NEURAL_ENGINE, CPU_AND_GPU);

    private final String word;
    private final String wanted;

    ComputeUnits(String word, String wanted) {
        this.word = word;
        this.wanted = wanted;
    }

    /** Returns the name of an engine that uses these, for example {@code Neural Engine}. */
    public String wanted() {
        return wanted;
    }

    /** Returns whether the Neural Engine is among them. */
    public boolean hasNeuralEngine() {
        return this == ALL || this == CPU_AND_NEURAL_ENGINE;
    }

    /**
     * Returns what the system property {@code propane.units} asks for: {@code cpu}, {@code gpu},
     * {@code all} or {@code neural-engine}; nothing if it is not given.
     *
     * @throws UnknownNameException if it is another word
     */
    public static Optional<ComputeUnits> asked() {
        String asked = System.getProperty(PROPERTY, "");
        if (asked.isEmpty()) {
            return Optional.empty();
        }
        List<String> words = Arrays.stream(values()).map(units -> units.word).toList();
        if (!words.contains(asked)) {
            throw UnknownNameException.among("-Dpropane.units: no processors", asked, words);
        }
        return Optional.of(values()[words.indexOf(asked)]);
    }
}
