package propane.differential;

import propane.json.Json;
import propane.nn.Input;
import propane.nn.Layer;
import propane.nn.Model;
import propane.nn.Scope;
import propane.nn.Tensors;
import propane.nn.WeightFilter;
import propane.nn.layer.Layers;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Tensor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A drawn model: layers from its first input on, then those of each output. Other inputs are made
 * into what references in them stand for.
 *
 * @param inputs the inputs, the first of which goes through the layers
 * @param vocabulary how many token numbers there are; 0 where the first input holds none
 * @param parts what other inputs are made into
 * @param trunk the layers that all outputs share
 * @param outputs further layers of each output
 * @param frozen what is not trained, one selection at most
 */
record DrawnModel(
        List<Input> inputs,
        int vocabulary,
        List<Part> parts,
        List<Term> trunk,
        Map<String, List<Term>> outputs,
        List<Term> frozen) {
    /** What an input is to the layers that refer to it. */
    enum As {
        /** A sequence that is attended to. */
        MEMORY,
        /** Ones where something is seen. */
        MASK,
        /** First states of a recurrent layer, of each example. */
        STATE
    }

    /**
     * An input beside the first.
     *
     * @param input its name, by which layers refer to it
     * @param as what it is
     * @param layers what it goes through before
     */
    record Part(String input, As as, List<Term> layers) {
        Tensor made(Scope scope, Tensor x) {
            return switch (as) {
                case MEMORY -> scope.apply(input + "_part", layer(layers, Map.of()), x);
                case MASK -> x.greater(Tensor.constant(NDArray.of(new int[] {0})));
                case STATE -> x.transpose(1, 0, 2);
            };
        }

        Json json() {
            return Json.object()
                    .with("input", input)
                    .with("as", as.name())
                    .with("layers", Term.json(layers));
        }
    }

    private static Layer layer(List<Term> terms, Map<String, Tensor> tensors) {
        return Layers.sequential(
                terms.stream().map(term -> (Layer) term.make(tensors)).toArray(Layer[]::new));
    }

    /** Returns whether it is a chain of layers with nothing beside it. */
    boolean isPlain() {
        return parts.isEmpty() && outputs.size() == 1 && outputs.containsKey("output");
    }

    Model model() {
        Model model = isPlain() ? plain() : Model.model(inputs, this::body);
        return frozen.isEmpty() ? model : model.freeze((WeightFilter) frozen.getFirst().make());
    }

    private Model plain() {
        var all = new ArrayList<>(trunk);
        outputs.values().forEach(all::addAll);
        return Model.model(inputs.getFirst(), layer(all, Map.of()));
    }

    private Tensors body(Scope scope, Tensors in) {
        var references = new LinkedHashMap<String, Tensor>();
        for (Part part : parts) {
            references.put(part.input, part.made(scope, in.at(part.input)));
        }
        Tensor x = scope.apply("trunk", layer(trunk, references), in.at(inputs.getFirst().name()));
        var results = new LinkedHashMap<String, Tensor>();
        outputs.forEach((name, head) ->
                results.put(name, scope.apply(name + "_head", layer(head, Map.of()), x)));
        return new Tensors(results);
    }

    void walk(Consumer<Term> visitor) {
        parts.forEach(part -> part.layers.forEach(term -> term.walk(visitor)));
        trunk.forEach(term -> term.walk(visitor));
        outputs.values().forEach(head -> head.forEach(term -> term.walk(visitor)));
        frozen.forEach(term -> term.walk(visitor));
    }

    Json json() {
        var named = Json.object();
        for (Input input : inputs) {
            named = named.with(input.name(), Json.of(input.dtype() == DType.INT32));
        }
        var heads = Json.object();
        for (var head : outputs.entrySet()) {
            heads = heads.with(head.getKey(), Term.json(head.getValue()));
        }
        return Json.object()
                .with("first", inputs.getFirst().name())
                .with("inputs", named)
                .with("plain", isPlain())
                .with("parts", new Json.Items(parts.stream().map(Part::json).toList()))
                .with("trunk", Term.json(trunk))
                .with("outputs", heads);
    }
}
