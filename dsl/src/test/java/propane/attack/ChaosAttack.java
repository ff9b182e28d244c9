package propane.attack;

import propane.data.Batch;
import propane.data.Dataset;
import propane.engine.Engine;
import propane.tensor.NDArray;
import propane.tensor.PropaneException;
import propane.train.Trainer;
import propane.train.option.Option;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Eight threads do with one trainer whatever comes to their minds, closing it as well: each call
 * does what it says or ends in an error of its own, and no process ends.
 */
final class ChaosAttack {
    private static final int THREADS = 8;

    private final long until;
    private final long seed;
    private final Path file;
    private final Dataset data = Sample.data(40);
    private final Batch batch = Sample.data(Sample.BATCH).all();
    private final NDArray x = batch.inputs().values().iterator().next();
    private final AtomicReference<Trainer> shared = new AtomicReference<>(compiled());
    private final Map<String, Integer> counts = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<Throwable> escaped = new ConcurrentLinkedQueue<>();

    private ChaosAttack(Settings settings) {
        this.until = System.nanoTime() + settings.count(8, 600) * 1_000_000_000L;
        this.seed = settings.seed();
        this.file = settings.folder().toAbsolutePath().resolve("chaos.ckpt");
    }

    private static Trainer compiled() {
        return Sample.training().compile(Engine.cpu());
    }

    public static void main(String[] arguments) throws InterruptedException {
        new ChaosAttack(Settings.of(arguments)).run();
    }

    private void run() throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            var random = new Random(seed + i);
            threads.add(Thread.ofPlatform().name("chaos-" + i).start(() -> rage(random)));
        }
        for (Thread thread : threads) {
            thread.join(60_000 + Math.max(0, (until - System.nanoTime()) / 1_000_000));
            if (thread.isAlive()) {
                throw new AssertionError(
                        thread.getName() + " hangs in " + List.of(thread.getStackTrace()));
            }
        }
        shared.get().close();
        System.out.println(new TreeMap<>(counts));
        for (Throwable each : escaped) {
            each.printStackTrace();
        }
        System.exit(escaped.isEmpty() ? 0 : 1);
    }

    private void rage(Random random) {
        while (System.nanoTime() < until) {
            String did = "nothing";
            try {
                did = call(shared.get(), random);
            } catch (PropaneException e) {
                did = "refused";
            } catch (RuntimeException | Error e) {
                did = "escaped";
                if (escaped.size() < 5) {
                    escaped.add(e);
                }
            }
            counts.merge(did, 1, Integer::sum);
        }
    }

    private String call(Trainer trainer, Random random) {
        switch (random.nextInt(24)) {
            case 0 -> {
                trainer.close();
                if (shared.get() == trainer) {
                    Trainer next = compiled();
                    if (!shared.compareAndSet(trainer, next)) {
                        next.close();
                    }
                }
                return "closed";
            }
            case 1 -> {
                trainer.fit(data, Option.epochs(1));
                return "fitted";
            }
            case 2 -> {
                trainer.save(file);
                return "saved";
            }
            case 3 -> {
                trainer.weights().size();
                return "weights";
            }
            case 4 -> {
                trainer.evaluate(data);
                return "evaluated";
            }
            case 5 -> {
                trainer.learningRate(1e-3);
                return "rated";
            }
            case 6 -> {
                trainer.requestStop();
                return "stopped";
            }
            case 7 -> {
                try (var predictor = trainer.predictor()) {
                    requirePredicted(predictor.predict(x));
                }
                return "predictor";
            }
            case 8, 9, 10 -> {
                trainer.step(batch);
                return "stepped";
            }
            default -> {
                requirePredicted(trainer.predict(x));
                return "predicted";
            }
        }
    }

    private static void requirePredicted(NDArray y) {
        if (y.shape().dim(0) != Sample.BATCH) {
            throw new AssertionError("a prediction of another size");
        }
    }
}
