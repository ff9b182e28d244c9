package propane.engine.coreml;

import propane.coreml.ModelCard;
import propane.coreml.write.ProgramPackage;
import propane.ffm.shim.ShimArray;
import propane.ffm.shim.ShimJob;
import propane.ffm.shim.ShimModel;
import propane.spi.Program;
import propane.spi.op.Port;
import propane.spi.op.Role;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;
import propane.train.Trainer;
import propane.train.option.Option;
import propane.train.result.Event;
import propane.train.result.TrainerCallback;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A process that trains the digits for 10,000 steps through the Swift shim, then makes as many
 * predictions on foreign threads, and tells by how much its memory grew after the first 1,000.
 */
public final class Footprint {
    /** What the line begins with that tells of the training. */
    static final String STEPS = "steps";

    /** What the line begins with that tells of the predictions. */
    static final String JOBS = "jobs";

    private static final int WARM = 1_000;
    private static final int TIMES = 10_000;
    private static final int ENOUGH_EPOCHS = 1_000;

    private Footprint() {}

    /**
     * Does it.
     *
     * @param arguments the width of the model's hidden layer
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        StandInCoreMl.install();
        // Measuring takes memory, too, the first time.
        ProcessMemory.now();
        tell(STEPS, train(Integer.parseInt(arguments[0])));
        tell(JOBS, predict());
        System.out.flush();
        // Threads of the Swift runtime do not keep the process.
        System.exit(0);
    }

    private static void tell(String what, ProcessMemory grown) {
        System.out.println(what + " " + grown.resident() + " " + grown.foreign());
    }

    /** Takes note of the memory after so many steps, and ends the run after so many more. */
    private static final class Watching implements TrainerCallback {
        private ProcessMemory start = new ProcessMemory(0, 0);

        @Override
        public Signal on(Event event) {
            if (event instanceof Event.StepDone(long step, _, _)) {
                if (step == WARM) {
                    start = ProcessMemory.now();
                }
                return step < TIMES ? Signal.CONTINUE : Signal.STOP;
            }
            return Signal.CONTINUE;
        }
    }

    private static ProcessMemory train(int hidden) {
        var watching = new Watching();
        var training = SwiftShimTrainingTest.training(hidden);
        try (Trainer trainer = training.compile(new CoreMlEngine())) {
            trainer.fit(
                    SwiftShimTrainingTest.DIGITS.train(),
                    Option.epochs(ENOUGH_EPOCHS),
                    Option.callback(watching));
            return ProcessMemory.now().since(watching.start);
        }
    }

    private static ProcessMemory predict() throws IOException, InterruptedException {
        Tensor x = new Port("x", Role.BATCH, TensorType.float32(Shape.shape(4, 8))).tensor();
        var twice = Program.Function.of("twice", List.of(Program.Output.result("y", x.mul(2))));
        Path file = Files.createTempDirectory("propane").resolve("Twice.mlpackage");
        ProgramPackage.write(Program.of(twice), file, ModelCard.BLANK);
        try (Arena arena = Arena.ofConfined();
                ShimModel model =
                        ShimModel.load(file, "", ShimModel.Units.CPU_ONLY, Duration.ZERO)) {
            var prediction =
                    model.prediction(List.of(array("x", arena)), List.of(array("y", arena)));
            repeat(prediction, WARM);
            ProcessMemory start = ProcessMemory.now();
            repeat(prediction, TIMES - WARM);
            return ProcessMemory.now().since(start);
        }
    }

    private static void repeat(ShimModel.Prediction prediction, int times)
            throws InterruptedException {
        for (int i = 0; i < times; i++) {
            try (ShimJob job = prediction.begin()) {
                job.await();
            }
        }
    }

    private static ShimArray array(String name, Arena arena) {
        return new ShimArray(
                name,
                arena.allocate(ValueLayout.JAVA_FLOAT, 32),
                ShimArray.Type.FLOAT32,
                new long[] {4, 8});
    }
}
