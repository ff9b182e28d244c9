package propane.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import propane.checkpoint.Checkpoint;
import propane.data.Dataset;
import propane.engine.Engine;
import propane.json.Json;
import propane.safetensors.Safetensors;
import propane.tensor.DType;
import propane.tensor.FormatException;
import propane.tensor.NDArray;
import propane.tensor.PropaneException;
import propane.train.option.Option;
import propane.train.result.Event;
import propane.train.result.TrainerCallback;
import propane.train.run.TrainerState;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;

/** A checkpoint that does not fit changes nothing, whatever in it is wrong. */
class HostileCheckpointTest {
    private static final List<Json> VALUES =
            List.of(
                    Json.of(0),
                    Json.of(-1),
                    Json.of(1),
                    Json.of(Integer.MAX_VALUE),
                    Json.of(1L << 31),
                    Json.of(1L << 33),
                    Json.of(Long.MIN_VALUE),
                    Json.of(0.5),
                    Json.of("NaN"),
                    Json.of("-1.0"),
                    Json.of("1e999"),
                    Json.of("1.0 2.0"),
                    Json.of(""),
                    Json.of("weight"),
                    Json.TRUE,
                    Json.NULL,
                    Json.array(),
                    Json.object());

    private final Dataset data = Digits.ALL.take(100).shuffle(4);

    @TempDir private Path folder;

    private Path file;
    private Trainer trainer;
    private Safetensors whole;

    @BeforeEach
    void saveInTheMiddle() {
        file = folder.resolve("run.ckpt");
        trainer = Digits.training(Digits.model()).ema(0.9).compile(Engine.cpu());
        trainer.fit(
                data,
                Option.epochs(3),
                Option.callback(event -> {
                    if (event instanceof Event.StepDone done && done.step() == 9) {
                        trainer.save(file);
                    }
                    return TrainerCallback.Signal.CONTINUE;
                }));
        whole = Safetensors.read(file);
    }

    @AfterEach
    void close() {
        trainer.close();
    }

    private Checkpoint state() {
        return TrainerState.checkpoint(
                trainer.training().spec(),
                trainer.programs(),
                trainer.runState(),
                trainer.rates().change());
    }

    /** Writes the file with a text of its header changed; the checksum is that of the change. */
    private void write(String key, String text) {
        var metadata = new LinkedHashMap<>(whole.metadata());
        metadata.put(key, text);
        new Safetensors(metadata, whole.arrays()).write(file);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "run|\"step\":9|\"step\":8589934592|its step is 8589934592",
                "run|\"watching\":{}|\"watching\":{\"x\":-1}|field watching.x must be a whole",
                "run|\"stopped\":\"\"|\"stopped\":0|field stopped must be a string",
                "run|\"learning_rate\":\"NaN\"|\"learning_rate\":\"-1\"|0 or more and finite",
                "run|\"learning_rate_share\":\"1.0\"|\"learning_rate_share\":\"NaN\"|0 or more",
                "run|\"batch_size\":16|\"batch_size\":0|field batch_size must be a whole number",
                "run|\"sums\":{\"loss\":\"|\"sums\":{\"loss\":\"1 2 |field sums.loss holds",
                "run|\"examples\":{\"loss\":\"|\"examples\":{\"loss\":\"-|must be above 0",
                "run|\"examples\":{\"loss\":|\"examples\":{\"loss\":\"0.0\",\"x\":|must be above 0",
                "run|\"learning_rate_shares\":{}|\"learning_rate_shares\":{\"x\":\"-1\"}|0 or more",
                "history|\"loss\":\"|\"loss\":1,\"loss2\":\"|field [0].train.loss must be a string",
                "history|\"epoch\":1|\"epoch\":4294967297|field [0].epoch must be a whole number",
            })
    void whatIsWrongIsNamedAndNothingIsChanged(String key, String from, String to, String message) {
        String text = whole.metadata().get(key);
        assertThat(text).contains(from);
        write(key, text.replace(from, to));
        Checkpoint before = state();
        assertThatThrownBy(() -> trainer.load(file))
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining(message);
        assertThat(state()).isEqualTo(before);
    }

    /** Sums were lists of texts before they were one text. */
    @Test
    void sumsThatStandInAListAreReadAsWell() {
        String run = whole.metadata().get("run");
        trainer.load(file);
        Checkpoint before = state();
        String listed = run.replaceFirst("(\"sums\":\\{\"loss\":)(\"[^\"]*\")", "$1[$2]");
        assertThat(listed).isNotEqualTo(run);
        write("run", listed);
        trainer.load(file);
        assertThat(state()).isEqualTo(before);
    }

    @Test
    void filesChangedByTheirStructureAreTakenWholeOrNotAtAll() {
        long seed = Long.getLong("propane.seed", 20_262);
        int rounds = Integer.getInteger("propane.rounds", 400);
        Checkpoint before = state();
        int refused = 0;
        for (int round = 0; round < rounds; round++) {
            var random = new Random(seed + round);
            try {
                changed(random).write(file);
                trainer.load(file);
                trainer.step(data.reader(16).read(0, 0));
                before = state();
            } catch (PropaneException e) {
                refused++;
                assertThat(state()).as("-Dpropane.seed=" + (seed + round)).isEqualTo(before);
            } catch (RuntimeException | Error e) {
                fail("-Dpropane.seed=" + (seed + round), e);
            }
        }
        assertThat(refused).isBetween(rounds / 4, rounds - 1);
    }

    private Safetensors changed(Random random) {
        var metadata = new LinkedHashMap<>(whole.metadata());
        var arrays = new LinkedHashMap<>(whole.arrays());
        if (random.nextInt(4) > 0) {
            String key = List.of("run", "history", "ports").get(random.nextInt(3));
            metadata.put(key, changed(Json.parse(metadata.get(key), key), random).text());
            return new Safetensors(metadata, arrays);
        }
        var names = new ArrayList<>(arrays.keySet());
        String name = names.get(random.nextInt(names.size()));
        NDArray array = arrays.get(name);
        switch (random.nextInt(5)) {
            case 0 -> arrays.remove(name);
            case 1 -> arrays.put(name + "x", arrays.remove(name));
            case 2 -> arrays.put(name, array.reshape(1, array.size()));
            case 3 -> arrays.put(name, array.cast(DType.FLOAT16));
            default -> arrays.put(name, arrays.get(names.get(random.nextInt(names.size()))));
        }
        return new Safetensors(metadata, arrays);
    }

    /** Returns a value in which one place differs. */
    private static Json changed(Json json, Random random) {
        if (json instanceof Json.Members(var members) && !members.isEmpty()) {
            var names = new ArrayList<>(members.keySet());
            String name = names.get(random.nextInt(names.size()));
            var all = new LinkedHashMap<>(members);
            switch (random.nextInt(12)) {
                case 0 -> all.remove(name);
                case 1 -> all.put(name + "x", all.remove(name));
                default -> all.put(name, changed(members.get(name), random));
            }
            return new Json.Members(all);
        }
        if (json instanceof Json.Items(var items) && !items.isEmpty()) {
            int index = random.nextInt(items.size());
            var all = new ArrayList<>(items);
            switch (random.nextInt(12)) {
                case 0 -> all.remove(index);
                case 1 -> all.add(items.get(index));
                default -> all.set(index, changed(items.get(index), random));
            }
            return new Json.Items(all);
        }
        return VALUES.get(random.nextInt(VALUES.size()));
    }
}
