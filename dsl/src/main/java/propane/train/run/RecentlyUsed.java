package propane.train.run;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What was made for keys, so much of it as there is room for: what was not used for longest goes
 * before another is made.
 */
final class RecentlyUsed<K, V> {
    private final Map<K, V> kept = new LinkedHashMap<>(16, 0.75f, true);
    private final int most;
    private final Predicate<K> stays;
    private final BiConsumer<K, V> leaving;

    /**
     * Makes room.
     *
     * @param most for how many, those that stay included
     * @param stays whether what was made for a key never goes
     * @param leaving is told what goes
     */
    RecentlyUsed(int most, Predicate<K> stays, BiConsumer<K, V> leaving) {
        this.most = most;
        this.stays = stays;
        this.leaving = leaving;
    }

    /** Returns what was made for a key, or makes it. */
    V of(K key, Function<K, V> maker) {
        if (!kept.containsKey(key)) {
            if (kept.size() >= most) {
                leave();
            }
            kept.put(key, maker.apply(key));
        }
        return kept.get(key);
    }

    private void leave() {
        K eldest = kept.keySet().stream().filter(stays.negate()).findFirst().orElseThrow();
        V value = kept.remove(eldest);
        leaving.accept(eldest, value);
    }

    /** Returns what is kept. */
    Collection<V> values() {
        return kept.values();
    }
}
