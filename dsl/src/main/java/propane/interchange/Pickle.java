package propane.interchange;

import propane.reading.Bounds;
import propane.tensor.FormatException;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Reads a pickle of plain data and of what a {@link Meaning} gives a sense to. There are no objects
 * and no calls: a name that the meaning does not know ends the reading. The opcodes are those of
 * Python's own {@code pickletools}, as far as dictionaries of tensors need them.
 */
final class Pickle {
    /** What the names and references in a pickle stand for. */
    interface Meaning {
        /** Returns the names that may stand in a pickle, each as module and name with a dot. */
        Set<String> names();

        /** Returns what a name makes of its arguments. */
        Object made(String name, List<Object> arguments);

        /** Returns what a persistent id stands for. */
        Object referred(Object id);
    }

    /**
     * A name: of a function or a class.
     *
     * @param name module and name with a dot
     */
    record Global(String name) {}

    /** The absence of a value, which maps and lists of ours do not hold. */
    enum None {
        /** Python's own. */
        NONE
    }

    private enum Mark {
        MARK
    }

    private final ByteBuffer in;
    private final Meaning meaning;
    private final String where;
    private final List<Object> stack = new ArrayList<>();
    private final Map<Integer, Object> memo = new HashMap<>();

    private Pickle(byte[] bytes, Meaning meaning, String where) {
        this.in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        this.meaning = meaning;
        this.where = where;
    }

    /**
     * Reads.
     *
     * @param where the file, for errors
     * @return what stands at the end: texts, Longs, Doubles, Booleans, {@link None}, lists (tuples,
     *     too), maps, and what the meaning made; a map or list may hold itself
     * @throws FormatException if it is cut short, or has an opcode or name that is not read
     */
    static Object read(byte[] bytes, Meaning meaning, String where) {
        var pickle = new Pickle(bytes, meaning, where);
        try {
            return pickle.all();
        } catch (BufferUnderflowException e) {
            throw new FormatException(where + ": is cut short", e);
        }
    }

    private Object all() {
        while (true) {
            int at = in.position();
            int opcode = Byte.toUnsignedInt(in.get());
            if (opcode == '.') {
                return pop();
            }
            if (!isConstant(opcode) && !isStructure(opcode)) {
                throw error(
                        String.format(
                                Locale.ROOT,
                                "opcode 0x%02x at byte %d stands in no dictionary of tensors",
                                opcode,
                                at));
            }
        }
    }

    private boolean isConstant(int opcode) {
        switch (opcode) {
            case 0x80 -> requireProtocol(in.get());
            case 0x95 -> in.getLong();
            case 'N' -> push(None.NONE);
            case 0x88 -> push(true);
            case 0x89 -> push(false);
            case 'K' -> push((long) Byte.toUnsignedInt(in.get()));
            case 'M' -> push((long) Short.toUnsignedInt(in.getShort()));
            case 'J' -> push((long) in.getInt());
            case 0x8a -> push(whole(Byte.toUnsignedInt(in.get())));
            case 'G' -> push(Double.longBitsToDouble(Long.reverseBytes(in.getLong())));
            case 'X' -> push(text(in.getInt()));
            case 0x8c -> push(text(Byte.toUnsignedInt(in.get())));
            case 'c' -> push(global(line(), line()));
            case 0x93 -> {
                String name = popText();
                push(global(popText(), name));
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean isStructure(int opcode) {
        switch (opcode) {
            case '(' -> push(Mark.MARK);
            case '}' -> push(new LinkedHashMap<Object, Object>());
            case ']', ')' -> push(new ArrayList<>());
            case 't' -> push(marked());
            case 0x85 -> push(last(1));
            case 0x86 -> push(last(2));
            case 0x87 -> push(last(3));
            case 'q' -> memo.put(Byte.toUnsignedInt(in.get()), top());
            case 'r' -> memo.put(in.getInt(), top());
            case 0x94 -> memo.put(memo.size(), top());
            case 'h' -> push(remembered(Byte.toUnsignedInt(in.get())));
            case 'j' -> push(remembered(in.getInt()));
            case 'a' -> {
                Object item = pop();
                list(top()).add(item);
            }
            case 'e' -> {
                List<Object> items = marked();
                list(top()).addAll(items);
            }
            case 's' -> put(last(2));
            case 'u' -> put(marked());
            case 'Q' -> push(meaning.referred(pop()));
            case 'R' -> {
                List<Object> arguments = list(pop());
                if (!(pop() instanceof Global global)) {
                    throw error("calls what is no name");
                }
                push(meaning.made(global.name(), arguments));
            }
            // State of a dictionary beside its entries: what PyTorch notes of versions.
            case 'b' -> {
                pop();
                map(top());
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private Global global(String module, String name) {
        String whole = module + "." + name;
        if (!meaning.names().contains(whole)) {
            throw error(
                    "names "
                            + Bounds.shown(whole)
                            + "; a dictionary of tensors needs no such thing, and nothing in a file"
                            + " is run");
        }
        return new Global(whole);
    }

    private void put(List<Object> pairs) {
        Map<Object, Object> map = map(top());
        if (pairs.size() % 2 != 0) {
            throw error("gives a key without a value");
        }
        for (int i = 0; i < pairs.size(); i += 2) {
            if (!(pairs.get(i) instanceof String) && !(pairs.get(i) instanceof Long)) {
                throw error("has a key that is neither a text nor a whole number");
            }
            map.put(pairs.get(i), pairs.get(i + 1));
        }
    }

    private void requireProtocol(byte protocol) {
        if (protocol < 2 || protocol > 5) {
            throw error("is of protocol " + protocol + "; 2 to 5 are read");
        }
    }

    private Object remembered(int key) {
        Object value = memo.get(key);
        if (value == null) {
            throw error("looks up place " + Integer.toUnsignedString(key) + ", which it never set");
        }
        return value;
    }

    /** Returns a whole number of some bytes, the least first. */
    private long whole(int bytes) {
        if (bytes > Long.BYTES) {
            throw error("has a whole number of " + bytes + " bytes; at most 8 are read");
        }
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value |= (long) Byte.toUnsignedInt(in.get()) << 8 * i;
        }
        int unused = Long.SIZE - 8 * bytes;
        return bytes == 0 ? 0 : value << unused >> unused;
    }

    private String text(int bytes) {
        if (bytes < 0 || bytes > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] utf8 = new byte[bytes];
        in.get(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }

    private String line() {
        int begin = in.position();
        int end = begin;
        while (in.get() != '\n') {
            end++;
        }
        return new String(in.array(), begin, end - begin, StandardCharsets.UTF_8);
    }

    private void push(Object value) {
        stack.add(value);
    }

    private Object top() {
        if (stack.isEmpty() || stack.getLast() == Mark.MARK) {
            throw error("takes from an empty stack");
        }
        return stack.getLast();
    }

    private Object pop() {
        Object top = top();
        stack.removeLast();
        return top;
    }

    private String popText() {
        if (pop() instanceof String text) {
            return text;
        }
        throw error("names something by what is no text");
    }

    private List<Object> last(int count) {
        var items = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            items.addFirst(pop());
        }
        return items;
    }

    private List<Object> marked() {
        int mark = stack.lastIndexOf(Mark.MARK);
        if (mark < 0) {
            throw error("ends a group that it never began");
        }
        var items = new ArrayList<>(stack.subList(mark + 1, stack.size()));
        stack.subList(mark, stack.size()).clear();
        return items;
    }

    // What is on the stack was made here: lists hold anything, maps anything by anything.
    @SuppressWarnings("unchecked")
    private List<Object> list(Object value) {
        if (value instanceof List<?>) {
            return (List<Object>) value;
        }
        throw error("takes for a list what is none");
    }

    @SuppressWarnings("unchecked")
    private Map<Object, Object> map(Object value) {
        if (value instanceof Map<?, ?>) {
            return (Map<Object, Object>) value;
        }
        throw error("takes for a dictionary what is none");
    }

    private FormatException error(String what) {
        return new FormatException(where + ": " + what);
    }
}
