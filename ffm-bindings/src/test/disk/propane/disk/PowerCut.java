package propane.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a disk may hold when the power goes at any moment of some calls: what was brought to it, and
 * of all else, names and contents, any part.
 *
 * @param root the folder that all happens in
 * @param before what stood in it, safe on the disk
 * @param calls what was done
 */
public record PowerCut(Path root, DiskState before, List<Call> calls) {
    /** What became of bytes that were not brought to the disk. */
    enum Bytes {
        /** The file is as long as it was when it was last brought to the disk. */
        LOST,
        /** The file has its length, and zeros. */
        ZEROS,
        /** A part of the last ones is there. */
        TORN,
        /** They are there. */
        KEPT
    }

    /** Reads what a cut left in a folder. */
    @FunctionalInterface
    public interface Reading {
        /**
         * Reads.
         *
         * @param done whether the cut came after the last call
         */
        void read(Path folder, boolean done) throws IOException;
    }

    /**
     * Builds each state in a folder and reads it. States that differ in temporary names alone are
     * read once.
     *
     * @param scratch a folder for the states, which is emptied each time
     * @return how many states there were
     */
    public int each(Path scratch, Reading reading) throws IOException {
        int states = 0;
        for (int cut = 0; cut <= calls.size(); cut++) {
            boolean done = cut == calls.size();
            Set<String> seen = new HashSet<>();
            for (Bytes bytes : Bytes.values()) {
                var played = new DiskState.Played(root, before, calls.subList(0, cut));
                for (Set<Integer> kept : choices(played.open())) {
                    DiskState left = played.left(kept, bytes);
                    if (seen.add(left.text())) {
                        states++;
                        empty(scratch);
                        left.build(scratch);
                        reading.read(scratch, done);
                    }
                }
            }
        }
        return states;
    }

    /** Of the last changes of names that the disk was not told to take: all, none, some. */
    private static List<Set<Integer>> choices(List<Integer> open) {
        var choices = new ArrayList<Set<Integer>>();
        for (int i = 0; i <= open.size(); i++) {
            choices.add(new HashSet<>(open.subList(0, i)));
            choices.add(new HashSet<>(open.subList(i, open.size())));
        }
        for (Integer one : open) {
            choices.add(Set.of(one));
            var others = new HashSet<>(open);
            others.remove(one);
            choices.add(others);
        }
        return choices;
    }

    /** Deletes all that is in a folder. */
    public static void empty(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                if (!each.equals(folder)) {
                    Files.delete(each);
                }
            }
        }
    }

    /**
     * Requires that whatever got its last name had been brought to the disk before, and that the
     * name was brought there after.
     *
     * @throws AssertionError if not; says which call came too early
     */
    public void requireOrder() {
        for (int i = 0; i < calls.size(); i++) {
            switch (calls.get(i)) {
                case Call.Rename(Path from, Path to) -> requireOrder(i, from, to);
                case Call.Exchange(Path one, Path other) -> requireOrder(i, one, other);
                default -> {}
            }
        }
    }

    private void requireOrder(int index, Path from, Path to) {
        Set<Path> loose = new HashSet<>();
        for (Call call : calls.subList(0, index)) {
            switch (call) {
                case Call.Create(Path file) -> loose.addAll(Arrays.asList(file, file.getParent()));
                case Call.Folder(Path made) -> loose.addAll(Arrays.asList(made, made.getParent()));
                case Call.Write write -> loose.add(write.file());
                case Call.Delete(Path place) -> loose.add(place.getParent());
                case Call.Sync(Path place) -> loose.remove(place);
                default -> {}
            }
        }
        for (Path each : loose) {
            if (each.startsWith(from) && Files.exists(to.resolve(from.relativize(each)))) {
                throw new AssertionError(each + " got its name before it lay on the disk");
            }
        }
        if (!calls.subList(index, calls.size()).contains(new Call.Sync(to.getParent()))) {
            throw new AssertionError(to + " has a name that was not brought to the disk");
        }
    }
}
