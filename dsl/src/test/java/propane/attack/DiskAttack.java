package propane.attack;

import propane.disk.DiskState;
import propane.disk.PowerCut;
import propane.disk.RecordedDisk;
import propane.engine.Engine;
import propane.ffm.disk.Disk;
import propane.tensor.PropaneException;
import propane.train.Trainer;
import propane.train.option.ExportOption;
import propane.train.option.Option;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/**
 * Cuts the power, and fills the disk, at each call with which a trainer saves and exports: each
 * file and package is the old or the new one.
 */
final class DiskAttack {
    /** What is written, in a folder. */
    private static final Map<String, BiConsumer<Trainer, Path>> KINDS =
            new TreeMap<>(
                    Map.of(
                            "checkpoint",
                            (trainer, folder) -> trainer.save(folder.resolve("run.ckpt")),
                            "predictor",
                            (trainer, folder) ->
                                    trainer.export(
                                            folder.resolve("Run.mlpackage"),
                                            ExportOption.float32()),
                            "training",
                            (trainer, folder) ->
                                    trainer.exportTraining(folder.resolve("Run.mlpackage")),
                            "history",
                            (trainer, folder) ->
                                    trainer.fit(Sample.data(16))
                                            .writeCsv(folder.resolve("history.csv"))));

    private final Trainer trainer;
    private final Path root;
    private final Path scratch;

    private DiskAttack(Trainer trainer, Path folder) throws IOException {
        this.trainer = trainer;
        this.root = Files.createDirectories(folder.resolve("disk"));
        this.scratch = Files.createDirectories(folder.resolve("scratch"));
    }

    public static void main(String[] arguments) throws IOException {
        Path folder = Settings.of(arguments).folder().toAbsolutePath();
        try (Trainer trainer = Sample.training().compile(Engine.cpu())) {
            trainer.fit(Sample.data(40), Option.epochs(1));
            var attack = new DiskAttack(trainer, folder);
            for (String kind : KINDS.keySet()) {
                attack.cutPower(kind);
                attack.fillDisk(kind);
            }
        }
    }

    private RecordedDisk write(String kind, RecordedDisk disk) {
        Disk.with(disk, () -> KINDS.get(kind).accept(trainer, root));
        return disk;
    }

    private void cutPower(String kind) throws IOException {
        PowerCut.empty(root);
        write(kind, RecordedDisk.whole());
        Map<String, List<Integer>> old = named(root);
        DiskState before = DiskState.of(root);
        trainer.step(Sample.data(Sample.BATCH).all());
        var cut = new PowerCut(root, before, write(kind, RecordedDisk.whole()).calls());
        Map<String, List<Integer>> now = named(root);
        cut.requireOrder();
        int states =
                cut.each(
                        scratch,
                        (left, done) ->
                                named(left)
                                        .forEach((name, bytes) -> {
                                            boolean isNow = bytes.equals(now.get(name));
                                            if (!isNow && (done || !bytes.equals(old.get(name)))) {
                                                throw new AssertionError(name + " is torn");
                                            }
                                        }));
        System.out.println(kind + ": " + cut.calls().size() + " calls, " + states + " states");
    }

    private void fillDisk(String kind) throws IOException {
        int calls = write(kind, RecordedDisk.whole()).calls().size();
        int failed = 0;
        for (int call = 0; call < calls; call++) {
            Map<String, List<Integer>> old = named(root);
            trainer.step(Sample.data(Sample.BATCH).all());
            try {
                write(kind, RecordedDisk.fullAt(call));
            } catch (PropaneException e) {
                failed++;
                boolean isTold = e.getMessage().contains("No space left on device");
                boolean stands = e.getMessage().contains("may not outlive a power cut");
                // A training is two things, of which the first may be new.
                boolean kept = kind.equals("training") || named(root).equals(old);
                if (!isTold || !stands && !kept) {
                    throw new AssertionError(kind + ", call " + call, e);
                }
            }
            try (Stream<Path> all = Files.list(root)) {
                if (all.anyMatch(each -> each.getFileName().toString().startsWith("."))) {
                    throw new AssertionError(kind + ", call " + call + ": something is left over");
                }
            }
        }
        System.out.println(kind + ": full at each of " + calls + " calls, " + failed + " errors");
    }

    /** Returns what stands under names that are not temporary: of packages, all their files. */
    private static Map<String, List<Integer>> named(Path folder) throws IOException {
        var all = new TreeMap<String, List<Integer>>();
        try (Stream<Path> tops = Files.list(folder)) {
            for (Path top : tops.toList()) {
                if (!top.getFileName().toString().startsWith(".")) {
                    all.put(top.getFileName().toString(), sums(top));
                }
            }
        }
        return all;
    }

    private static List<Integer> sums(Path top) throws IOException {
        try (Stream<Path> files = Files.walk(top)) {
            return files.sorted()
                    .map(each -> each.getFileName().hashCode() * 31 + sum(each))
                    .toList();
        }
    }

    private static int sum(Path file) {
        try {
            return Files.isDirectory(file) ? 0 : Arrays.hashCode(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
