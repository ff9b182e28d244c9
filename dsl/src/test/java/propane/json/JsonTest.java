package propane.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import propane.tensor.FormatException;
import propane.tensor.NumericException;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

class JsonTest {

    @Test
    void readsEveryKindOfValue() {
        var field =
                JsonField.parse(
                        """
                        { "text": "a\\n\\"\\u00e9\\ud83d\\ude00/", "whole": -9223372036854775808,
                          "number": 1.5e-3, "yes": true, "no": false, "none": null,
                          "items": [1, [], {}], "empty": {} }
                        """,
                        "here");
        assertThat(field.at("text").string()).isEqualTo("a\n\"é😀/");
        assertThat(field.at("whole").whole()).isEqualTo(Long.MIN_VALUE);
        assertThat(field.at("number").number()).isEqualTo(0.0015);
        assertThat(field.at("yes").truth()).isTrue();
        assertThat(field.at("no").truth()).isFalse();
        assertThat(field.at("none").isNull()).isTrue();
        assertThat(field.at("items").items()).hasSize(3);
        assertThat(field.at("items").items().get(0).whole(0, 1)).isEqualTo(1);
        assertThat(field.members().keySet())
                .containsExactly("text", "whole", "number", "yes", "no", "none", "items", "empty");
        assertThat(field.has("other")).isFalse();
    }

    @Test
    void writesInTheOrderGiven() {
        var json =
                Json.object()
                        .with("z", 1)
                        .with("a", 0.1)
                        .with("t", "q\"\\\n\u0001")
                        .with("b", true)
                        .with("l", Json.array(List.of(1, 2)))
                        .with("e", Json.array());
        assertThat(json.text())
                .isEqualTo(
                        "{\"z\":1,\"a\":0.1,\"t\":\"q\\\"\\\\\\n\\u0001\",\"b\":true,"
                                + "\"l\":[1,2],\"e\":[]}");
        assertThat(Json.object().with("a", Json.array(Json.NULL)).indented())
                .isEqualTo("{\n  \"a\": [\n    null\n  ]\n}\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "[",
                "[1,]",
                "{\"a\":1,}",
                "{a:1}",
                "{\"a\" 1}",
                "01",
                "-",
                "+1",
                "1.",
                ".5",
                "1e",
                "1e+",
                "NaN",
                "Infinity",
                "tru",
                "nul",
                "\"",
                "\"\\x\"",
                "\"\\u12g4\"",
                "\"\\u00\"",
                "\"\t\"",
                "\"\\ud800\"",
                "\"\\udc00x\"",
                "1 2",
                "[1 2]",
                "{\"a\":1,\"a\":2}",
                "'a'",
                "1e999",
                "[1]]",
                "/**/1",
                "\u00a01",
                "\"\\",
                "\"\\u٠٠٠٠\""
            })
    void refusesWhatIsNotJson(String text) {
        assertThatThrownBy(() -> Json.parse(text, "some.json"))
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith("some.json: JSON, line 1, column ");
    }

    @Test
    void saysWhereAnErrorStands() {
        assertThatThrownBy(() -> Json.parse("{\n  \"a\": [1,\n  x]\n}", "f"))
                .hasMessageStartingWith("f: JSON, line 3, column 3: a value is neither");
    }

    @Test
    void boundsDepthAndCount() {
        assertThat(Json.parse("[".repeat(64) + "]".repeat(64), "f")).isNotNull();
        assertThatThrownBy(() -> Json.parse("[".repeat(100_000), "f"))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("more than 64 levels");
        assertThatThrownBy(() -> Json.parse("[" + "0,".repeat(1 << 22) + "0]", "f"))
                .hasMessageContaining("values");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "whole|f: field a.b[1] must be a whole number, is \"x\"",
                "number|f: field a.b[1] must be a number, is \"x\"",
                "truth|f: field a.b[1] must be true or false, is \"x\"",
                "items|f: field a.b[1] must be an array, is \"x\"",
                "member|f: field a.b[1] must be an object, is \"x\"",
                "string|f: field a.b[0] must be a string, is 1.5",
                "fraction|f: field a.b[0] must be a whole number of 64 bits, is 1.5",
                "range|f: field a.b[2] must be a whole number from 0 to 9, is 10",
                "missing|f: field a lacks the member \"c\"",
            })
    void namesTheFieldThatIsWrong(String kind, String message) {
        var a = JsonField.parse("{\"a\": {\"b\": [1.5, \"x\", 10]}}", "f").at("a");
        var b = a.at("b").items();
        assertThatThrownBy(
                        () -> {
                            switch (kind) {
                                case "whole" -> b.get(1).whole();
                                case "number" -> b.get(1).number();
                                case "truth" -> b.get(1).truth();
                                case "items" -> b.get(1).items();
                                case "member" -> b.get(1).at("c");
                                case "string" -> b.get(0).string();
                                case "fraction" -> b.get(0).whole();
                                case "range" -> b.get(2).whole(0, 9);
                                default -> a.at("c");
                            }
                        })
                .isInstanceOf(FormatException.class)
                .hasMessage(message);
    }

    @Test
    void refusesNumbersJsonCannotSpell() {
        assertThatThrownBy(() -> Json.of(Double.NaN)).isInstanceOf(NumericException.class);
        assertThatThrownBy(() -> new Json.Digits("0x1")).isInstanceOf(FormatException.class);
    }

    @Test
    void showsOfAValueThatIsWrongNoMoreThanALine() {
        String text = "{\"" + "n".repeat(10_000) + "\": [\"" + "t".repeat(10_000) + "\", [1, 2]]}";
        var items = JsonField.parse(text, "f").members().values().iterator().next().items();
        assertThatThrownBy(() -> items.get(0).whole())
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(300));
        assertThatThrownBy(() -> items.get(1).string())
                .hasMessageEndingWith("[1] must be a string, is an array of 2");
        assertThatThrownBy(() -> Json.parse("[" + "1".repeat(5_000) + "]", "f"))
                .hasMessageContaining("a number of more than 1024 characters");
    }

    @Test
    void readsBackWhatItWrites() {
        long seed = 20251;
        var random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            Json json = any(random, 0);
            assertThat(Json.parse(json.text(), "compact")).as("seed %d", seed).isEqualTo(json);
            assertThat(Json.parse(json.indented(), "indented")).isEqualTo(json);
        }
    }

    @Test
    void neverFailsOtherwiseOnBrokenText() {
        long seed = 77;
        var random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            var text = new StringBuilder(any(random, 0).text());
            for (int edit = random.nextInt(3); edit >= 0; edit--) {
                text.setCharAt(random.nextInt(text.length()), (char) random.nextInt(128));
            }
            try {
                Json.parse(text.toString(), "broken");
            } catch (FormatException _) {
                continue;
            }
        }
    }

    private static Json any(Random random, int depth) {
        return switch (random.nextInt(depth < 4 ? 7 : 5)) {
            case 0 -> Json.of(random.nextLong());
            case 1 -> Json.of(Double.longBitsToDouble(random.nextLong() & ~(1L << 62)));
            case 2 -> Json.of(random.nextBoolean());
            case 3 -> Json.NULL;
            case 4 -> Json.of(characters(random));
            case 5 -> {
                var items = new ArrayList<Json>();
                for (int i = random.nextInt(5); i > 0; i--) {
                    items.add(any(random, depth + 1));
                }
                yield new Json.Items(items);
            }
            default -> {
                var members = Json.object();
                for (int i = random.nextInt(5); i > 0; i--) {
                    members = members.with(characters(random), any(random, depth + 1));
                }
                yield members;
            }
        };
    }

    private static String characters(Random random) {
        var text = new StringBuilder();
        for (int i = random.nextInt(8); i > 0; i--) {
            text.appendCodePoint(
                    switch (random.nextInt(3)) {
                        case 0 -> random.nextInt(128);
                        case 1 -> 0xa0 + random.nextInt(0x2000);
                        default -> 0x1f600 + random.nextInt(64);
                    });
        }
        return text.toString();
    }
}
