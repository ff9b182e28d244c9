package propane.disk;

import propane.ffm.disk.Disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The system's disk, which notes each call, may be full from one of them on, and may know no
 * exchange of names.
 */
public final class RecordedDisk implements Disk {
    private final List<Call> calls = new ArrayList<>();
    private final int fullAt;
    private final int emptyAt;
    private final boolean exchanges;

    private RecordedDisk(int fullAt, int emptyAt, boolean exchanges) {
        this.fullAt = fullAt;
        this.emptyAt = emptyAt;
        this.exchanges = exchanges;
    }

    /** Returns a disk that never fails. */
    public static RecordedDisk whole() {
        return new RecordedDisk(Integer.MAX_VALUE, Integer.MAX_VALUE, true);
    }

    /** Returns a disk that takes no more from a call on, counted from 0; it can still delete. */
    public static RecordedDisk fullAt(int call) {
        return new RecordedDisk(call, Integer.MAX_VALUE, true);
    }

    /** Returns a disk that fails at one call, counted from 0, and takes the next again. */
    public static RecordedDisk failingAt(int call) {
        return new RecordedDisk(call, call + 1, true);
    }

    /** Returns this disk, as a system has it that cannot exchange names. */
    public RecordedDisk withoutExchange() {
        return new RecordedDisk(fullAt, emptyAt, false);
    }

    /** Returns what was done so far. */
    public List<Call> calls() {
        return List.copyOf(calls);
    }

    private void note(Call call) throws IOException {
        calls.add(call);
        if (calls.size() > fullAt && calls.size() <= emptyAt) {
            throw new IOException("No space left on device");
        }
    }

    @Override
    public Output create(Path file) throws IOException {
        note(new Call.Create(file));
        Output out = Disk.system().create(file);
        return new Output() {
            @Override
            public void write(byte[] bytes, int count, long at) throws IOException {
                try {
                    note(new Call.Write(file, Arrays.copyOf(bytes, count), at));
                } catch (IOException e) {
                    // A full disk takes a part.
                    out.write(bytes, count / 2, at);
                    throw e;
                }
                out.write(bytes, count, at);
            }

            @Override
            public void sync() throws IOException {
                note(new Call.Sync(file));
            }

            @Override
            public void mark() {
                out.mark();
            }

            @Override
            public void close() throws IOException {
                out.close();
            }
        };
    }

    @Override
    public void folder(Path folder) throws IOException {
        note(new Call.Folder(folder));
        Disk.system().folder(folder);
    }

    @Override
    public void sync(Path place) throws IOException {
        note(new Call.Sync(place));
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        note(new Call.Rename(from, to));
        Disk.system().rename(from, to);
    }

    @Override
    public boolean exchange(Path one, Path other) throws IOException {
        if (!exchanges) {
            return false;
        }
        note(new Call.Exchange(one, other));
        return Disk.system().exchange(one, other);
    }

    @Override
    public void delete(Path place) throws IOException {
        if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
            calls.add(new Call.Delete(place));
        }
        Disk.system().delete(place);
    }
}
