package propane.json;

import propane.reading.Bounds;
import propane.tensor.FormatException;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.stream.IntStream;

/** A recursive descent over one text; every step moves forward, so time and memory are bounded. */
final class JsonParser {
    private static final int MAX_DEPTH = 64;
    private static final int MAX_VALUES = 1 << 22;

    /** An object takes the memory of some values, though it has no member. */
    private static final int VALUES_OF_AN_OBJECT = 4;

    private static final int LONGEST_NUMBER = 1 << 10;

    /** Arrays of small numbers, as shapes are, share them. */
    private static final Json[] SMALL =
            IntStream.range(0, 1000).mapToObj(Json::of).toArray(Json[]::new);

    private final String text;
    private final String origin;
    private int at;
    private int values;

    JsonParser(String text, String origin) {
        this.text = text;
        this.origin = origin;
    }

    Json parse() {
        Json value = value(1);
        space();
        if (at < text.length()) {
            throw error("text after the end of the value");
        }
        return value;
    }

    private Json value(int depth) {
        if (depth > MAX_DEPTH) {
            throw error("more than " + MAX_DEPTH + " levels");
        }
        count(1);
        space();
        if (at == text.length()) {
            throw error("the text ends where a value should be");
        }
        char c = text.charAt(at);
        return switch (c) {
            case '{' -> members(depth);
            case '[' -> items(depth);
            case '"' -> new Json.Text(string());
            case 't' -> word("true", Json.TRUE);
            case 'f' -> word("false", Json.FALSE);
            case 'n' -> word("null", Json.NULL);
            default -> number();
        };
    }

    private void count(int more) {
        values += more;
        if (values > MAX_VALUES) {
            throw error("more than " + MAX_VALUES + " values");
        }
    }

    private Json members(int depth) {
        count(VALUES_OF_AN_OBJECT - 1);
        var members = new LinkedHashMap<String, Json>();
        at++;
        if (closes('}')) {
            return new Json.Members(members);
        }
        do {
            space();
            if (at == text.length() || text.charAt(at) != '"') {
                throw error("a member's name in quotes is missing");
            }
            int start = at;
            String name = string();
            space();
            if (at == text.length() || text.charAt(at) != ':') {
                throw error("':' is missing after the name \"" + Bounds.shown(name) + '"');
            }
            at++;
            if (members.put(name, value(depth + 1)) != null) {
                at = start;
                throw error("the name \"" + Bounds.shown(name) + "\" stands twice in one object");
            }
        } while (continues('}'));
        return new Json.Members(members);
    }

    private Json items(int depth) {
        var items = new ArrayList<Json>();
        at++;
        if (closes(']')) {
            return new Json.Items(items);
        }
        do {
            items.add(value(depth + 1));
        } while (continues(']'));
        return new Json.Items(items);
    }

    private boolean closes(char bracket) {
        space();
        if (at < text.length() && text.charAt(at) == bracket) {
            at++;
            return true;
        }
        return false;
    }

    private boolean continues(char bracket) {
        if (closes(bracket)) {
            return false;
        }
        if (at == text.length() || text.charAt(at) != ',') {
            throw error("',' or '" + bracket + "' is missing");
        }
        at++;
        return true;
    }

    private String string() {
        int start = ++at;
        while (at < text.length() && text.charAt(at) != '"' && text.charAt(at) != '\\') {
            check(text.charAt(at));
            at++;
        }
        var out = new StringBuilder().append(text, start, at);
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '"') {
                at++;
                return whole(out.toString(), start);
            }
            if (c == '\\') {
                out.append(escaped());
            } else {
                check(c);
                out.append(c);
                at++;
            }
        }
        at = start - 1;
        throw error("a string without an end");
    }

    private void check(char c) {
        if (c < 0x20) {
            throw error("a control character inside a string");
        }
    }

    private String whole(String string, int start) {
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            if (Character.isSurrogate(c)) {
                boolean pair =
                        Character.isHighSurrogate(c)
                                && i + 1 < string.length()
                                && Character.isLowSurrogate(string.charAt(i + 1));
                if (!pair) {
                    at = start;
                    throw error("half of a surrogate pair in a string");
                }
                i++;
            }
        }
        return string;
    }

    private char escaped() {
        at++;
        char kind = at < text.length() ? text.charAt(at++) : ' ';
        return switch (kind) {
            case '"', '\\', '/' -> kind;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> throw error("an unknown escape in a string");
        };
    }

    private char unicode() {
        int code = 0;
        for (int i = 0; i < 4; i++) {
            int digit = at < text.length() ? hex(text.charAt(at)) : -1;
            if (digit < 0) {
                throw error("\\u needs four hexadecimal digits");
            }
            code = code << 4 | digit;
            at++;
        }
        return (char) code;
    }

    private static int hex(char c) {
        return c < 0x80 ? Character.digit(c, 16) : -1;
    }

    private Json word(String word, Json value) {
        if (!text.startsWith(word, at)) {
            throw error("a value is neither string, number, object, array, true, false nor null");
        }
        at += word.length();
        return value;
    }

    private Json number() {
        int end = endOfNumber(text, at);
        if (end < 0) {
            throw error("a value is neither string, number, object, array, true, false nor null");
        }
        if (end - at > LONGEST_NUMBER) {
            throw error("a number of more than " + LONGEST_NUMBER + " characters");
        }
        int small = small(at, end);
        if (small >= 0) {
            at = end;
            return SMALL[small];
        }
        String literal = text.substring(at, end);
        if (Double.isInfinite(Double.parseDouble(literal))) {
            throw error("a number beyond the range of a double");
        }
        at = end;
        return new Json.Digits(literal);
    }

    /** Returns a number of one to three digits, −1 for every other one. */
    private int small(int from, int end) {
        int number = 0;
        for (int i = from; i < end; i++) {
            char c = text.charAt(i);
            if (end - from > 3 || c < '0' || c > '9') {
                return -1;
            }
            number = 10 * number + c - '0';
        }
        return number;
    }

    /** Returns where the number that starts at {@code from} ends, or −1 where none starts. */
    static int endOfNumber(String text, int from) {
        int at = from;
        if (at < text.length() && text.charAt(at) == '-') {
            at++;
        }
        int whole = digits(text, at);
        if (whole == at || text.charAt(at) == '0' && whole > at + 1) {
            return -1;
        }
        at = whole;
        if (at < text.length() && text.charAt(at) == '.') {
            int fraction = digits(text, at + 1);
            if (fraction == at + 1) {
                return -1;
            }
            at = fraction;
        }
        if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
            at++;
            if (at < text.length() && (text.charAt(at) == '+' || text.charAt(at) == '-')) {
                at++;
            }
            int exponent = digits(text, at);
            if (exponent == at) {
                return -1;
            }
            at = exponent;
        }
        return at;
    }

    private static int digits(String text, int from) {
        int at = from;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        return at;
    }

    private void space() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private FormatException error(String what) {
        int line = 1;
        int column = 1;
        for (int i = 0; i < Math.min(at, text.length()); i++) {
            column++;
            if (text.charAt(i) == '\n') {
                line++;
                column = 1;
            }
        }
        return new FormatException(
                origin, "JSON, line " + line + ", column " + column + ": " + what);
    }
}
