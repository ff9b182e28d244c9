package propane.coreml;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a package says of itself to people. Xcode shows it.
 *
 * @param description what the model does
 * @param author who made it
 * @param license under which licence
 * @param version its version
 * @param userDefined anything else, by keys of the author's
 */
public record ModelCard(
        String description,
        String author,
        String license,
        String version,
        Map<String, String> userDefined) {
    /** A card that says nothing. */
    public static final ModelCard BLANK = new ModelCard("", "", "", "", Map.of());

    /** Copies the map. */
    public ModelCard {
        userDefined = Collections.unmodifiableMap(new TreeMap<>(userDefined));
    }

    /** Returns this card with another description. */
    public ModelCard describedAs(String text) {
        return new ModelCard(text, author, license, version, userDefined);
    }

    /** Returns this card with another author. */
    public ModelCard by(String name) {
        return new ModelCard(description, name, license, version, userDefined);
    }

    /** Returns this card with another licence. */
    public ModelCard licensedUnder(String name) {
        return new ModelCard(description, author, name, version, userDefined);
    }

    /** Returns this card with another version. */
    public ModelCard version(String text) {
        return new ModelCard(description, author, license, text, userDefined);
    }

    /** Returns this card with one more entry, or that entry replaced. */
    public ModelCard with(String key, String value) {
        var more = new TreeMap<>(userDefined);
        more.put(key, value);
        return new ModelCard(description, author, license, version, more);
    }
}
