package propane.json;

import propane.tensor.FormatException;
import propane.tensor.NumericException;
import propane.tensor.Problem;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A JSON value (RFC 8259). Objects keep the order of their members, numbers their digits. */
public sealed interface Json {
    /** The value {@code true}. */
    Json TRUE = new Truth(true);

    /** The value {@code false}. */
    Json FALSE = new Truth(false);

    /** The value {@code null}. */
    Json NULL = new Nothing();

    /**
     * An object.
     *
     * @param members the members in their order
     */
    record Members(Map<String, Json> members) implements Json {
        /** Copies the members. */
        public Members {
            members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
        }

        /** Returns this object with one more member after the others, or that member replaced. */
        public Members with(String name, Json value) {
            var longer = new LinkedHashMap<>(members);
            longer.put(name, value);
            return new Members(longer);
        }

        /** Returns this object with a text as one more member. */
        public Members with(String name, String value) {
            return with(name, new Text(value));
        }

        /** Returns this object with a whole number as one more member. */
        public Members with(String name, long value) {
            return with(name, of(value));
        }

        /**
         * Returns this object with a number as one more member.
         *
         * @throws NumericException if the number is not finite
         */
        public Members with(String name, double value) {
            return with(name, of(value));
        }

        /** Returns this object with a truth value as one more member. */
        public Members with(String name, boolean value) {
            return with(name, of(value));
        }

        @Override
        public String toString() {
            return text();
        }
    }

    /**
     * An array.
     *
     * @param items the values in their order
     */
    record Items(List<Json> items) implements Json {
        /** Copies the items. */
        public Items {
            items = List.copyOf(items);
        }

        @Override
        public String toString() {
            return text();
        }
    }

    /**
     * A string.
     *
     * @param value its characters
     */
    record Text(String value) implements Json {
        @Override
        public String toString() {
            return text();
        }
    }

    /**
     * A number, kept as it is spelled: neither a long nor a double is rounded.
     *
     * @param literal its digits, in JSON's grammar
     */
    record Digits(String literal) implements Json {
        /**
         * Checks the grammar.
         *
         * @throws FormatException if this is no JSON number
         */
        public Digits {
            if (JsonParser.endOfNumber(literal, 0) != literal.length()) {
                throw new FormatException("JSON: \"" + literal + "\" is no number");
            }
        }

        @Override
        public String toString() {
            return literal;
        }
    }

    /**
     * A truth value.
     *
     * @param value which one
     */
    record Truth(boolean value) implements Json {
        @Override
        public String toString() {
            return text();
        }
    }

    /** The value {@code null}. */
    record Nothing() implements Json {
        @Override
        public String toString() {
            return text();
        }
    }

    /** Returns an object without members, to be filled by {@code with}. */
    static Members object() {
        return new Members(Map.of());
    }

    /** Returns an array of these values. */
    static Items array(Json... items) {
        return new Items(List.of(items));
    }

    /** Returns an array of whole numbers. */
    static Items array(List<Integer> numbers) {
        var items = new ArrayList<Json>(numbers.size());
        for (int number : numbers) {
            items.add(of(number));
        }
        return new Items(items);
    }

    /** Returns a string. */
    static Json of(String value) {
        return new Text(value);
    }

    /** Returns a whole number. */
    static Json of(long value) {
        return new Digits(Long.toString(value));
    }

    /**
     * Returns a number with the fewest digits that {@link Double#parseDouble} reads back as it.
     *
     * @throws NumericException if the number is not finite: JSON cannot spell it
     */
    static Json of(double value) {
        if (!Double.isFinite(value)) {
            throw new NumericException(
                    Problem.ofRule("JSON has no number " + value).operand("number", value));
        }
        return new Digits(Double.toString(value));
    }

    /** Returns a truth value. */
    static Json of(boolean value) {
        return value ? TRUE : FALSE;
    }

    /**
     * Reads one value that fills the whole text. Strict: no comments, no trailing commas, no name
     * twice in an object, no half of a surrogate pair, at most 64 levels and 2²² values.
     *
     * @param text the JSON text
     * @param origin what is read, for error messages: a file, a field of a file
     * @throws FormatException if the text is not such a value; says where and why
     */
    static Json parse(String text, String origin) {
        return new JsonParser(text, origin).parse();
    }

    /** Returns this value as JSON on one line, without spaces. */
    default String text() {
        return JsonWriter.compact(this);
    }

    /** Returns this value as JSON with one member or item on a line, indented by two spaces. */
    default String indented() {
        return JsonWriter.indented(this);
    }
}
