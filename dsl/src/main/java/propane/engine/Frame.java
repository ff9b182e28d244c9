package propane.engine;

import propane.tensor.EngineException;
import propane.tensor.NDArray;
import propane.tensor.Port;
import propane.tensor.ShapeException;
import propane.tensor.UnknownNameException;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The storage of a program's ports: for each a native segment, aligned to 64 bytes, row-major,
 * zeros at first. Truth values take one byte. Frames may share ports; the one that allocated them
 * frees them.
 */
public final class Frame implements AutoCloseable {
    private static final int ALIGNMENT = 64;

    private final Arena arena = Arena.ofShared();
    private final Map<String, Port> ports = new LinkedHashMap<>();
    private final Map<String, MemorySegment> segments = new LinkedHashMap<>();

    private Frame() {}

    /** Returns new storage for some ports. */
    public static Frame allocate(List<Port> ports) {
        var frame = new Frame();
        ports.forEach(frame::add);
        return frame;
    }

    /**
     * Returns storage for some ports in which those that this frame has in the same type are this
     * frame's own, and the others are new. Must be closed before this frame.
     */
    public Frame sharing(List<Port> others) {
        return sharing(others, Map.of());
    }

    /**
     * Returns storage as {@link #sharing(List)} does, in which some ports lie in memory that is
     * there already. Must be closed before that memory is freed.
     *
     * @param placed memory by the names of ports, row-major, zeros at first
     * @throws EngineException if memory is smaller than its port
     */
    public Frame sharing(List<Port> others, Map<String, MemorySegment> placed) {
        var frame = new Frame();
        for (Port port : others) {
            if (placed.containsKey(port.name())) {
                frame.place(port, placed.get(port.name()));
            } else if (port.equals(ports.get(port.name()))) {
                frame.ports.put(port.name(), port);
                frame.segments.put(port.name(), segments.get(port.name()));
            } else {
                frame.add(port);
            }
        }
        return frame;
    }

    private void place(Port port, MemorySegment memory) {
        if (memory.byteSize() < port.type().bytes()) {
            throw new EngineException(
                    "frame: the memory for " + port + " has only " + memory.byteSize() + " bytes");
        }
        ports.put(port.name(), port);
        segments.put(port.name(), memory);
    }

    private void add(Port port) {
        ports.put(port.name(), port);
        // A port without elements still has an address.
        long bytes = Math.max(1, port.type().bytes());
        segments.put(port.name(), arena.allocate(bytes, ALIGNMENT));
    }

    /** Returns the ports. */
    public List<Port> ports() {
        return new ArrayList<>(ports.values());
    }

    /** Returns whether there is a port of a name. */
    public boolean has(String name) {
        return ports.containsKey(name);
    }

    /**
     * Returns a port.
     *
     * @throws UnknownNameException if there is none of that name
     */
    public Port port(String name) {
        requirePort(name);
        return ports.get(name);
    }

    /**
     * Returns the storage of a port.
     *
     * @throws UnknownNameException if there is none of that name
     */
    public MemorySegment segment(String name) {
        requirePort(name);
        return segments.get(name);
    }

    private void requirePort(String name) {
        if (!ports.containsKey(name)) {
            throw new UnknownNameException(
                    "frame: there is no port " + name + "; there are " + ports.keySet());
        }
    }

    /** Returns a copy of a port's value. */
    public NDArray read(String name) {
        Port port = port(name);
        MemorySegment from = segment(name);
        int size = port.type().shape().size();
        return switch (port.type().dtype()) {
            case FLOAT32 -> {
                float[] values = new float[size];
                MemorySegment.copy(from, ValueLayout.JAVA_FLOAT, 0, values, 0, size);
                yield NDArray.of(values, port.type().shape());
            }
            case INT32 -> {
                int[] values = new int[size];
                MemorySegment.copy(from, ValueLayout.JAVA_INT, 0, values, 0, size);
                yield NDArray.of(values, port.type().shape());
            }
            case FLOAT16 -> {
                short[] values = new short[size];
                MemorySegment.copy(from, ValueLayout.JAVA_SHORT, 0, values, 0, size);
                yield NDArray.ofHalfBits(values, port.type().shape());
            }
            case BOOL -> {
                boolean[] values = new boolean[size];
                for (int i = 0; i < size; i++) {
                    values[i] = from.get(ValueLayout.JAVA_BYTE, i) != 0;
                }
                yield NDArray.of(values, port.type().shape());
            }
        };
    }

    /**
     * Sets a port's value.
     *
     * @throws ShapeException if the value is not of the port's type
     */
    public void write(String name, NDArray value) {
        Port port = port(name);
        if (!value.type().equals(port.type())) {
            throw new ShapeException("port " + port + " was given " + value.type());
        }
        MemorySegment to = segment(name);
        int size = value.size();
        switch (port.type().dtype()) {
            case FLOAT32 ->
                    MemorySegment.copy(value.floats(), 0, to, ValueLayout.JAVA_FLOAT, 0, size);
            case INT32 -> MemorySegment.copy(value.ints(), 0, to, ValueLayout.JAVA_INT, 0, size);
            case FLOAT16 ->
                    MemorySegment.copy(value.halfBits(), 0, to, ValueLayout.JAVA_SHORT, 0, size);
            case BOOL -> {
                for (int i = 0; i < size; i++) {
                    to.set(ValueLayout.JAVA_BYTE, i, (byte) value.at(i));
                }
            }
        }
    }

    /** Frees the ports this frame allocated. */
    @Override
    public void close() {
        arena.close();
    }
}
