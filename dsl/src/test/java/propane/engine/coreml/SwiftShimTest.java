package propane.engine.coreml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import static propane.nn.Layers.dense;
import static propane.nn.Layers.relu;
import static propane.nn.Layers.sequential;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

import propane.data.Batch;
import propane.engine.Engine;
import propane.nn.Input;
import propane.nn.Losses;
import propane.nn.Metric;
import propane.nn.Model;
import propane.nn.Optimizers;
import propane.tensor.EngineException;
import propane.tensor.NDArray;
import propane.train.Trainer;
import propane.train.Training;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Java, the Swift shim, the stand-in for Core ML and Java again, inside the Swift root: in a
 * process of its own, {@code PROPANE_SHIM_LIBRARY} names the library as {@code .ci/swift} does,
 * {@code XDG_CACHE_HOME} an empty folder, for what was compiled in another process this one cannot
 * predict. The last test wants {@code -XX:TieredStopAtLevel=1 -XX:+AlwaysPreTouch} and a heap of
 * fixed size. It proves marshalling, memory and errors, and nothing of Core ML.
 */
@EnabledIfEnvironmentVariable(named = "PROPANE_SHIM_LIBRARY", matches = ".+")
@EnabledIfEnvironmentVariable(named = "XDG_CACHE_HOME", matches = ".+")
class SwiftShimTest {
    private static final int EXAMPLES = 32;
    private static final int WARM = 1_000;
    private static final int STEPS = 10_000;
    private static final long KILOBYTES = 5 * 1024;

    @BeforeAll
    static void loadTheShim() {
        Path library = Path.of(System.getenv("PROPANE_SHIM_LIBRARY"));
        System.setProperty("propane.shim", library.toString());
        assertThat(new CoreMlEngine().available().toString()).isEqualTo("supported");
        StandInCoreMl.install(library);
    }

    private static Training digits(int hidden) {
        return Training.training(
                        Model.model(Input.input(64), sequential(dense(hidden), relu(), dense(10))))
                .loss(Losses.softmaxCrossEntropy())
                .optimizer(Optimizers.adam(1e-3))
                .batch(EXAMPLES)
                .seed(11);
    }

    private static Batch batch(int step) {
        float[] x = new float[EXAMPLES * 64];
        int[] y = new int[EXAMPLES];
        for (int i = 0; i < EXAMPLES; i++) {
            y[i] = (i + step) % 10;
            for (int j = 0; j < 64; j++) {
                x[i * 64 + j] = (float) Math.sin((y[i] + 1) * (j + 1) * 0.37 + i * 0.01);
            }
        }
        return Batch.of(NDArray.of(x, EXAMPLES, 64), NDArray.of(y));
    }

    private static List<Double> losses(Engine engine, int hidden) {
        var losses = new ArrayList<Double>();
        try (Trainer trainer = digits(hidden).compile(engine)) {
            for (int i = 0; i < 50; i++) {
                losses.add(trainer.step(batch(i)).value(Metric.loss()));
            }
        }
        return losses;
    }

    @Test
    void lossesAreThoseOfTheLoweredProgramToTheLastBit() {
        List<Double> through = losses(new CoreMlEngine(), 48);
        assertThat(through).isEqualTo(losses(new LoweredOnCpu(), 48));
        assertThat(through.getLast()).isLessThan(through.getFirst() / 2);
    }

    @Test
    void outputsThatCoreMlWritesInPaddedRowsOfItsOwnAreTheSame() {
        StandInCoreMl.backed(false);
        try {
            assertThat(losses(new CoreMlEngine(), 40)).isEqualTo(losses(new LoweredOnCpu(), 40));
        } finally {
            StandInCoreMl.backed(true);
        }
    }

    @Test
    void aPredictionThatFailsIsAnErrorOfCoreMl() {
        try (Trainer trainer = digits(24).compile(new CoreMlEngine())) {
            trainer.step(batch(0));
            StandInCoreMl.failNext();
            assertThatThrownBy(() -> trainer.step(batch(1)))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("returned 9");
        }
    }

    @Test
    void tenThousandStepsKeepTheMemoryTheyHave() throws IOException {
        // The optimizing compiler takes memory of its own for minutes, more than a leak would show.
        assumeTrue(
                ManagementFactory.getRuntimeMXBean()
                        .getInputArguments()
                        .containsAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+AlwaysPreTouch")),
                "needs a virtual machine whose own memory stays as it is");
        try (Trainer trainer = digits(16).compile(new CoreMlEngine())) {
            Batch batch = batch(0);
            for (int i = 0; i < WARM; i++) {
                trainer.step(batch);
            }
            System.gc();
            long before = resident();
            for (int i = WARM; i < STEPS; i++) {
                trainer.step(batch);
            }
            System.gc();
            long grown = resident() - before;
            System.out.println("resident size grew by " + grown + " kB in 9,000 steps");
            assertThat(grown).isLessThan(KILOBYTES);
        }
    }

    private static long resident() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
