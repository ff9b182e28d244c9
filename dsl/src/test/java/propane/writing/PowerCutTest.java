package propane.writing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import propane.disk.Call;
import propane.disk.DiskState;
import propane.disk.PowerCut;
import propane.disk.RecordedDisk;
import propane.ffm.disk.Disk;
import propane.tensor.FormatException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;

/**
 * After a power cut between any two calls to the disk, or in the middle of one, the old file or the
 * new one is read, and once the writing has returned, the new one.
 */
class PowerCutTest {
    @TempDir private Path folder;
    @TempDir private Path scratch;
    private Path root;

    @BeforeEach
    void makeTheFolder() throws IOException {
        root = Files.createDirectory(folder.resolve("disk"));
    }

    private PowerCut write(Kept kept, RecordedDisk disk, int which) throws IOException {
        DiskState before = DiskState.of(root);
        Disk.with(disk, () -> kept.write().accept(root.resolve(kept.name()), which));
        return new PowerCut(root, before, disk.calls());
    }

    @Test
    void aFileIsTheOldOneOrTheNewOne() throws IOException {
        for (Kept kept : Kept.FILES) {
            PowerCut first = write(kept, RecordedDisk.whole(), 1);
            first.requireOrder();
            int states = first.each(scratch, (left, done) -> requireNoneOr(kept, left, done));
            PowerCut second = write(kept, RecordedDisk.whole(), 2);
            second.requireOrder();
            states += second.each(scratch, (left, done) -> requireEither(kept, left, done));
            assertThat(states).isGreaterThan(5);
        }
    }

    private static void requireNoneOr(Kept kept, Path left, boolean done) {
        Path file = left.resolve(kept.name());
        if (done || Files.exists(file)) {
            assertThat(kept.read().apply(file)).isEqualTo(1);
        }
    }

    private static void requireEither(Kept kept, Path left, boolean done) {
        int which = kept.read().apply(left.resolve(kept.name()));
        assertThat(which).isBetween(done ? 2 : 1, 2);
    }

    @Test
    void aPackageIsTheOldOneOrTheNewOne() throws IOException {
        Kept kept = Kept.PACKAGE;
        PowerCut first = write(kept, RecordedDisk.whole(), 1);
        first.requireOrder();
        first.each(scratch, (left, done) -> requireNoneOr(kept, left, done));
        PowerCut second = write(kept, RecordedDisk.whole(), 2);
        second.requireOrder();
        int states = second.each(scratch, (left, done) -> requireEither(kept, left, done));
        assertThat(states).isGreaterThan(5);
    }

    /** Where the system cannot exchange names, the former package may have its other name yet. */
    @Test
    void whereNamesCannotBeExchangedNoPackageIsLost() throws IOException {
        Kept kept = Kept.PACKAGE;
        write(kept, RecordedDisk.whole(), 1);
        PowerCut second = write(kept, RecordedDisk.whole().withoutExchange(), 2);
        second.requireOrder();
        second.each(
                scratch,
                (left, done) -> {
                    Path target = left.resolve(kept.name());
                    if (Files.exists(target)) {
                        requireEither(kept, left, done);
                        return;
                    }
                    assertThat(done).isFalse();
                    assertThat(kept.read().apply(AtomicFolder.former(target))).isEqualTo(1);
                    assertThatThrownBy(() -> kept.read().apply(target))
                            .isInstanceOf(FormatException.class)
                            .hasMessageContaining("the former one is whole at");
                });
    }

    @Test
    void whatAPowerCutLeavesIsGoneWithTheNextWriting() throws IOException {
        for (Kept kept : new Kept[] {Kept.FILES.getFirst(), Kept.PACKAGE}) {
            PowerCut cut = write(kept, RecordedDisk.whole(), 1);
            cut.each(
                    scratch,
                    (left, done) -> {
                        Path file = left.resolve(kept.name());
                        Disk.with(RecordedDisk.whole(), () -> kept.write().accept(file, 2));
                        assertThat(kept.read().apply(file)).isEqualTo(2);
                        try (var all = Files.list(left)) {
                            assertThat(all).containsExactly(file);
                        }
                    });
            PowerCut.empty(root);
        }
    }

    /** The simulation itself: a name that comes before its contents is seen. */
    @Test
    void aMissingOrderToTheDiskIsFound() throws IOException {
        Kept kept = Kept.FILES.getFirst();
        PowerCut good = write(kept, RecordedDisk.whole(), 1);
        for (Call left : good.calls()) {
            if (left instanceof Call.Sync) {
                var others = new ArrayList<>(good.calls());
                others.remove(left);
                var bad = new PowerCut(root, good.before(), others);
                assertThatThrownBy(bad::requireOrder).isInstanceOf(AssertionError.class);
                assertThatThrownBy(() ->
                                bad.each(
                                        scratch,
                                        (folder, done) -> requireNoneOr(kept, folder, done)))
                        .isInstanceOfAny(AssertionError.class, FormatException.class);
            }
        }
    }
}
