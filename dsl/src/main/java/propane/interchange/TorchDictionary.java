package propane.interchange;

import propane.reading.Bounds;
import propane.tensor.FormatException;
import propane.tensor.Problem;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;

/** The dictionaries of tensors in what a file of PyTorch holds. */
final class TorchDictionary {
    private static final int DEEPEST = 16;

    private final Map<String, Map<String, TorchTensor>> found = new LinkedHashMap<>();
    private final String where;
    private int visited;

    private TorchDictionary(String where) {
        this.where = where;
    }

    /**
     * Returns the tensors of one dictionary.
     *
     * @param entry its path, or empty for the only one
     * @throws FormatException if there is none, none of that name, or several and none is named
     */
    static Map<String, TorchTensor> chosen(Object all, String entry, String where) {
        var dictionaries = new TorchDictionary(where);
        dictionaries.look(all, "", 0);
        Map<String, Map<String, TorchTensor>> found = dictionaries.found;
        if (!entry.isEmpty()) {
            if (!found.containsKey(entry)) {
                throw new FormatException(
                        where
                                + ": has no dictionary of tensors "
                                + entry
                                + "; it has "
                                + found.keySet());
            }
            return found.get(entry);
        }
        if (found.isEmpty()) {
            throw new FormatException(
                    Problem.ofFile(where, "holds no dictionary of tensors").fix(TorchFile.ADVICE));
        }
        if (found.size() > 1 && !found.containsKey("")) {
            String first = found.keySet().iterator().next();
            throw new FormatException(
                    Problem.ofFile(
                                    where,
                                    "holds several dictionaries of tensors: " + found.keySet())
                            .fix("name one, Weights.read(path, \"" + first + "\")"));
        }
        return found.getOrDefault("", found.values().iterator().next());
    }

    private void look(Object value, String path, int depth) {
        if (!(value instanceof Map<?, ?> map)) {
            return;
        }
        if (depth > DEEPEST || ++visited > 100_000) {
            throw new FormatException(where + ": its dictionaries lie in each other too deep");
        }
        var tensors = new LinkedHashMap<String, TorchTensor>();
        var inner = new ArrayList<Map.Entry<String, Object>>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            // What is numbered belongs to an optimizer, whose tensors are no weights.
            if (entry.getKey() instanceof String name) {
                if (entry.getValue() instanceof TorchTensor tensor) {
                    tensors.put(name, tensor);
                } else {
                    inner.add(Map.entry(name, entry.getValue()));
                }
            }
        }
        if (!tensors.isEmpty()) {
            found.put(path, tensors);
        }
        for (Map.Entry<String, Object> entry : inner) {
            String name = Bounds.shown(entry.getKey());
            look(entry.getValue(), path.isEmpty() ? name : path + "/" + name, depth + 1);
        }
    }
}
