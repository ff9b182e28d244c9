package propane.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Files and folders with their contents.
 *
 * @param top the folder that they are in
 */
public record DiskState(Node top) {
    /** A file or a folder, whatever it is called. */
    static final class Node {
        /** Of a folder: what is in it. */
        private final Map<String, Node> names = new TreeMap<>();

        private final boolean isFolder;
        private byte[] bytes = {};
        private byte[] safe = {};
        private int lastWrite;

        private Node(boolean isFolder) {
            this.isFolder = isFolder;
        }

        private byte[] left(PowerCut.Bytes how) {
            return switch (how) {
                case LOST -> safe;
                case KEPT -> bytes;
                case TORN ->
                        Arrays.copyOf(bytes, Math.max(safe.length, bytes.length - lastWrite / 2));
                case ZEROS -> Arrays.equals(bytes, safe) ? safe : Arrays.copyOf(safe, bytes.length);
            };
        }
    }

    /** Returns what is in a folder now, all of it safe. */
    public static DiskState of(Path folder) throws IOException {
        return new DiskState(read(folder));
    }

    private static Node read(Path place) throws IOException {
        var node = new Node(Files.isDirectory(place));
        if (node.isFolder) {
            try (Stream<Path> all = Files.list(place)) {
                for (Path each : all.toList()) {
                    node.names.put(each.getFileName().toString(), read(each));
                }
            }
        } else {
            node.bytes = Files.readAllBytes(place);
            node.safe = node.bytes;
        }
        return node;
    }

    /** Makes all of it in a folder. */
    void build(Path folder) throws IOException {
        build(top, folder);
    }

    private static void build(Node node, Path place) throws IOException {
        for (var each : node.names.entrySet()) {
            Path inner = place.resolve(each.getKey());
            if (each.getValue().isFolder) {
                Files.createDirectory(inner);
                build(each.getValue(), inner);
            } else {
                Files.write(inner, each.getValue().bytes);
            }
        }
    }

    /** Returns a text that tells two states apart, but for what stands under temporary names. */
    String text() {
        var text = new StringBuilder();
        text(top, text);
        return text.toString();
    }

    private static void text(Node node, StringBuilder text) {
        node.names.forEach((name, inner) -> {
            if (!name.endsWith(".tmp") && !name.endsWith(".lock") && !name.endsWith(".part")) {
                text.append(name).append(inner.isFolder ? "{" : "=");
                if (inner.isFolder) {
                    text(inner, text);
                } else {
                    text.append(inner.bytes.length)
                            .append('#')
                            .append(Arrays.hashCode(inner.bytes));
                }
                text.append(inner.isFolder ? "}" : ";");
            }
        });
    }

    /** Calls that were done to a state, and which of them the disk was told to take. */
    static final class Played {
        private final Path root;
        private final Node top;
        private final List<List<Change>> changes = new ArrayList<>();
        private final Set<Integer> open = new LinkedHashSet<>();

        /** What a name in a folder stands for from now on; nothing where the name is gone. */
        private record Change(Node folder, String name, List<Node> now) {}

        private final List<Change> start = new ArrayList<>();

        Played(Path root, DiskState before, List<Call> calls) {
            this.root = root;
            this.top = copy(before.top);
            remember(top);
            calls.forEach(this::play);
        }

        private static Node copy(Node node) {
            var copy = new Node(node.isFolder);
            copy.bytes = node.bytes;
            copy.safe = node.safe;
            node.names.forEach((name, inner) -> copy.names.put(name, copy(inner)));
            return copy;
        }

        private void remember(Node folder) {
            folder.names.forEach((name, inner) -> {
                start.add(new Change(folder, name, List.of(inner)));
                remember(inner);
            });
        }

        /** Returns the changes of names that the disk was not told to take. */
        List<Integer> open() {
            return List.copyOf(open);
        }

        private Node at(Path place) {
            Node node = top;
            for (Path part : root.relativize(place)) {
                if (!part.toString().isEmpty()) {
                    // Folders that were made past the door are there for good.
                    if (!node.names.containsKey(part.toString())) {
                        var made = new Change(node, part.toString(), List.of(new Node(true)));
                        start.add(made);
                        apply(made);
                    }
                    node = node.names.get(part.toString());
                }
            }
            return node;
        }

        private void play(Call call) {
            switch (call) {
                case Call.Create(Path file) -> change(set(file, new Node(false)));
                case Call.Folder(Path folder) -> change(set(folder, new Node(true)));
                case Call.Delete(Path place) -> change(gone(place));
                case Call.Rename(Path from, Path to) -> {
                    Node moved = at(from);
                    change(gone(from), set(to, moved));
                }
                case Call.Exchange(Path one, Path other) -> {
                    Node first = at(one);
                    Node second = at(other);
                    change(set(one, second), set(other, first));
                }
                case Call.Write(Path file, byte[] bytes, long at) ->
                        write(at(file), bytes, (int) at);
                case Call.Sync(Path place) -> sync(at(place));
            }
        }

        private Change set(Path place, Node node) {
            return new Change(at(place.getParent()), place.getFileName().toString(), List.of(node));
        }

        private Change gone(Path place) {
            return new Change(at(place.getParent()), place.getFileName().toString(), List.of());
        }

        private void change(Change... together) {
            open.add(changes.size());
            changes.add(List.of(together));
            changes.getLast().forEach(Played::apply);
        }

        private static void apply(Change change) {
            change.folder.names.remove(change.name);
            change.now.forEach(node -> change.folder.names.put(change.name, node));
        }

        private static void write(Node file, byte[] bytes, int at) {
            file.bytes = Arrays.copyOf(file.bytes, Math.max(file.bytes.length, at + bytes.length));
            System.arraycopy(bytes, 0, file.bytes, at, bytes.length);
            file.lastWrite = bytes.length;
        }

        private void sync(Node node) {
            node.safe = node.bytes.clone();
            open.removeIf(
                    index -> changes.get(index).stream().anyMatch(change -> change.folder == node));
        }

        /** Returns what is left after a power cut. */
        DiskState left(Set<Integer> kept, PowerCut.Bytes bytes) {
            // The names as they were, then the changes that the disk took.
            clear(top);
            changes.forEach(each -> each.forEach(change -> change.now.forEach(this::clear)));
            start.forEach(Played::apply);
            for (int i = 0; i < changes.size(); i++) {
                if (!open.contains(i) || kept.contains(i)) {
                    changes.get(i).forEach(Played::apply);
                }
            }
            return new DiskState(left(top, bytes));
        }

        private void clear(Node node) {
            List.copyOf(node.names.values()).forEach(this::clear);
            node.names.clear();
        }

        private static Node left(Node node, PowerCut.Bytes how) {
            var left = new Node(node.isFolder);
            left.bytes = node.left(how);
            node.names.forEach((name, inner) -> left.names.put(name, left(inner, how)));
            return left;
        }
    }
}
