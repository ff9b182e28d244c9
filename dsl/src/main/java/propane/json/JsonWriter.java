package propane.json;

import java.util.Map;

/** Writes JSON; the text depends on the value alone. */
final class JsonWriter {
    private final StringBuilder out = new StringBuilder();
    private final boolean indent;

    private JsonWriter(boolean indent) {
        this.indent = indent;
    }

    static String compact(Json value) {
        var writer = new JsonWriter(false);
        writer.value(value, 0);
        return writer.out.toString();
    }

    static String indented(Json value) {
        var writer = new JsonWriter(true);
        writer.value(value, 0);
        return writer.out.append('\n').toString();
    }

    private void value(Json value, int level) {
        switch (value) {
            case Json.Members(var members) -> {
                out.append('{');
                boolean first = true;
                for (Map.Entry<String, Json> member : members.entrySet()) {
                    next(first, level + 1);
                    first = false;
                    string(member.getKey());
                    out.append(indent ? ": " : ":");
                    value(member.getValue(), level + 1);
                }
                close(members.isEmpty(), level, '}');
            }
            case Json.Items(var items) -> {
                out.append('[');
                boolean first = true;
                for (Json item : items) {
                    next(first, level + 1);
                    first = false;
                    value(item, level + 1);
                }
                close(items.isEmpty(), level, ']');
            }
            case Json.Text(var text) -> string(text);
            case Json.Digits(var literal) -> out.append(literal);
            case Json.Truth(var truth) -> out.append(truth);
            case Json.Nothing() -> out.append("null");
        }
    }

    private void next(boolean first, int level) {
        if (!first) {
            out.append(',');
        }
        line(level);
    }

    private void close(boolean empty, int level, char bracket) {
        if (!empty) {
            line(level);
        }
        out.append(bracket);
    }

    private void line(int level) {
        if (indent) {
            out.append('\n').repeat("  ", level);
        }
    }

    private void string(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    // U+2028 and U+2029 end a line for some readers of JSON lines.
                    if (c < 0x20 || c == 0x7f || c == '\u2028' || c == '\u2029') {
                        escape(c);
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private void escape(char c) {
        out.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
            out.append(Character.forDigit(c >> shift & 15, 16));
        }
    }
}
