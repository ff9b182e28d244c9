package propane.engine.coreml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.dropout;
import static propane.nn.layer.Layers.named;
import static propane.nn.layer.Layers.relu;
import static propane.nn.layer.Layers.sequential;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.data.Batch;
import propane.data.Dataset;
import propane.engine.ComputeUnits;
import propane.engine.Engine;
import propane.engine.Waves;
import propane.ffm.shim.Shim;
import propane.nn.Input;
import propane.nn.Model;
import propane.nn.WeightFilters;
import propane.nn.loss.Losses;
import propane.nn.metric.Metrics;
import propane.nn.optimizer.Optimizers;
import propane.spi.Bindings;
import propane.spi.CompiledProgram;
import propane.spi.Program;
import propane.spi.Verdict;
import propane.tensor.EngineException;
import propane.tensor.NDArray;
import propane.tensor.UnknownNameException;
import propane.train.Trainer;
import propane.train.Training;
import propane.train.option.Option;
import propane.train.result.Results;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The engine over the C fake of the shim, whose predictions the interpreter makes: it shows that
 * packages, names, memory, random numbers and errors fit together, and nothing of Core ML itself.
 */
class CoreMlEngineTest {
    private static final int EXAMPLES = 12;
    private static final int NEURAL_ENGINE = 3;

    @AfterEach
    void takeTheFakeAway() {
        InterpretedShim.remove();
    }

    private static Training training() {
        Model model =
                Model.model(Input.input(5), sequential(dense(8), relu(), dropout(0.3), dense(3)));
        return Training.training(model)
                .loss(Losses.softmaxCrossEntropy())
                .optimizer(Optimizers.adam(1e-2))
                .metrics(Metrics.accuracy())
                .batch(EXAMPLES)
                .seed(5);
    }

    private static Batch batch() {
        return Waves.of(EXAMPLES).all();
    }

    private static List<Double> losses(Trainer trainer) {
        var losses = new ArrayList<Double>();
        for (int i = 0; i < 20; i++) {
            losses.add(trainer.step(batch()).value(Metrics.loss()));
        }
        return losses;
    }

    @Test
    void aTrainingThroughTheShimIsTheOneOnTheCpu() {
        InterpretedShim.install();
        List<Double> through;
        try (Trainer trainer = training().compile(new CoreMlEngine())) {
            assertThat(trainer.report().device())
                    .startsWith("Core ML")
                    .contains("100 % of", "may run on the Neural Engine", "parameters: Core ML");
            assertThat(trainer.report().lines())
                    .anyMatch(line -> line.startsWith("gradients, may run on the Neural Engine"));
            through = losses(trainer);
        }
        try (Trainer trainer = training().compile(Engine.cpu())) {
            List<Double> onCpu = losses(trainer);
            for (int i = 0; i < onCpu.size(); i++) {
                assertThat(through.get(i)).isCloseTo(onCpu.get(i), within(5e-3));
            }
        }
        assertThat(through.getLast()).isLessThan(through.getFirst());
    }

    @Test
    void tablesAreCountedThroughTheShim() {
        InterpretedShim.install();
        Training counting = training().metrics(Metrics.confusionMatrix(), Metrics.f1());
        Dataset data = Dataset.of(batch().x(), batch().y());
        Results through;
        try (Trainer trainer = counting.compile(new CoreMlEngine())) {
            through = trainer.fit(data, Option.epochs(2)).epochs().getLast().train();
        }
        try (Trainer trainer = counting.compile(Engine.cpu())) {
            Results onCpu = trainer.fit(data, Option.epochs(2)).epochs().getLast().train();
            NDArray table = through.matrix(Metrics.confusionMatrix());
            assertThat(table).isEqualTo(onCpu.matrix(Metrics.confusionMatrix()));
            assertThat(Arrays.stream(table.ints()).sum()).isEqualTo(EXAMPLES);
            assertThat(through.value(Metrics.f1()))
                    .isCloseTo(onCpu.value(Metrics.f1()), within(2e-3));
        }
    }

    @Test
    void halvesOfAStepAreTheStep() {
        try (Trainer whole = training().compile(Engine.cpu());
                Trainer halves = training().compile(new HalvesOnCpu())) {
            assertThat(losses(halves)).isEqualTo(losses(whole));
            assertThat(halves.weights().arrays()).isEqualTo(whole.weights().arrays());
        }
        try (Trainer whole = training().gradientAccumulation(3).compile(Engine.cpu());
                Trainer halves = training().gradientAccumulation(3).compile(new HalvesOnCpu())) {
            assertThat(losses(halves)).isEqualTo(losses(whole));
            assertThat(halves.weights().arrays()).isEqualTo(whole.weights().arrays());
        }
    }

    /** The CPU, given steps by halves. */
    private record HalvesOnCpu() implements Engine {
        @Override
        public boolean usesSplitStep() {
            return true;
        }

        @Override
        public String name() {
            return "halves";
        }

        @Override
        public String describe() {
            return "halves on the CPU";
        }

        @Override
        public Verdict available() {
            return Verdict.yes();
        }

        @Override
        public Verdict supports(Program program) {
            return Verdict.yes();
        }

        @Override
        public CompiledProgram compile(Program program, Bindings bindings) {
            return Engine.cpu().compile(program, bindings);
        }
    }

    @Test
    void frozenWeightsThatAreLoadedTakeTheirPlaceInTheModel() {
        InterpretedShim.install();
        Model model =
                Model.model(
                        Input.input(5),
                        sequential(named("trunk", dense(8)), relu(), named("head", dense(3))));
        Training frozen =
                Training.training(model.freeze(WeightFilters.under("trunk")))
                        .loss(Losses.softmaxCrossEntropy())
                        .optimizer(Optimizers.sgd(0.1))
                        .batch(EXAMPLES);
        try (Trainer through = frozen.compile(new CoreMlEngine());
                Trainer onCpu = frozen.seed(9).compile(Engine.cpu())) {
            double other = onCpu.step(batch()).value(Metrics.loss());
            assertThat(through.step(batch()).value(Metrics.loss()))
                    .isNotCloseTo(other, within(1e-2));
            through.load(onCpu.weights());
            double next = onCpu.step(batch()).value(Metrics.loss());
            assertThat(through.step(batch()).value(Metrics.loss())).isCloseTo(next, within(5e-3));
            var trunk = "trunk/weight";
            assertThat(through.weights().at(trunk)).isEqualTo(onCpu.weights().at(trunk));
        }
    }

    @Test
    void aPredictionThatFailsIsAnErrorWithTheShimsText() {
        InterpretedShim.install();
        try (Trainer trainer = training().compile(new CoreMlEngine())) {
            trainer.step(batch());
            InterpretedShim.failNext();
            assertThatThrownBy(() -> trainer.step(batch()))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("failed (propane.fake 7)");
        }
    }

    @Test
    void whatTheDoctorFoundStandsAgainstIt(@TempDir Path folder) {
        InterpretedShim.install();
        System.setProperty(MachineReport.PLACE, folder.resolve("doctor.json").toString());
        try {
            assertThat(new CoreMlEngine().available()).isInstanceOf(Verdict.Supported.class);
            report(Answer.Outcome.YES).keep();
            assertThat(new CoreMlEngine().available()).isInstanceOf(Verdict.Supported.class);
            report(Answer.Outcome.DIED).keep();
            assertThat(new CoreMlEngine().available().toString())
                    .contains("the process ended with 134", "bin/propane doctor");
        } finally {
            System.clearProperty(MachineReport.PLACE);
        }
    }

    private static MachineReport report(Answer.Outcome outcome) {
        var answer =
                new Answer("perceptron_step", "?", outcome, "the process ended with 134", Map.of());
        return new MachineReport(MachineReport.thisSystem(), Map.of(), List.of(answer));
    }

    @Test
    void withoutTheShimItRefusesAndSaysWhy() {
        var engine = new CoreMlEngine();
        assertThat(engine.available()).isInstanceOf(Verdict.Unsupported.class);
        assertThatThrownBy(() -> training().compile(engine))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining(Shim.obstacle().orElseThrow());
    }

    @Test
    void neuralEngineFallsBackAndRequiredDoesNot() {
        try (Trainer trainer = training().compile(Engine.neuralEngine())) {
            assertThat(trainer.report().passedOver())
                    .singleElement()
                    .asString()
                    .isEqualTo("Neural Engine: " + Shim.obstacle().orElseThrow());
        }
        assertThatThrownBy(() -> training().compile(Engine.neuralEngine().required()))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining(Shim.obstacle().orElseThrow());
    }

    @Test
    void aDeviceThatComputesWrongIsPassedOverForTheNext() {
        InterpretedShim.install();
        InterpretedShim.distortNext();
        try (Trainer trainer = training().compile(Engine.neuralEngine())) {
            assertThat(trainer.report().passedOver())
                    .singleElement()
                    .asString()
                    .startsWith("Neural Engine: a first step over made-up numbers differs")
                    .contains(" has -");
            assertThat(trainer.report().device()).startsWith("Core ML (CPU_AND_GPU allowed");
            trainer.step(batch());
        }
        InterpretedShim.distortNext();
        assertThatThrownBy(() -> training().compile(Engine.neuralEngine().required()))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("differs from the CPU's");
    }

    @Test
    void aDeviceThatFailsAtOnceIsPassedOverForTheNext() {
        InterpretedShim.install();
        InterpretedShim.failOn(NEURAL_ENGINE, 0);
        try (Trainer trainer = training().compile(Engine.neuralEngine())) {
            assertThat(trainer.report().passedOver())
                    .singleElement()
                    .asString()
                    .startsWith("Neural Engine: Core ML shim: failed (propane.fake 11)");
        }
    }

    @Test
    void theBestEngineLeavesToTheCpuWhatCoreMlWould() {
        InterpretedShim.install();
        try (Trainer trainer = training().compile(Engine.best())) {
            assertThat(trainer.report().passedOver())
                    .singleElement()
                    .asString()
                    .startsWith("Neural Engine: ")
                    .contains(
                            " parameters: Core ML will choose the CPU (measured by others",
                            "Engine.neuralEngine() asks Core ML all the same");
            assertThat(trainer.report().device()).startsWith("CPU (");
            List<Double> losses = losses(trainer);
            assertThat(losses.getLast()).isLessThan(losses.getFirst());
        }
        try (Trainer trainer = training().compile(Engine.neuralEngine())) {
            assertThat(trainer.report().device())
                    .as("who names the engine gets it")
                    .startsWith("Core ML (CPU_AND_NEURAL_ENGINE allowed");
        }
    }

    @Test
    void theBestEngineTakesWhatCoreMlMayTake() {
        InterpretedShim.install();
        Model wide =
                Model.model(Input.input(5), sequential(dense(300), relu(), dense(350), dense(3)));
        Training training =
                Training.training(wide)
                        .loss(Losses.softmaxCrossEntropy())
                        .optimizer(Optimizers.sgd(0.1))
                        .batch(EXAMPLES);
        try (Trainer trainer = training.compile(Engine.best())) {
            assertThat(trainer.report().passedOver()).isEmpty();
            assertThat(trainer.report().device())
                    .startsWith("Core ML (CPU_AND_NEURAL_ENGINE allowed")
                    .contains("123 k parameters: Core ML may choose the CPU");
        }
    }

    @Test
    void withoutCoreMlTheBestEngineSaysThatItIsNotThere() {
        try (Trainer trainer = training().compile(Engine.best())) {
            assertThat(trainer.report().passedOver())
                    .singleElement()
                    .asString()
                    .startsWith("Neural Engine: needs macOS 15 on Apple silicon; this is ");
        }
    }

    @Test
    void aPropertySaysWhichProcessorsCoreMlMayUse() {
        InterpretedShim.install();
        System.setProperty("propane.units", "cpu");
        try (Trainer trainer = training().compile(Engine.best())) {
            assertThat(trainer.report().device())
                    .as("small as it is: who names processors gets them")
                    .startsWith("Core ML (CPU_ONLY allowed");
            assertThat(trainer.report().passedOver()).isEmpty();
            System.setProperty("propane.units", "gnu");
            assertThatThrownBy(Engine::neuralEngine)
                    .isInstanceOf(UnknownNameException.class)
                    .hasMessageContaining("gpu");
        } finally {
            System.clearProperty("propane.units");
        }
    }

    @Test
    void processorsCanBeNamed() {
        InterpretedShim.install();
        Engine engine = Engine.coreMl(ComputeUnits.ALL);
        assertThat(engine.name()).isEqualTo("Core ML");
        try (Trainer trainer = training().compile(engine)) {
            assertThat(trainer.report().device()).startsWith("Core ML (ALL allowed");
        }
    }
}
