package propane.golden;

import static propane.nn.layer.Layers.batchNorm;
import static propane.nn.layer.Layers.conv2d;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.flatten;
import static propane.nn.layer.Layers.globalAveragePool;
import static propane.nn.layer.Layers.gru;
import static propane.nn.layer.Layers.layerNorm;
import static propane.nn.layer.Layers.lstm;
import static propane.nn.layer.Layers.maxPool2d;
import static propane.nn.layer.Layers.named;
import static propane.nn.layer.Layers.positionalEmbedding;
import static propane.nn.layer.Layers.relu;
import static propane.nn.layer.Layers.reshape;
import static propane.nn.layer.Layers.sequential;

import propane.nn.Input;
import propane.nn.Layer;
import propane.nn.Model;
import propane.nn.Scope;
import propane.nn.Tensors;
import propane.nn.layer.Attention;
import propane.tensor.Tensor;

import java.util.List;
import java.util.Map;

/**
 * The models of the golden trainings.
 *
 * @param model the model, for examples of 64 pixels
 * @param paths for the beginning of each golden weight's name, that of its path here
 */
record GoldenModels(Model model, Map<String, String> paths) {

    /** Returns the model of a case by its name's first word. */
    static GoldenModels of(String name) {
        return switch (name.substring(0, name.indexOf('_'))) {
            case "mlp" -> mlp();
            case "cnn" -> cnn();
            case "resnet" -> resnet();
            case "transformer" -> transformer();
            case "lstm" -> recurrent(lstm(24));
            case "gru" -> recurrent(gru(24));
            default -> throw new IllegalArgumentException(name);
        };
    }

    /** Returns a golden weight's path here. */
    String path(String golden) {
        int dot = golden.lastIndexOf('.');
        if (dot < 0) {
            return paths.get(golden);
        }
        String layer = golden.substring(0, dot);
        String kind = golden.substring(dot + 1);
        String own = paths.getOrDefault(layer, layer);
        boolean norm = layer.startsWith("bn") || layer.startsWith("ln");
        String last =
                switch (kind) {
                    case "weight" -> norm ? "gamma" : "weight";
                    case "bias" -> norm ? "beta" : "bias";
                    case "running_mean" -> "mean";
                    case "running_var" -> "variance";
                    default -> kind;
                };
        return own + "/" + last;
    }

    private static GoldenModels mlp() {
        return new GoldenModels(
                Model.model(Input.input(64), sequential(dense(32), relu(), dense(10))),
                Map.of("0", "dense_1", "2", "dense_2"));
    }

    private static GoldenModels cnn() {
        Layer body =
                sequential(
                        reshape(1, 8, 8),
                        conv2d(8, 3).padding(1),
                        relu(),
                        maxPool2d(2),
                        conv2d(16, 3).padding(1),
                        relu(),
                        maxPool2d(2),
                        flatten(),
                        dense(10));
        return new GoldenModels(
                Model.model(Input.input(64), body),
                Map.of("1", "conv2d_1", "4", "conv2d_2", "8", "dense_1"));
    }

    private static GoldenModels recurrent(Layer layer) {
        Layer body = sequential(reshape(8, 8), named("rnn", layer), named("head", dense(10)));
        return new GoldenModels(Model.model(Input.input(64), body), Map.of());
    }

    private static GoldenModels resnet() {
        Layer small = conv2d(8, 3).padding(1).bias(false);
        Model.Body body =
                (scope, in) -> {
                    Tensor x = in.at("input").reshape(in.at("input").dim(0), 1, 8, 8);
                    Tensor h = scope.apply("bn0", batchNorm(), scope.apply("stem", small, x));
                    h = h.relu();
                    Tensor r = scope.apply("bn1", batchNorm(), scope.apply("c1", small, h)).relu();
                    r = scope.apply("bn2", batchNorm(), scope.apply("c2", small, r));
                    Tensor t = h.add(r).relu();
                    Tensor u = scope.apply("down", conv2d(16, 3).stride(2).padding(1), t).relu();
                    Tensor pooled = scope.apply(globalAveragePool(), u);
                    return Tensors.tensors("output", scope.apply("head", dense(10), pooled));
                };
        return new GoldenModels(Model.model(List.of(Input.input(64)), body), Map.of());
    }

    /** One block; queries, keys and values come of one dense layer, so it is put together here. */
    private static GoldenModels transformer() {
        Model.Body body =
                (scope, in) -> {
                    Tensor x = in.at("input").reshape(in.at("input").dim(0), 8, 8);
                    Tensor h = scope.apply("embed", dense(16), x);
                    h = scope.apply("pos", positionalEmbedding(8), h);
                    Tensor y = scope.apply("ln1", layerNorm(), h);
                    h = h.add(scope.apply("proj", dense(16), attention(scope, y)));
                    Tensor z = scope.apply("ln2", layerNorm(), h);
                    z = scope.apply("fc1", dense(64), z).gelu();
                    h = h.add(scope.apply("fc2", dense(16), z));
                    Tensor pooled = scope.apply("lnf", layerNorm(), h).mean(1);
                    return Tensors.tensors("output", scope.apply("head", dense(10), pooled));
                };
        return new GoldenModels(
                Model.model(List.of(Input.input(64)), body), Map.of("pos", "pos/weight"));
    }

    private static Tensor attention(Scope scope, Tensor x) {
        List<Tensor> parts = scope.apply("qkv", dense(48), x).split(-1, 16, 16, 16);
        var heads =
                parts.stream()
                        .map(part -> part.reshape(x.dim(0), 8, 2, 8).transpose(0, 2, 1, 3))
                        .toList();
        Tensor seen = Attention.scaledDotProduct(heads.get(0), heads.get(1), heads.get(2));
        return seen.transpose(0, 2, 1, 3).reshape(x.dim(0), 8, 16);
    }
}
