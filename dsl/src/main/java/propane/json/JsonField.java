package propane.json;

import propane.reading.Border;
import propane.reading.Bounds;
import propane.tensor.FormatException;
import propane.tensor.Shape;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.RandomAccess;

/**
 * A JSON value read from somewhere, which knows where it stands: what it is not, it says with file
 * and field.
 */
public final class JsonField {
    private final String origin;
    private final Location location;
    private final Json value;

    /** How a value lies in the outermost one. Texts are made of it only for errors. */
    private sealed interface Location {
        /** The outermost value. */
        record Outermost() implements Location {}

        /** A member of an object. */
        record Member(Location object, String name) implements Location {}

        /** An item of an array. */
        record Item(Location array, int index) implements Location {}

        /** Returns it as text; empty for the outermost value. */
        default String text() {
            return switch (this) {
                case Outermost() -> "";
                case Member(Location object, String name) -> {
                    String before = object.text();
                    yield (before.isEmpty() ? "" : before + '.') + Bounds.shown(name);
                }
                case Item(Location array, int index) -> array.text() + '[' + index + ']';
            };
        }
    }

    private JsonField(String origin, Location location, Json value) {
        this.origin = origin;
        this.location = location;
        this.value = value;
    }

    /**
     * Reads a file of JSON.
     *
     * @param most the most bytes that such a file may have
     * @throws FormatException if it has more, cannot be read, or is no JSON; names file and place
     */
    public static JsonField read(Path file, long most) {
        return Border.read(file.toString(), () -> parse(text(file, most), file.toString()));
    }

    private static String text(Path file, long most) {
        Border.requireNoPipe(file);
        try {
            if (Files.size(file) > most) {
                throw new FormatException(
                        file, "has " + Files.size(file) + " bytes; at most " + most + " are read");
            }
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new FormatException(file, "is not UTF-8 text", e);
        } catch (IOException e) {
            throw new FormatException(file, "cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Reads a text whole.
     *
     * @param text the JSON text
     * @param origin what is read, for error messages
     * @throws FormatException if the text is not JSON; says where and why
     */
    public static JsonField parse(String text, String origin) {
        return new JsonField(origin, new Location.Outermost(), Json.parse(text, origin));
    }

    /**
     * Returns a value that was read before.
     *
     * @param origin what was read, for error messages
     */
    public static JsonField of(Json value, String origin) {
        return new JsonField(origin, new Location.Outermost(), value);
    }

    /** Returns what is read: a file, or a field of a file. */
    public String origin() {
        return origin;
    }

    /**
     * Returns the way from the outermost value to this one, for example {@code inputs[2].shape};
     * empty for the outermost.
     */
    public String path() {
        return location.text();
    }

    /** Returns the value. */
    public Json value() {
        return value;
    }

    /**
     * Returns a member of this object.
     *
     * @throws FormatException if this is no object or lacks the member
     */
    public JsonField at(String name) {
        Json member = object().get(name);
        if (member == null) {
            throw error("lacks the member \"" + Bounds.shown(name) + '"');
        }
        return new JsonField(origin, new Location.Member(location, name), member);
    }

    /**
     * Returns whether this object has the member.
     *
     * @throws FormatException if this is no object
     */
    public boolean has(String name) {
        return object().containsKey(name);
    }

    /**
     * Returns the members of this object in their order.
     *
     * @throws FormatException if this is no object
     */
    public Map<String, JsonField> members() {
        var members = new LinkedHashMap<String, JsonField>();
        for (String name : object().keySet()) {
            members.put(name, at(name));
        }
        return members;
    }

    /**
     * Returns the items of this array in their order.
     *
     * @throws FormatException if this is no array
     */
    public List<JsonField> items() {
        if (!(value instanceof Json.Items(var items))) {
            throw wanted("an array");
        }
        return new Fields(items);
    }

    /** Items as they are asked for: an array of a million numbers makes no million fields. */
    private final class Fields extends AbstractList<JsonField> implements RandomAccess {
        private final List<Json> items;

        Fields(List<Json> items) {
            this.items = items;
        }

        @Override
        public JsonField get(int index) {
            return new JsonField(origin, new Location.Item(location, index), items.get(index));
        }

        @Override
        public int size() {
            return items.size();
        }
    }

    /**
     * Returns this array's whole numbers as the lengths of a shape's axes.
     *
     * @throws FormatException if this is no array of whole numbers, or no shape; see {@link
     *     Bounds#shape}
     */
    public Shape shape() {
        List<JsonField> lengths = items();
        if (lengths.size() > Bounds.MOST_AXES) {
            throw error(
                    "has " + lengths.size() + " axes; at most " + Bounds.MOST_AXES + " are read");
        }
        var dims = new ArrayList<Long>(lengths.size());
        for (JsonField length : lengths) {
            dims.add((long) length.whole(0, Integer.MAX_VALUE));
        }
        return Bounds.shape(dims, origin + ": " + place());
    }

    /**
     * Returns this string's characters.
     *
     * @throws FormatException if this is no string
     */
    public String string() {
        if (!(value instanceof Json.Text(var text))) {
            throw wanted("a string");
        }
        return text;
    }

    /**
     * Returns this number as a double.
     *
     * @throws FormatException if this is no number
     */
    public double number() {
        if (!(value instanceof Json.Digits(var literal))) {
            throw wanted("a number");
        }
        return Double.parseDouble(literal);
    }

    /**
     * Returns this whole number.
     *
     * @throws FormatException if this is no number without fraction and exponent, or not a long
     */
    public long whole() {
        if (value instanceof Json.Digits(var literal)) {
            try {
                return Long.parseLong(literal);
            } catch (NumberFormatException _) {
                throw wanted("a whole number of 64 bits");
            }
        }
        throw wanted("a whole number");
    }

    /**
     * Returns this whole number, which must lie in a range.
     *
     * @param least the smallest value allowed
     * @param most the largest value allowed
     * @throws FormatException if this is no whole number in the range
     */
    public int whole(int least, int most) {
        long number = whole();
        if (number < least || number > most) {
            throw wanted("a whole number from " + least + " to " + most);
        }
        return (int) number;
    }

    /**
     * Returns this truth value.
     *
     * @throws FormatException if this is neither true nor false
     */
    public boolean truth() {
        if (!(value instanceof Json.Truth(boolean truth))) {
            throw wanted("true or false");
        }
        return truth;
    }

    /** Returns whether this is null. */
    public boolean isNull() {
        return value instanceof Json.Nothing;
    }

    /** Returns an error that names origin and field, to be thrown. */
    public FormatException error(String what) {
        return new FormatException(origin, place() + ' ' + what);
    }

    private String place() {
        String path = path();
        return path.isEmpty() ? "the JSON text" : "field " + path;
    }

    private Map<String, Json> object() {
        if (!(value instanceof Json.Members(var members))) {
            throw wanted("an object");
        }
        return members;
    }

    private FormatException wanted(String what) {
        String shown =
                switch (value) {
                    case Json.Members(var members) -> "an object of " + members.size();
                    case Json.Items(var items) -> "an array of " + items.size();
                    case Json.Text(var text) -> Json.of(Bounds.shown(text)).text();
                    case Json.Digits(var literal) -> Bounds.shown(literal);
                    default -> value.text();
                };
        return error("must be " + what + ", is " + shown);
    }

    /** Returns place and value, a long one cut. */
    @Override
    public String toString() {
        return location.text()
                + (location.text().isEmpty() ? "" : ": ")
                + Bounds.shown(value.text());
    }
}
