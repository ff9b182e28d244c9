package propane.attack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;

/** Runs all attacks, two at a time, and says what became of them. */
final class Attack {
    /**
     * Kinds of files that are attacked in one process, so that both processors have as much to do.
     */
    private static final List<String> FUZZED =
            List.of(
                    "jsh",
                    "java",
                    "mlmodel by structure,mlmodel by bytes,read and run,manifest,weight.bin",
                    "checkpoint,safetensors,pt,npz,csv,idx,idx.gz,json,devices.json,doctor.json");

    private Attack() {}

    public static void main(String[] arguments) throws Exception {
        var settings = Settings.of(arguments);
        Path folder = Files.createDirectories(settings.folder().toAbsolutePath());
        System.out.println(
                "attack: seed " + settings.seed() + (settings.isLong() ? ", the long form" : ""));
        boolean isGood = true;
        for (Job.Ending ending : endings(jobs(settings), folder, settings.count(10, 600))) {
            isGood &= ending.isGood();
        }
        System.out.println(isGood ? "attack: all survived" : "attack: NOT all survived");
        System.exit(isGood ? 0 : 1);
    }

    private static List<Job> jobs(Settings settings) {
        var jobs = new ArrayList<Job>();
        for (String kinds : FUZZED) {
            var wanted = new ArrayList<>(List.of(kinds.split(",")));
            wanted.removeIf(kind -> !settings.wants(kind));
            if (!wanted.isEmpty()) {
                jobs.add(fuzz(String.join(",", wanted), settings));
            }
        }
        for (Class<?> each :
                List.of(KillAttack.class, FlatAttack.class, ChaosAttack.class, DiskAttack.class)) {
            String name = each.getSimpleName().replace("Attack", "").toLowerCase(Locale.ROOT);
            if (settings.wants(name)) {
                jobs.add(Job.of(name, List.of("-Xmx512m"), each, settings.arguments()));
            }
        }
        jobs.addAll(Everywhere.jobs(settings));
        return jobs;
    }

    private static Job fuzz(String kinds, Settings settings) {
        String inputs = Integer.toString(settings.count(500, 20_000));
        String seed = Long.toString(settings.seed());
        return Job.of(
                "fuzz " + kinds.replace(",", ", "),
                List.of("-Xmx512m", "-Dpropane.natives=none", "-XX:TieredStopAtLevel=1"),
                Fuzz.class,
                List.of(kinds, inputs, seed, settings.folder().toAbsolutePath().toString()));
    }

    private static List<Job.Ending> endings(List<Job> jobs, Path folder, int minutes)
            throws InterruptedException, ExecutionException {
        try (var threads = Executors.newFixedThreadPool(2)) {
            var calls = new ArrayList<Callable<Job.Ending>>();
            jobs.forEach(job -> calls.add(() -> told(job, folder, minutes)));
            var endings = new ArrayList<Job.Ending>();
            for (var each : threads.invokeAll(calls)) {
                endings.add(each.get());
            }
            return endings;
        }
    }

    private static Job.Ending told(Job job, Path folder, int minutes)
            throws IOException, InterruptedException {
        Job.Ending ending = job.run(folder, minutes);
        String said = ending.said().strip();
        synchronized (Attack.class) {
            System.out.printf(
                    Locale.ROOT,
                    "%s: %s, %.1f s%n%s",
                    job.name(),
                    ending.text(),
                    ending.seconds(),
                    said.isEmpty() ? "" : said.indent(4));
        }
        return ending;
    }
}
