package propane.json;

import propane.tensor.FormatException;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A JSON value read from somewhere, which knows where it stands: what it is not, it says with file
 * and field.
 *
 * @param origin what is read: a file, or a field of a file
 * @param path the way from the outermost value to this one, for example {@code inputs[2].shape};
 *     empty for the outermost
 * @param value the value
 */
public record JsonField(String origin, String path, Json value) {

    /**
     * Reads a text whole.
     *
     * @param text the JSON text
     * @param origin what is read, for error messages
     * @throws FormatException if the text is not JSON; says where and why
     */
    public static JsonField parse(String text, String origin) {
        return new JsonField(origin, "", Json.parse(text, origin));
    }

    /**
     * Returns a member of this object.
     *
     * @throws FormatException if this is no object or lacks the member
     */
    public JsonField at(String name) {
        Json member = object().get(name);
        if (member == null) {
            throw error("lacks the member \"" + name + '"');
        }
        return new JsonField(origin, path.isEmpty() ? name : path + '.' + name, member);
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
        var fields = new ArrayList<JsonField>(items.size());
        for (Json item : items) {
            fields.add(new JsonField(origin, path + '[' + fields.size() + ']', item));
        }
        return fields;
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
        return new FormatException(
                origin + ": " + (path.isEmpty() ? "the JSON text " : "field " + path + ' ') + what);
    }

    private Map<String, Json> object() {
        if (!(value instanceof Json.Members(var members))) {
            throw wanted("an object");
        }
        return members;
    }

    private FormatException wanted(String what) {
        String text = value.text();
        String shown = text.length() > 60 ? text.substring(0, 60) + "…" : text;
        return error("must be " + what + ", is " + shown);
    }
}
