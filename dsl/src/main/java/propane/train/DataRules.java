package propane.train;

import propane.data.Dataset;
import propane.nn.Input;
import propane.tensor.DataException;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a training asks of the examples it is given, whichever way they come.
 *
 * @param inputs the inputs
 * @param targets the targets
 * @param labels what class numbers may be, by target
 * @param tokens the number of vectors that int32 inputs choose from, by input
 */
record DataRules(
        List<Input> inputs,
        List<Input> targets,
        Map<String, Training.Labels> labels,
        Map<String, Integer> tokens) {
    static DataRules of(Training training) {
        return new DataRules(
                training.model().inputs(),
                training.targets(),
                training.labels(),
                TokenRange.of(training.model()));
    }

    /**
     * Checks the numbers that choose something.
     *
     * @param ports the port of each column
     * @throws DataException if a label is not one of the classes, or a token has no vector
     */
    void require(Dataset data, Map<String, String> ports) {
        labels.forEach((port, allowed) ->
                columns(port, ports)
                        .forEach(column ->
                                data.requireLabelsBelow(
                                        column, allowed.classes(), allowed.ignored())));
        tokens.forEach((port, below) ->
                columns(port, ports).forEach(column -> data.requireTokensBelow(column, below)));
    }

    /** Returns the column of a port; none where the data lack it, which may go unread. */
    private static Stream<String> columns(String port, Map<String, String> ports) {
        return ports.entrySet().stream()
                .filter(entry -> entry.getValue().equals(port))
                .map(Map.Entry::getKey);
    }
}
