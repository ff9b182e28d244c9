package propane.differential;

import static propane.differential.LayerDraws.layer;

import propane.nn.Input;
import propane.nn.Model;
import propane.nn.Weight;
import propane.tensor.Shape;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Draws models with the tasks of their outputs. */
final class ModelDraws {
    private final Dice dice;
    private final LayerDraws layers;
    private final ImageDraws images;
    private final TaskDraws tasks;

    ModelDraws(Dice dice) {
        this.dice = dice;
        this.layers = new LayerDraws(dice, true);
        this.images = new ImageDraws(dice, layers);
        this.tasks = new TaskDraws(dice);
    }

    /**
     * A model with what its outputs are trained for.
     *
     * @param model the model
     * @param tasks the task of each output
     */
    record Drawn(DrawnModel model, Map<String, Task> tasks) {}

    /** Draws a model of whatever kind. */
    Drawn draw() {
        Drawn drawn =
                switch (dice.between(0, 11)) {
                    case 0, 1, 2 -> vectors();
                    case 3, 4, 5 -> images();
                    case 6, 7 -> series();
                    case 8 -> words();
                    case 9 -> memory();
                    case 10 -> masked();
                    default -> states();
                };
        return new Drawn(frozen(drawn.model()), drawn.tasks());
    }

    /** Draws an encoder of vectors, whose outputs are compared by a step of one's own. */
    DrawnModel encoder() {
        int width = dice.between(3, 8);
        var chain = new Chain(Shape.shape(width));
        several(2, chain, new LayerDraws(dice, false)::vectors);
        chain.offer(layer("dense", dice.between(2, 5)));
        return new DrawnModel(
                List.of(Input.input(width)),
                0,
                List.of(),
                chain.layers(),
                Map.of("output", List.of()),
                List.of());
    }

    private void several(int most, Chain chain, Consumer<Chain> more) {
        int count = dice.between(1, most);
        for (int i = 0; i < count; i++) {
            more.accept(chain);
        }
    }

    private Drawn vectors() {
        int width = dice.between(3, 12);
        var chain = new Chain(Shape.shape(width));
        several(4, chain, layers::vectors);
        return ended(chain, List.of(Input.input(width)), 0, List.of());
    }

    private Drawn images() {
        int axes = dice.oneOf(1, 2, 2, 2, 3);
        int[] dims = new int[1 + axes];
        dims[0] = dice.between(1, 4);
        for (int axis = 1; axis <= axes; axis++) {
            dims[axis] = axes == 1 ? dice.between(6, 12) : axes == 2 ? dice.between(4, 7) : 4;
        }
        var chain = new Chain(new Shape(Shape.shape(dims).dims()));
        several(4, chain, images::images);
        images.end(chain);
        if (chain.shape().rank() > 1) {
            chain.offer(layer("flatten"));
        }
        return ended(chain, List.of(Input.input(dims)), 0, List.of());
    }

    private Drawn series() {
        int length = dice.between(3, 6);
        int width = dice.oneOf(4, 6, 8);
        boolean isFlat = dice.chance(0.2);
        var chain = new Chain(isFlat ? Shape.shape(length * width) : Shape.shape(length, width));
        if (isFlat) {
            chain.offer(layer("reshape", dice.oneOf(length, -1), width));
        }
        several(3, chain, layers::sequences);
        Input input = isFlat ? Input.input(length * width) : Input.input(length, width);
        return ended(chain, List.of(input), 0, List.of());
    }

    private Drawn words() {
        int length = dice.between(3, 6);
        int words = dice.between(5, 20);
        int width = dice.oneOf(4, 6, 8);
        var chain = new Chain(Shape.shape(length));
        chain.embed(
                dice.chance(0.5)
                        ? layer(
                                "embedding",
                                words,
                                width,
                                Term.of(
                                        propane.nn.Initializers.class,
                                        "uniform",
                                        dice.real(0.2, 1)))
                        : layer("embedding", words, width));
        boolean isTied = dice.chance(0.4);
        several(2, chain, layers::sequences);
        if (isTied && chain.dim(1) == width) {
            Term last = layer("dense", words).with("bias", false).with("tiedTo", "embedding_1");
            chain.add(last, Shape.shape(length, words));
        }
        return ended(chain, List.of(Input.tokens(length)), words, List.of());
    }

    /** Sequences that attend to others. */
    private Drawn memory() {
        int width = dice.oneOf(4, 6, 8);
        int length = dice.between(2, 5);
        int others = dice.between(2, 5);
        var memory = new Chain(Shape.shape(others, dice.oneOf(4, 6)));
        Input second = new Input("memory", memory.shape(), propane.tensor.DType.FLOAT32);
        several(1, memory, layers::sequences);
        var chain = new Chain(Shape.shape(length, width));
        var reference = new Term.Reference("memory");
        if (dice.chance(0.5)) {
            chain.keep(layers.crossAttention(width).with("over", reference));
        } else {
            chain.keep(layers.block(width).with("over", reference));
        }
        several(1, chain, layers::sequences);
        var part = new DrawnModel.Part("memory", DrawnModel.As.MEMORY, memory.layers());
        return ended(chain, List.of(Input.input(length, width), second), 0, List.of(part));
    }

    /** Sequences of which not all is seen. */
    private Drawn masked() {
        int width = dice.oneOf(4, 6, 8);
        int length = dice.between(2, 6);
        boolean isOfPairs = dice.chance(0.3);
        var chain = new Chain(Shape.shape(length, width));
        var reference = new Term.Reference("seen");
        Term attention =
                switch (dice.between(0, 2)) {
                    case 0 -> layers.attention(width);
                    case 1 -> layers.block(width);
                    default -> layers.crossAttention(width);
                };
        Term masked = attention.with("mask", reference);
        boolean isCross = attention.name().equals("crossAttention");
        var parts = new ArrayList<DrawnModel.Part>();
        var inputs = new ArrayList<>(List.of(Input.input(length, width)));
        if (isCross) {
            parts.add(new DrawnModel.Part("memory", DrawnModel.As.MEMORY, List.of(layer("tanh"))));
            inputs.add(Input.input("memory", length, width));
            masked = masked.with("over", new Term.Reference("memory"));
        }
        parts.add(new DrawnModel.Part("seen", DrawnModel.As.MASK, List.of()));
        Shape seen = isOfPairs ? Shape.shape(length, length) : Shape.shape(length);
        inputs.add(new Input("seen", seen, propane.tensor.DType.INT32));
        chain.keep(masked);
        several(1, chain, layers::sequences);
        return ended(chain, inputs, 0, parts);
    }

    /** Recurrent layers that begin with given states. */
    private Drawn states() {
        int width = dice.oneOf(4, 6);
        int length = dice.between(2, 5);
        var chain = new Chain(Shape.shape(length, width));
        Term recurrent = layers.recurrent();
        int units = (int) recurrent.arguments().getFirst();
        int networks = recurrent.settings().containsKey("numLayers") ? 2 : 1;
        int ways = recurrent.settings().containsKey("bidirectional") ? 2 : 1;
        var names = recurrent.name().equals("lstm") ? List.of("h", "c") : List.of("h");
        var references = names.stream().map(Term.Reference::new).toArray();
        var parts = new ArrayList<DrawnModel.Part>();
        var inputs = new ArrayList<>(List.of(Input.input(length, width)));
        for (String name : names) {
            parts.add(new DrawnModel.Part(name, DrawnModel.As.STATE, List.of()));
            inputs.add(Input.input(name, networks * ways, units));
        }
        chain.add(recurrent.with("initialState", references), Shape.shape(ways * units));
        return ended(chain, inputs, 0, parts);
    }

    /** Adds the heads of one output or of two. */
    private Drawn ended(
            Chain chain, List<Input> inputs, int vocabulary, List<DrawnModel.Part> parts) {
        if (chain.shape().rank() == 2 && dice.chance(0.6)) {
            chain.offer(dice.chance(0.5) ? layers.recurrent() : layer("flatten"));
        }
        var names =
                dice.chance(0.15)
                        ? List.of("size", "sort")
                        : List.of(parts.isEmpty() ? "output" : "result");
        var outputs = new LinkedHashMap<String, List<Term>>();
        var chosen = new LinkedHashMap<String, Task>();
        for (String name : names) {
            boolean isSequence = chain.shape().rank() == 2;
            Task task = tasks.draw(isSequence, chain.dim(0));
            var head = new ArrayList<>(List.of(layers.dense(task.units())));
            head.addAll(task.last());
            outputs.put(name, head);
            chosen.put(name, task);
        }
        var model = new DrawnModel(inputs, vocabulary, parts, chain.layers(), outputs, List.of());
        return new Drawn(model, chosen);
    }

    /** Freezes a layer now and then, where others are left. */
    private DrawnModel frozen(DrawnModel drawn) {
        if (!dice.chance(0.2)) {
            return drawn;
        }
        Model model = drawn.model();
        Weight one = dice.oneOf(model.parameters());
        String path = one.path().substring(0, one.path().lastIndexOf('/'));
        boolean areOthers =
                model.parameters().stream().anyMatch(each -> !each.path().startsWith(path + "/"));
        return areOthers
                ? new DrawnModel(
                        drawn.inputs(),
                        drawn.vocabulary(),
                        drawn.parts(),
                        drawn.trunk(),
                        drawn.outputs(),
                        List.of(OptimizerDraws.under(path)))
                : drawn;
    }
}
