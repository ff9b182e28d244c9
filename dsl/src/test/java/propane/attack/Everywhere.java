package propane.attack;

import propane.engine.Engine;
import propane.nn.metric.Metrics;
import propane.train.Trainer;
import propane.train.option.Option;
import propane.train.result.Results;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A training under each provider, number of threads, instruction set and narrow machine. */
final class Everywhere {
    private static final int EPOCHS = 4;

    private Everywhere() {}

    /** Returns a job for each of them. */
    static List<Job> jobs(Settings settings) {
        if (!settings.wants("everywhere")) {
            return List.of();
        }
        var jobs = new ArrayList<Job>();
        for (String provider : List.of("reference", "vector", "onednn")) {
            jobs.add(job("provider " + provider, Map.of(), "-Dpropane.provider=" + provider));
        }
        for (String threads : List.of("1", "2", "7")) {
            jobs.add(job("threads " + threads, Map.of(), "-Dpropane.threads=" + threads));
        }
        if (System.getProperty("os.arch").equals("amd64")) {
            for (int level = 0; level <= 3; level++) {
                jobs.add(job("UseAVX=" + level, Map.of(), "-XX:UseAVX=" + level));
            }
            jobs.add(job("UseSSE=2", Map.of(), "-XX:UseSSE=2"));
            for (String level : List.of("SSE41", "AVX2", "AVX512_CORE")) {
                jobs.add(job("oneDNN " + level, Map.of("ONEDNN_MAX_CPU_ISA", level)));
            }
        }
        jobs.add(job("-Xmx20m", Map.of(), "-Xmx20m"));
        jobs.add(job("-Xint", Map.of(), "-Xint"));
        jobs.add(job("-Xss256k", Map.of(), "-Xss256k"));
        jobs.add(job("one processor", Map.of(), "-XX:ActiveProcessorCount=1"));
        jobs.add(job("no natives", Map.of(), "-Dpropane.natives=none"));
        return jobs;
    }

    private static Job job(String name, Map<String, String> environment, String... flags) {
        return new Job(name, List.of(flags), environment, Everywhere.class, List.of());
    }

    /** Trains, and ends with 1 unless it has learnt what can be learnt. */
    public static void main(String[] arguments) {
        var data = Sample.data(400);
        try (Trainer trainer = Sample.training().compile(Engine.cpu())) {
            trainer.fit(data, Option.epochs(EPOCHS));
            Results results = trainer.evaluate(data);
            double accuracy = results.value(Metrics.accuracy());
            System.out.printf(
                    Locale.ROOT,
                    "loss %.6f, accuracy %.3f%n",
                    results.value(Metrics.loss()),
                    accuracy);
            System.exit(accuracy > 0.8 ? 0 : 1);
        }
    }
}
