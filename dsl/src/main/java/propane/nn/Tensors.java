package propane.nn;

import propane.tensor.Problem;
import propane.tensor.Tensor;
import propane.tensor.UnknownNameException;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Named symbolic tensors, in order: the inputs or outputs of a traced body.
 *
 * @param named the tensors by name
 */
public record Tensors(Map<String, Tensor> named) {
    /** Copies the map. */
    public Tensors {
        named = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(named));
    }

    /** Returns one named tensor. */
    public static Tensors tensors(String name, Tensor value) {
        return new Tensors(Map.of(name, value));
    }

    /** Returns these tensors and one more. */
    public Tensors and(String name, Tensor value) {
        var more = new LinkedHashMap<>(named);
        if (more.put(name, value) != null) {
            throw new UnknownNameException("tensors: two are named " + name);
        }
        return new Tensors(more);
    }

    /**
     * Returns the tensor of a name.
     *
     * @throws UnknownNameException if there is none
     */
    public Tensor at(String name) {
        if (!named.containsKey(name)) {
            throw UnknownNameException.among("tensors: none", name, names());
        }
        return named.get(name);
    }

    /**
     * Returns the only tensor.
     *
     * @throws UnknownNameException if there are several
     */
    public Tensor only() {
        if (named.size() != 1) {
            throw new UnknownNameException(
                    Problem.ofRule("tensors: one is wanted, there are " + names())
                            .fix("choose with at(name)"));
        }
        return values().iterator().next();
    }

    /** Returns the names in order. */
    public List<String> names() {
        return List.copyOf(named.keySet());
    }

    /** Returns the tensors in order. */
    public Collection<Tensor> values() {
        return named.values();
    }

    /** Returns names and types, for example {@code {output: fp32[32, 10]}}. */
    @Override
    public String toString() {
        return named.entrySet().stream()
                .map(each -> each.getKey() + ": " + each.getValue().type())
                .collect(Collectors.joining(", ", "{", "}"));
    }
}
