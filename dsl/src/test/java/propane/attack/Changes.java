package propane.attack;

import propane.json.Json;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;

/**
 * Changes of bytes, texts and JSON: as damage makes them, and as somebody makes them who knows what
 * readers stumble over.
 *
 * @param random decides what is changed
 */
record Changes(Random random) {
    private static final List<Json> VALUES =
            List.of(
                    Json.of(0),
                    Json.of(-1),
                    Json.of(1),
                    Json.of(7),
                    Json.of(Integer.MAX_VALUE),
                    Json.of(Integer.MIN_VALUE),
                    Json.of(1L << 31),
                    Json.of(1L << 33),
                    Json.of(1L << 62),
                    Json.of(Long.MAX_VALUE),
                    Json.of(Long.MIN_VALUE),
                    Json.of(0.5),
                    Json.of(1e300),
                    Json.of("NaN"),
                    Json.of("-1.0"),
                    Json.of("1e999"),
                    Json.of("1.0 2.0"),
                    Json.of(""),
                    Json.of("../../x"),
                    Json.of("weight"),
                    Json.of("n".repeat(5_000)),
                    Json.TRUE,
                    Json.NULL,
                    Json.array(),
                    Json.object(),
                    Json.array(Json.array(Json.array(Json.of(1)))));

    /** Returns one of some. */
    @SafeVarargs
    final <T> T oneOf(T... all) {
        return all[random.nextInt(all.length)];
    }

    /** Returns bytes with one to four places damaged. */
    byte[] bytes(byte[] whole) {
        byte[] changed = whole.clone();
        for (int edit = random.nextInt(4); edit >= 0; edit--) {
            changed = oneChange(changed);
        }
        return changed;
    }

    private byte[] oneChange(byte[] bytes) {
        int at = random.nextInt(Math.max(1, bytes.length));
        int end = Math.min(bytes.length, at + 1 + random.nextInt(16));
        byte[] changed = bytes.clone();
        switch (random.nextInt(bytes.length == 0 ? 1 : 8)) {
            case 0 -> changed = joined(bytes, at, new byte[1 + random.nextInt(8)], at);
            case 1 -> changed[at] = (byte) random.nextInt();
            case 2 -> changed[at] ^= (byte) (1 << random.nextInt(8));
            case 3 -> changed[at] = (byte) ('0' + random.nextInt(10));
            case 4 -> changed = Arrays.copyOf(bytes, at);
            case 5 -> changed = joined(bytes, end, Arrays.copyOfRange(bytes, at, end), end);
            case 6 -> changed = joined(bytes, at, new byte[0], end);
            default -> Arrays.fill(changed, at, end, oneOf((byte) 0, (byte) -1, (byte) 0x7f));
        }
        return changed;
    }

    private static byte[] joined(byte[] bytes, int to, byte[] between, int from) {
        int start = Math.min(to, bytes.length);
        int rest = Math.min(from, bytes.length);
        byte[] all = Arrays.copyOf(bytes, start + between.length + bytes.length - rest);
        System.arraycopy(between, 0, all, start, between.length);
        System.arraycopy(bytes, rest, all, start + between.length, bytes.length - rest);
        return all;
    }

    /** Returns a value in which one to three places differ. */
    Json json(Json whole) {
        Json changed = whole;
        for (int edit = random.nextInt(3); edit >= 0; edit--) {
            changed = oneChange(changed);
        }
        return changed;
    }

    private Json oneChange(Json json) {
        boolean inside = random.nextInt(20) > 0;
        if (inside && json instanceof Json.Members(var members) && !members.isEmpty()) {
            var names = new ArrayList<>(members.keySet());
            String name = oneOf(names.toArray(String[]::new));
            var all = new LinkedHashMap<>(members);
            switch (random.nextInt(12)) {
                case 0 -> all.remove(name);
                case 1 -> all.put(name + "x", all.remove(name));
                case 2 -> all.put(name, members.get(oneOf(names.toArray(String[]::new))));
                default -> all.put(name, oneChange(members.get(name)));
            }
            return new Json.Members(all);
        }
        if (inside && json instanceof Json.Items(var items) && !items.isEmpty()) {
            int index = random.nextInt(items.size());
            var all = new ArrayList<>(items);
            switch (random.nextInt(12)) {
                case 0 -> all.remove(index);
                case 1 -> all.add(items.get(index));
                case 2 -> all.addAll(items);
                default -> all.set(index, oneChange(items.get(index)));
            }
            return new Json.Items(all);
        }
        return oneOf(VALUES.toArray(Json[]::new));
    }

    /**
     * Returns a text with one to four tokens changed.
     *
     * @param hostile what is put in the place of tokens
     */
    String text(String whole, List<String> hostile) {
        var tokens = new ArrayList<>(Arrays.asList(whole.split("(?<=\\W)|(?=\\W)")));
        for (int edit = random.nextInt(4); edit >= 0 && !tokens.isEmpty(); edit--) {
            int at = random.nextInt(tokens.size());
            switch (random.nextInt(6)) {
                case 0 -> tokens.remove(at);
                case 1 -> tokens.add(at, tokens.get(random.nextInt(tokens.size())));
                case 2 -> tokens.set(at, tokens.get(random.nextInt(tokens.size())));
                case 3 -> tokens.subList(at, Math.min(tokens.size(), at + 20)).clear();
                default -> tokens.set(at, hostile.get(random.nextInt(hostile.size())));
            }
        }
        return String.join("", tokens);
    }

    /** Returns the bytes of a text, damaged at times. */
    byte[] encoded(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return random.nextInt(5) == 0 ? bytes(bytes) : bytes;
    }
}
