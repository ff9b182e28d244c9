package propane.attack;

import propane.checkpoint.Checkpoint;
import propane.coreml.CoreMl;
import propane.disk.PowerCut;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Kills a training that saves every third step and exports every fifteenth, again and again: what
 * it wrote is always whole, and the run ends as the unbroken one, bit for bit.
 */
final class KillAttack {
    private static final int SOON = 300;
    private static final int LATER = 600;

    private final Random random;
    private final Path folder;
    private int inWriting;

    private KillAttack(Settings settings) throws IOException {
        this.random = new Random(settings.seed());
        this.folder = Files.createDirectories(settings.folder().toAbsolutePath().resolve("kill"));
    }

    public static void main(String[] arguments) throws Exception {
        var settings = Settings.of(arguments);
        new KillAttack(settings).run(settings.count(20, 500));
    }

    private void run(int wanted) throws Exception {
        Path unbroken = Files.createDirectories(folder.resolve("unbroken"));
        requireEnd(start(unbroken));
        Checkpoint expected = Checkpoint.read(unbroken.resolve(KilledTraining.END));
        Path broken = Files.createDirectories(folder.resolve("broken"));
        int kills = 0;
        int runs = 0;
        while (kills < wanted) {
            Process process = start(broken);
            if (isKilled(process)) {
                kills++;
                requireWhole(broken);
            } else {
                requireEnd(process);
                requireSame(expected, broken);
                PowerCut.empty(broken);
                runs++;
            }
        }
        requireEnd(start(broken));
        requireSame(expected, broken);
        System.out.printf(
                "%d kills, %d of them in the middle of writing, over %d runs: each ended as the"
                        + " unbroken one%n",
                kills, inWriting, runs + 1);
    }

    private static Process start(Path folder) throws IOException {
        return Job.of(
                        "killed",
                        List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"),
                        KilledTraining.class,
                        List.of(folder.toString()))
                .builder()
                .start();
    }

    /** Returns whether it was killed before it ended. */
    private boolean isKilled(Process process) throws IOException, InterruptedException {
        if (random.nextInt(4) > 0) {
            String said = "";
            for (String line = said; line != null; line = process.inputReader().readLine()) {
                said += line + "\n";
                if (line.equals(KilledTraining.READY)) {
                    break;
                }
            }
            if (!said.endsWith(KilledTraining.READY + "\n")) {
                throw new AssertionError("a resumed run says " + said);
            }
            Thread.sleep(random.nextInt(LATER));
        } else {
            Thread.sleep(random.nextInt(SOON));
        }
        boolean lives = process.isAlive();
        process.destroyForcibly();
        return process.waitFor() != 0 && lives;
    }

    private static void requireEnd(Process process) throws IOException, InterruptedException {
        String said = said(process);
        if (process.waitFor() != 0) {
            throw new AssertionError("ended with " + process.exitValue() + ": " + said);
        }
    }

    private static String said(Process process) {
        try {
            return process.inputReader().lines().reduce("", (a, b) -> a + b + "\n");
        } catch (UncheckedIOException e) {
            // One that came to its end before the kill reached it is closed by the kill.
            return "what it said is lost, " + e;
        }
    }

    private void requireWhole(Path broken) throws IOException {
        if (Files.exists(broken.resolve(KilledTraining.CHECKPOINT))) {
            Checkpoint.read(broken.resolve(KilledTraining.CHECKPOINT));
        }
        if (Files.exists(broken.resolve(KilledTraining.PACKAGE))) {
            CoreMl.check(broken.resolve(KilledTraining.PACKAGE));
        }
        try (Stream<Path> all = Files.list(broken)) {
            inWriting += all.anyMatch(KillAttack::isTemporary) ? 1 : 0;
        }
    }

    private static boolean isTemporary(Path each) {
        return each.getFileName().toString().startsWith(".");
    }

    private static void requireSame(Checkpoint expected, Path broken) throws IOException {
        if (!Checkpoint.read(broken.resolve(KilledTraining.END)).equals(expected)) {
            throw new AssertionError("the broken run ended otherwise than the unbroken one");
        }
        try (Stream<Path> all = Files.list(broken)) {
            List<Path> left = all.filter(KillAttack::isTemporary).toList();
            if (!left.isEmpty()) {
                throw new AssertionError("killed writers left " + left);
            }
        }
    }
}
