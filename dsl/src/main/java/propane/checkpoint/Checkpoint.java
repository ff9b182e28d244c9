package propane.checkpoint;

import propane.safetensors.Safetensors;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.PropaneException;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Everything a training needs to go on exactly where it stood: its state, its place in the data,
 * and what it has recorded so far. In a file it is safetensors: each array under its port's name,
 * the rest as JSON texts in {@code __metadata__}.
 *
 * @param weights the weights, trainable and frozen, by path
 * @param slots the optimizers' slots, by port name, for example {@code adam/m/dense_1/weight}
 * @param statistics the running statistics, by path
 * @param hypers the values of the hyper-parameter ports: learning rates, loss scale
 * @param trainable the paths of the weights that were trained
 * @param step the number of steps done
 * @param epoch the number of epochs done
 * @param examples the number of examples trained on of the epoch begun
 * @param seed the run's seed
 * @param schedule what schedules and stopping rules remember, an object in JSON
 * @param history what was recorded, oldest first, an array in JSON
 */
public record Checkpoint(
        Weights weights,
        Weights slots,
        Weights statistics,
        Weights hypers,
        Set<String> trainable,
        long step,
        int epoch,
        int examples,
        long seed,
        String schedule,
        String history) {

    /**
     * Copies the collections and checks the numbers and the texts.
     *
     * @throws FormatException if a number is negative, a name stands twice among the arrays, or a
     *     trainable path names no weight; if a text is not JSON of its kind
     */
    public Checkpoint {
        trainable = Collections.unmodifiableSet(new LinkedHashSet<>(trainable));
        schedule = CheckpointFile.schedule(schedule).text();
        history = CheckpointFile.history(history).text();
        if (step < 0 || epoch < 0 || examples < 0) {
            throw new FormatException(
                    "checkpoint: step "
                            + step
                            + ", epoch "
                            + epoch
                            + ", examples "
                            + examples
                            + ": none may be negative");
        }
        for (String path : trainable) {
            if (!weights.has(path)) {
                throw new FormatException("checkpoint: trainable " + path + " is no weight");
            }
        }
        var names = new LinkedHashSet<String>();
        for (Weights part : List.of(weights, slots, statistics, hypers)) {
            for (String name : part.paths()) {
                if (!names.add(name)) {
                    throw new FormatException("checkpoint: the name " + name + " stands twice");
                }
            }
        }
    }

    /** Returns a checkpoint that holds weights alone: a run that begins with them. */
    public static Checkpoint of(Weights weights) {
        var none = Weights.none();
        return new Checkpoint(weights, none, none, none, Set.of(), 0, 0, 0, 0, "{}", "[]");
    }

    /**
     * Reads a checkpoint. Any other safetensors file is taken as weights alone.
     *
     * @param file where to read
     * @throws FormatException if the file cannot be read, is damaged, was cut short or was written
     *     by a later version; names the file and the field
     */
    public static Checkpoint read(Path file) {
        Safetensors read = Safetensors.read(file);
        return CheckpointFile.isOne(read)
                ? CheckpointFile.parse(read, file.toString())
                : of(new Weights(read.arrays()));
    }

    /**
     * Writes the checkpoint whole or not at all: under a temporary name beside the file, brought to
     * the disk, then renamed. The same checkpoint makes the same bytes.
     *
     * @param file where to write; its folder must exist
     * @throws PropaneException if it could not be written, for example because the disk is full;
     *     what stood there is untouched then
     */
    public void write(Path file) {
        CheckpointFile.contents(this).write(file);
    }

    /** Returns what its file says beside the arrays, but for the checksum. */
    public Map<String, String> texts() {
        return CheckpointFile.contents(this).metadata();
    }

    /** Returns whether there is more than weights: a place to go on from. */
    public boolean resumable() {
        return !equals(of(weights));
    }

    /**
     * Returns the value of a hyper-parameter port.
     *
     * @throws propane.tensor.UnknownNameException if there is none of that name
     */
    public NDArray hyper(String name) {
        return hypers.at(name);
    }

    /** Returns where it stands and what it holds. */
    @Override
    public String toString() {
        return "checkpoint of step "
                + step
                + ", epoch "
                + epoch
                + ": "
                + weights
                + "; "
                + slots.paths().size()
                + " slots";
    }
}
