package propane.golden;

import propane.nn.Layer;
import propane.nn.layer.Attention;
import propane.nn.layer.Layers;
import propane.nn.layer.RecurrentLayer;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.Tensor;
import propane.tensor.TensorType;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The products, normalizations and attention of the golden cases: our layers, their weights. */
final class LayerReaders {
    private LayerReaders() {}

    static Map<String, GoldenReader> all() {
        var all = new TreeMap<String, GoldenReader>();
        all.put("matmul", in -> List.of(in.at("input").matmul(in.at("other"))));
        all.put(
                "softmax",
                in -> {
                    int axis = in.golden().name().equals("softmax__axis1") ? 1 : -1;
                    return List.of(in.x().softmax(axis));
                });
        all.put("log_softmax", in -> List.of(in.x().logSoftmax(-1)));
        all.put(
                "linear",
                in ->
                        applied(
                                in,
                                Layers.dense(in.at("weight").dim(0)),
                                Map.of("weight", in.at("weight"), "bias", in.at("bias"))));
        all.put(
                "layer_norm",
                in ->
                        gained(
                                in,
                                Layers.layerNorm()
                                        .axes(in.wholes("normalized_shape").length)
                                        .epsilon(in.number("eps"))));
        all.put(
                "group_norm",
                in -> gained(in, Layers.groupNorm(in.whole("groups")).epsilon(in.number("eps"))));
        all.put("instance_norm", in -> gained(in, Layers.instanceNorm().epsilon(in.number("eps"))));
        all.put(
                "rms_norm",
                in ->
                        applied(
                                in,
                                Layers.rmsNorm().epsilon(in.number("eps")),
                                Map.of("gamma", in.at("weight"))));
        all.put("batch_norm", LayerReaders::batchNorm);
        all.put("batch_norm_running_stats", LayerReaders::runningStatistics);
        all.put(
                "embedding",
                in -> {
                    Tensor weight = in.at("weight");
                    Layer layer = Layers.embedding(weight.dim(0), weight.dim(1));
                    var scope = new GoldenScope(true, Map.of("weight", weight));
                    return List.of(layer.apply(scope, in.at("ids")));
                });
        all.put(
                "sdpa",
                in ->
                        List.of(
                                in.truth("is_causal", false)
                                        ? Attention.causal(in.at("q"), in.at("k"), in.at("v"))
                                        : Attention.scaledDotProduct(
                                                in.at("q"), in.at("k"), in.at("v"))));
        all.put("lstm", in -> recurrent(in, Layers.lstm(in.whole("hidden"))));
        all.put("gru", in -> recurrent(in, Layers.gru(in.whole("hidden"))));
        all.put("rnn", in -> recurrent(in, Layers.rnn(in.whole("hidden"))));
        all.put("multihead_attention", LayerReaders::attention);
        all.put(
                "upsample_nearest",
                in -> applied(in, Layers.upsample(in.whole("scale")), Map.of()));
        all.put(
                "upsample_bilinear",
                in -> applied(in, Layers.upsampleLinear(in.whole("scale")), Map.of()));
        return all;
    }

    private static List<Tensor> applied(
            GoldenReader.Inputs in, Layer layer, Map<String, Tensor> weights) {
        return List.of(layer.apply(new GoldenScope(true, weights), in.x()));
    }

    private static List<Tensor> recurrent(GoldenReader.Inputs in, RecurrentLayer layer) {
        boolean isBoth = in.truth("bidirectional", false);
        var weights = new TreeMap<String, Tensor>();
        in.values().keySet().forEach(name -> weights.put(name, in.at(name)));
        return applied(in, (isBoth ? layer.bidirectional() : layer).returnSequences(), weights);
    }

    private static List<Tensor> gained(GoldenReader.Inputs in, Layer layer) {
        return applied(in, layer, Map.of("gamma", in.at("weight"), "beta", in.at("bias")));
    }

    private static List<Tensor> batchNorm(GoldenReader.Inputs in) {
        boolean training = in.truth("training", true);
        Tensor zeros = Tensor.zeros(in.at("bias").type());
        var weights =
                Map.of(
                        "gamma",
                        in.at("weight"),
                        "beta",
                        in.at("bias"),
                        "mean",
                        training ? zeros : in.constant("running_mean"),
                        "variance",
                        training ? zeros : in.constant("running_var"));
        Layer layer = Layers.batchNorm().epsilon(in.number("eps"));
        return List.of(layer.apply(new GoldenScope(training, weights), in.x()));
    }

    /** The statistics alone: {@code out.running_mean}, {@code out.running_var}. */
    private static List<Tensor> runningStatistics(GoldenReader.Inputs in) {
        var type = TensorType.float32(Shape.shape(in.x().dim(1)));
        Tensor ones = Tensor.constant(NDArray.full(type, 1));
        var scope =
                new GoldenScope(
                        true,
                        Map.of(
                                "gamma",
                                ones,
                                "beta",
                                ones,
                                "mean",
                                in.at("running_mean"),
                                "variance",
                                in.at("running_var")));
        Layers.batchNorm()
                .momentum(in.number("momentum"))
                .epsilon(in.number("eps"))
                .apply(scope, in.x());
        return scope.next();
    }

    private static List<Tensor> attention(GoldenReader.Inputs in) {
        int width = in.x().dim(-1);
        var weights = in.at("in_proj_weight").split(0, width, width, width);
        var biases = in.at("in_proj_bias").split(0, width, width, width);
        return applied(
                in,
                Layers.selfAttention(in.whole("heads")),
                Map.of(
                        "query/weight", weights.get(0),
                        "key/weight", weights.get(1),
                        "value/weight", weights.get(2),
                        "query/bias", biases.get(0),
                        "key/bias", biases.get(1),
                        "value/bias", biases.get(2),
                        "out/weight", in.at("out_proj_weight"),
                        "out/bias", in.at("out_proj_bias")));
    }
}
