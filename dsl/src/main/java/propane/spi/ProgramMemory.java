package propane.spi;

/**
 * Native memory that a compiled program holds beside its ports.
 *
 * @param work bytes for values inside the program: activations and what kernels note down
 * @param constants bytes of its constants
 */
public record ProgramMemory(long work, long constants) {
    /** Returns all bytes. */
    public long total() {
        return work + constants;
    }
}
