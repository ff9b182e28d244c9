package propane.golden;

import propane.json.JsonField;
import propane.nn.loss.Losses;
import propane.tensor.Tensor;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The losses of the golden cases. */
final class LossReaders {
    private LossReaders() {}

    static Map<String, GoldenReader> all() {
        var all = new TreeMap<String, GoldenReader>();
        all.put(
                "bce_with_logits",
                in -> List.of(Losses.binaryCrossEntropy().of(in.at("logits"), in.at("target"))));
        all.put("mse_loss", in -> List.of(Losses.meanSquaredError().of(in.x(), in.y())));
        all.put("cross_entropy", LossReaders::crossEntropy);
        all.put("l1_loss", in -> List.of(Losses.meanAbsoluteError().of(in.x(), in.y())));
        all.put("huber_loss", in -> List.of(Losses.huber(0.7).of(in.x(), in.y())));
        all.put("smooth_l1_loss", in -> List.of(Losses.smoothL1(0.5).of(in.x(), in.y())));
        all.put(
                "kl_div",
                in -> List.of(Losses.klDivergence().of(in.at("log_input"), in.at("target"))));
        all.put(
                "nll_loss",
                in ->
                        List.of(
                                Losses.negativeLogLikelihood()
                                        .of(in.at("log_probs"), in.at("target"))));
        all.put(
                "cosine_similarity",
                in -> List.of(Losses.cosineDistance().terms(in.x(), in.y()).losses().neg().add(1)));
        all.put(
                "hinge_embedding",
                in -> {
                    var loss = Losses.hingeEmbedding(in.number("margin"));
                    return List.of(loss.of(in.x(), in.constant("y")));
                });
        all.put(
                "triplet_margin_loss",
                in -> {
                    var loss = Losses.tripletMargin(in.number("margin"));
                    return List.of(loss.of(in.at("anchor"), in.at("positive"), in.at("negative")));
                });
        return all;
    }

    private static List<Tensor> crossEntropy(GoldenReader.Inputs in) {
        var loss = Losses.softmaxCrossEntropy();
        var attributes = in.golden().attributes();
        if (attributes.has("label_smoothing")) {
            loss = loss.labelSmoothing(in.number("label_smoothing"));
        }
        if (attributes.has("weight")) {
            loss =
                    loss.classWeights(
                            attributes.at("weight").items().stream()
                                    .mapToDouble(JsonField::number)
                                    .toArray());
        }
        if (attributes.has("ignore_index")) {
            loss = loss.ignoreIndex(in.whole("ignore_index"));
        }
        if (in.isFloat("target")) {
            loss = loss.softTargets();
        }
        boolean sum =
                attributes.has("reduction") && attributes.at("reduction").string().equals("sum");
        Tensor logits = in.at("logits");
        Tensor target = in.at("target");
        return List.of(sum ? loss.each(logits, target).sum() : loss.of(logits, target));
    }
}
