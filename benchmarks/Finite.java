import static propane.nn.Input.*;
import static propane.nn.Model.model;
import static propane.nn.layer.Layers.*;
import static propane.nn.loss.Losses.softmaxCrossEntropy;
import static propane.nn.optimizer.Optimizers.adam;
import static propane.train.Training.training;

import module propane;

import module java.management;

static final double WARM_SECONDS = 15;
static final double SECONDS = 40;

/** Short, so that who else uses the processor disturbs both halves of a round or none. */
static final double ROUND_SECONDS = 0.006;

/**
 * What it costs that no state moves unless the gradients are finite: the processor time of the
 * thread that steps, without and with the norm of the gradients, in rounds that take turns. Of the
 * tenth of the rounds that was disturbed least: both times and their ratio; of all rounds: the
 * median of the ratios and their middle half.
 */
void main() {
    measure("small", 32, model(input(64), sequential(dense(64), relu(), dense(10))));
    measure("perceptron", 64, Workloads.perceptron());
    measure("transformer", 32, Workloads.transformer());
}

void measure(String name, int batch, Model model) {
    var training = training(model).loss(softmaxCrossEntropy()).optimizer(adam(1e-3)).batch(batch);
    var examples = DrawnBatch.of(model, batch);
    try (var looking = training.compile(Engine.cpu());
            var trusting = training.compile(new WithoutNorm(Engine.cpu()))) {
        int steps = steps(looking, examples);
        steps(trusting, examples);
        var with = new ArrayList<Double>();
        var without = new ArrayList<Double>();
        var ratios = new ArrayList<Double>();
        long start = System.nanoTime();
        while (System.nanoTime() - start < SECONDS * 1e9) {
            // Which of the two comes first takes turns as well.
            boolean first = ratios.size() % 2 == 0;
            for (boolean looks : List.of(first, !first)) {
                (looks ? with : without).add(run(looks ? looking : trusting, examples, steps));
            }
            ratios.add(with.getLast() / without.getLast());
        }
        double quickWithout = quantile(without, 0.1);
        double quickWith = quantile(with, 0.1);
        IO.println(
                String.format(
                        Locale.ROOT,
                        "%-12s %10.1f us %10.1f us %7.3f   %.3f (%.3f to %.3f)",
                        name,
                        quickWithout,
                        quickWith,
                        quickWith / quickWithout,
                        quantile(ratios, 0.5),
                        quantile(ratios, 0.25),
                        quantile(ratios, 0.75)));
    }
}

double quantile(List<Double> values, double share) {
    return values.stream().sorted().toList().get((int) (share * values.size()));
}

/** Warms a trainer up and returns how many steps make a round. */
int steps(Trainer trainer, Batch examples) {
    long start = System.nanoTime();
    int steps = 0;
    while (System.nanoTime() - start < WARM_SECONDS * 1e9) {
        trainer.step(examples);
        steps++;
    }
    return Math.max(1, (int) (steps * ROUND_SECONDS / WARM_SECONDS));
}

/** Returns how many microseconds of processor time a step takes of the thread that calls it. */
double run(Trainer trainer, Batch examples, int steps) {
    trainer.step(examples);
    var threads = ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadCpuTime();
    for (int i = 0; i < steps; i++) {
        trainer.step(examples);
    }
    return (threads.getCurrentThreadCpuTime() - before) * 1e-3 / steps;
}

/** An engine that does not compute what nothing but the look at what is finite needs. */
record WithoutNorm(Engine engine) implements Engine.Forwarding {
    @Override
    public CompiledProgram compile(Program program, Bindings bindings) {
        return engine.compile(program.map(WithoutNorm::without), bindings);
    }

    private static Program.Function without(Program.Function function) {
        var outputs = new ArrayList<>(function.outputs());
        outputs.removeIf(output -> output.port().name().equals("step/gradient_norm"));
        return Program.Function.of(function.name(), outputs);
    }
}
