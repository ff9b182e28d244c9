package propane.spi;

import propane.ffm.NativeMemory;
import propane.ffm.Resources;
import propane.spi.op.Port;
import propane.tensor.EngineException;
import propane.tensor.NDArray;
import propane.tensor.Problem;
import propane.tensor.ShapeException;
import propane.tensor.UnknownNameException;

import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The storage of a program's ports: for each a native segment, aligned to 64 bytes, row-major,
 * initially zeros. Truth values take one byte. Bindings may share ports; the memory of those that
 * allocated it lives until they are closed, and so are all that share it and all programs compiled
 * over them.
 *
 * <p>A batch and a result may have one name; what is asked for by name alone must be one port only.
 */
public final class Bindings implements AutoCloseable {
    private final NativeMemory memory = new NativeMemory(EngineException::new);
    private final Map<Port, MemorySegment> segments = new LinkedHashMap<>();
    private final Resources under = new Resources();
    private final AtomicInteger keepers = new AtomicInteger(1);
    private final AtomicBoolean closed = new AtomicBoolean();

    private Bindings() {}

    /**
     * Returns new storage for some ports.
     *
     * @throws EngineException if there is not as much memory; nothing is held then
     */
    public static Bindings allocate(List<Port> ports) {
        return filled(bindings -> ports.forEach(bindings::add));
    }

    /** Returns bindings that was filled whole, or gives back what it took. */
    private static Bindings filled(Consumer<Bindings> filling) {
        var bindings = new Bindings();
        try {
            filling.accept(bindings);
            return bindings;
        } catch (RuntimeException | Error e) {
            bindings.close();
            throw e;
        }
    }

    /**
     * Returns storage for some ports in which those that these bindings has too are these
     * bindings's own, and the others are new.
     */
    public Bindings sharing(List<Port> others) {
        return sharing(others, Map.of());
    }

    /**
     * Returns storage as {@link #sharing(List)} does, in which some ports lie in memory that is
     * there already. Must be closed before that memory is freed.
     *
     * @param placed memory by the ports, row-major
     * @throws EngineException if memory is smaller than its port
     */
    public Bindings sharing(List<Port> others, Map<Port, MemorySegment> placed) {
        return filled(bindings -> {
            bindings.under.add(keep());
            for (Port port : others) {
                if (placed.containsKey(port)) {
                    bindings.place(port, placed.get(port));
                } else if (segments.containsKey(port)) {
                    bindings.segments.put(port, segments.get(port));
                } else {
                    bindings.add(port);
                }
            }
        });
    }

    /**
     * Keeps the memory until what is returned is closed, even if these bindings is closed before:
     * for programs that compute in it.
     *
     * @throws EngineException if these bindings is closed
     */
    public AutoCloseable keep() {
        requireOpen();
        // Who is not too late finds one keeper more; who is, none.
        if (keepers.getAndUpdate(count -> count == 0 ? 0 : count + 1) == 0) {
            throw closedError();
        }
        var isKept = new AtomicBoolean(true);
        return () -> {
            if (isKept.compareAndSet(true, false)) {
                release();
            }
        };
    }

    private void release() {
        if (keepers.decrementAndGet() == 0) {
            try (under) {
                memory.close();
            }
        }
    }

    private void requireOpen() {
        if (closed.get()) {
            throw closedError();
        }
    }

    private static EngineException closedError() {
        return new EngineException(
                Problem.ofRule("bindings: they are closed").fix("close them after their last use"));
    }

    private void place(Port port, MemorySegment memory) {
        if (memory.byteSize() < port.type().bytes()) {
            throw new EngineException(
                    Problem.ofRule(
                                    "bindings: the memory for "
                                            + port
                                            + " has only "
                                            + memory.byteSize()
                                            + " bytes")
                            .operand("port", port.tensor())
                            .operand("bytes", memory.byteSize()));
        }
        segments.put(port, memory);
    }

    private void add(Port port) {
        segments.put(port, memory.allocate("bindings: " + port, port.type().bytes()));
    }

    /** Returns the ports. */
    public List<Port> ports() {
        return List.copyOf(segments.keySet());
    }

    /** Returns whether there is a port of a name. */
    public boolean has(String name) {
        return segments.keySet().stream().anyMatch(port -> port.name().equals(name));
    }

    /** Returns whether there is a port. */
    public boolean has(Port port) {
        return segments.containsKey(port);
    }

    /**
     * Returns a port.
     *
     * @throws UnknownNameException if there is none of that name, or more than one
     */
    public Port port(String name) {
        var named = segments.keySet().stream().filter(port -> port.name().equals(name)).toList();
        if (named.size() != 1) {
            throw new UnknownNameException(
                    named.isEmpty()
                            ? "bindings: there is no port "
                                    + name
                                    + "; there are "
                                    + segments.keySet()
                            : "bindings: several ports are named " + name + ": " + named);
        }
        return named.getFirst();
    }

    /**
     * Returns the storage of a port.
     *
     * @throws UnknownNameException if there is none of that name, or more than one
     */
    public MemorySegment segment(String name) {
        return segment(port(name));
    }

    /**
     * Returns the storage of a port.
     *
     * @throws UnknownNameException if there is no such port
     * @throws EngineException if these bindings is closed
     */
    public MemorySegment segment(Port port) {
        requireOpen();
        if (!segments.containsKey(port)) {
            throw new UnknownNameException(
                    "bindings: there is no port "
                            + port.role()
                            + " "
                            + port
                            + "; there are "
                            + segments.keySet());
        }
        return segments.get(port);
    }

    /**
     * Returns a copy of a port's value.
     *
     * @throws UnknownNameException if there is none of that name, or more than one
     */
    public NDArray read(String name) {
        return read(port(name));
    }

    /** Returns a copy of a port's value. */
    public NDArray read(Port port) {
        return NDArray.of(segment(port), port.type());
    }

    /**
     * Sets a port's value.
     *
     * @throws UnknownNameException if there is none of that name, or more than one
     * @throws ShapeException if the value is not of the port's type
     */
    public void write(String name, NDArray value) {
        write(port(name), value);
    }

    /**
     * Sets a port's value.
     *
     * @throws ShapeException if the value is not of the port's type
     */
    public void write(Port port, NDArray value) {
        if (!value.type().equals(port.type())) {
            throw new ShapeException(
                    Problem.ofRule("port " + port + " was given " + value.type())
                            .operand("port", port.tensor())
                            .operand("value", value));
        }
        value.copyTo(segment(port));
    }

    /** Returns how many bytes these bindings took for ports of their own. */
    public long bytes() {
        return memory.bytes();
    }

    /**
     * Frees the ports these bindings allocated, as soon as no program and no other bindings uses
     * them; a second call does nothing.
     */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            release();
        }
    }

    /** Returns how many ports and bytes it holds. */
    @Override
    public String toString() {
        long bytes = segments.keySet().stream().mapToLong(port -> port.type().bytes()).sum();
        return segments.size() + " ports, " + bytes + " bytes" + (closed.get() ? ", closed" : "");
    }
}
