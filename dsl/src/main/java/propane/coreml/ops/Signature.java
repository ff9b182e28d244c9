package propane.coreml.ops;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What MIL says of one operation.
 *
 * @param name its name
 * @param since the first iOS that has it
 * @param parameters its parameters by name
 * @param letters the element types that each letter stands for
 */
public record Signature(
        String name,
        int since,
        Map<String, Parameter> parameters,
        Map<String, List<String>> letters) {

    /** The type of a parameter that is not looked at. */
    public static final String ANY = "any";

    /** Whether, and as what, a parameter may be left out. */
    public enum Omission {
        /** It must be given. */
        NEVER,
        /** It has a value then, which is written all the same. */
        DEFAULT,
        /** It is not there then; its default says what that means. */
        ABSENT
    }

    /**
     * One parameter.
     *
     * @param name its name
     * @param type an element type, a letter, or {@link #ANY}
     * @param constant whether it must be known when the program is compiled
     * @param omission whether it may be left out
     * @param whenOmitted what it is then, as spelled in the table; may be empty
     */
    public record Parameter(
            String name, String type, boolean constant, Omission omission, String whenOmitted) {

        private static Parameter parse(String text) {
            int colon = text.indexOf(':');
            String rest = text.substring(colon + 1);
            int end = 0;
            while (end < rest.length() && "!=?".indexOf(rest.charAt(end)) < 0) {
                end++;
            }
            String type = rest.substring(0, end);
            boolean constant = rest.startsWith("!", end);
            String omission = rest.substring(constant ? end + 1 : end);
            return new Parameter(
                    text.substring(0, colon),
                    type,
                    constant,
                    omission.isEmpty()
                            ? Omission.NEVER
                            : omission.startsWith("=") ? Omission.DEFAULT : Omission.ABSENT,
                    omission.isEmpty() ? "" : omission.substring(1));
        }
    }

    /** Reads one line of the table. */
    static Signature parse(String line) {
        String[] parts = line.split(" \\| ");
        String[] words = parts[0].split(" ");
        String[] named = words[0].split("@");
        var parameters = new LinkedHashMap<String, Parameter>();
        for (String word : Arrays.asList(words).subList(1, words.length)) {
            var parameter = Parameter.parse(word);
            parameters.put(parameter.name(), parameter);
        }
        var letters = new HashMap<String, List<String>>();
        for (String part : Arrays.asList(parts).subList(1, parts.length)) {
            var types = Arrays.asList(part.split(" "));
            letters.put(types.getFirst(), types.subList(1, types.size()));
        }
        int since = named.length == 1 ? 15 : Integer.parseInt(named[1]);
        return new Signature(named[0], since, parameters, letters);
    }

    /** Returns whether a parameter's whole numbers have no sign. */
    public boolean isUnsigned(String parameter) {
        return parameters.containsKey(parameter)
                && parameters.get(parameter).type().equals("uint32");
    }

    /** Returns the element types that a parameter may have; of {@link #ANY} none are listed. */
    public List<String> types(Parameter parameter) {
        return letters.getOrDefault(parameter.type(), List.of(parameter.type()));
    }
}
