package propane.differential;

import propane.json.Json;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * A call of a public factory with settings after it, such as {@code conv2d(8, 3).stride(2)}. The
 * same value is made into the layer, printed as Java and written as JSON, so that what is computed
 * elsewhere cannot be another program.
 *
 * @param from the class or interface that has the factory
 * @param name the factory, or a constant
 * @param arguments what it is given: numbers, texts, terms and references
 * @param settings the calls after it, in their order
 */
record Term(
        Class<?> from, String name, List<Object> arguments, Map<String, List<Object>> settings) {
    /**
     * A tensor that a model's body knows by name: a mask, a memory, a state.
     *
     * @param name the name
     */
    record Reference(String name) {
        @Override
        public String toString() {
            return name;
        }
    }

    Term {
        arguments = List.copyOf(arguments);
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    }

    static Term of(Class<?> from, String name, Object... arguments) {
        return new Term(from, name, List.of(arguments), Map.of());
    }

    /** Returns this term with a setting. */
    Term with(String setting, Object... values) {
        var longer = new LinkedHashMap<>(settings);
        longer.put(setting, List.of(values));
        return new Term(from, name, arguments, longer);
    }

    /** Returns whether another term has the same first argument, as names have. */
    boolean sameName(Term other) {
        return name.equals(other.name) && arguments.getFirst().equals(other.arguments.getFirst());
    }

    /** Makes what this term describes. */
    Object make() {
        return make(Map.of());
    }

    /**
     * Makes what this term describes within a model's body.
     *
     * @param tensors what references stand for
     */
    Object make(Map<String, Tensor> tensors) {
        Object made = Calls.ofFactory(from, name, values(arguments, tensors));
        for (var setting : settings.entrySet()) {
            made = Calls.of(made, setting.getKey(), values(setting.getValue(), tensors));
        }
        return made;
    }

    private static List<Object> values(List<Object> of, Map<String, Tensor> tensors) {
        var values = new ArrayList<>();
        for (Object each : of) {
            values.add(
                    switch (each) {
                        case Term term -> term.make(tensors);
                        case Reference(String name) -> tensors.get(name);
                        default -> each;
                    });
        }
        return values;
    }

    /** Tells this term and all within it. */
    void walk(Consumer<Term> visitor) {
        visitor.accept(this);
        walk(arguments, visitor);
        settings.values().forEach(each -> walk(each, visitor));
    }

    private static void walk(List<Object> values, Consumer<Term> visitor) {
        for (Object each : values) {
            if (each instanceof Term term) {
                term.walk(visitor);
            }
        }
    }

    Json json() {
        var with = Json.object();
        for (var setting : settings.entrySet()) {
            with = with.with(setting.getKey(), json(setting.getValue()));
        }
        return Json.object().with("call", name).with("of", json(arguments)).with("with", with);
    }

    private static Json json(List<Object> values) {
        var items = new ArrayList<Json>();
        for (Object each : values) {
            items.add(
                    switch (each) {
                        case Term term -> term.json();
                        case Reference(String name) -> Json.object().with("reference", name);
                        case Integer whole -> Json.of(whole.longValue());
                        case Double real -> Json.of(real);
                        case Boolean choice -> Json.of(choice);
                        default -> new Json.Text(each.toString());
                    });
        }
        return new Json.Items(items);
    }

    static Json json(Iterable<Term> terms) {
        var items = new ArrayList<Json>();
        terms.forEach(term -> items.add(term.json()));
        return new Json.Items(items);
    }

    /** Returns this term as it stands in a program. */
    @Override
    public String toString() {
        var text = new StringBuilder(name);
        text.append(text(arguments));
        settings.forEach(
                (setting, values) -> text.append('.').append(setting).append(text(values)));
        return text.toString();
    }

    private static String text(List<Object> values) {
        return values.stream()
                .map(each -> each instanceof String string ? '"' + string + '"' : each.toString())
                .collect(Collectors.joining(", ", "(", ")"));
    }
}
