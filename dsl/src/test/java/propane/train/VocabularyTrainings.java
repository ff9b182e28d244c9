package propane.train;

import static propane.nn.Tensors.tensors;
import static propane.nn.layer.Layers.averagePool1d;
import static propane.nn.layer.Layers.averagePool2d;
import static propane.nn.layer.Layers.averagePool3d;
import static propane.nn.layer.Layers.batchNorm;
import static propane.nn.layer.Layers.branches;
import static propane.nn.layer.Layers.conv1d;
import static propane.nn.layer.Layers.conv2d;
import static propane.nn.layer.Layers.conv3d;
import static propane.nn.layer.Layers.convTranspose1d;
import static propane.nn.layer.Layers.convTranspose2d;
import static propane.nn.layer.Layers.convTranspose3d;
import static propane.nn.layer.Layers.crossAttention;
import static propane.nn.layer.Layers.decoderBlock;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.depthwiseConv1d;
import static propane.nn.layer.Layers.depthwiseConv2d;
import static propane.nn.layer.Layers.depthwiseConv3d;
import static propane.nn.layer.Layers.dropout;
import static propane.nn.layer.Layers.elu;
import static propane.nn.layer.Layers.embedding;
import static propane.nn.layer.Layers.encoderBlock;
import static propane.nn.layer.Layers.flatten;
import static propane.nn.layer.Layers.gelu;
import static propane.nn.layer.Layers.geluTanh;
import static propane.nn.layer.Layers.globalAveragePool;
import static propane.nn.layer.Layers.globalMaxPool;
import static propane.nn.layer.Layers.groupNorm;
import static propane.nn.layer.Layers.gru;
import static propane.nn.layer.Layers.hardSwish;
import static propane.nn.layer.Layers.instanceNorm;
import static propane.nn.layer.Layers.layerNorm;
import static propane.nn.layer.Layers.leakyRelu;
import static propane.nn.layer.Layers.logSoftmax;
import static propane.nn.layer.Layers.lora;
import static propane.nn.layer.Layers.lstm;
import static propane.nn.layer.Layers.maxPool1d;
import static propane.nn.layer.Layers.maxPool2d;
import static propane.nn.layer.Layers.maxPool3d;
import static propane.nn.layer.Layers.mish;
import static propane.nn.layer.Layers.named;
import static propane.nn.layer.Layers.positionalEmbedding;
import static propane.nn.layer.Layers.positionalEncoding;
import static propane.nn.layer.Layers.quickGelu;
import static propane.nn.layer.Layers.relu;
import static propane.nn.layer.Layers.relu6;
import static propane.nn.layer.Layers.remat;
import static propane.nn.layer.Layers.reshape;
import static propane.nn.layer.Layers.residual;
import static propane.nn.layer.Layers.rmsNorm;
import static propane.nn.layer.Layers.rnn;
import static propane.nn.layer.Layers.selfAttention;
import static propane.nn.layer.Layers.separableConv1d;
import static propane.nn.layer.Layers.separableConv2d;
import static propane.nn.layer.Layers.separableConv3d;
import static propane.nn.layer.Layers.sequential;
import static propane.nn.layer.Layers.sigmoid;
import static propane.nn.layer.Layers.silu;
import static propane.nn.layer.Layers.softmax;
import static propane.nn.layer.Layers.softplus;
import static propane.nn.layer.Layers.spatialDropout;
import static propane.nn.layer.Layers.squeezeExcite;
import static propane.nn.layer.Layers.swiGlu;
import static propane.nn.layer.Layers.tanh;
import static propane.nn.layer.Layers.upsample;
import static propane.nn.layer.Layers.upsampleLinear;
import static propane.nn.loss.Losses.binaryCrossEntropy;
import static propane.nn.loss.Losses.cosineDistance;
import static propane.nn.loss.Losses.ctc;
import static propane.nn.loss.Losses.focal;
import static propane.nn.loss.Losses.hinge;
import static propane.nn.loss.Losses.hingeEmbedding;
import static propane.nn.loss.Losses.huber;
import static propane.nn.loss.Losses.klDivergence;
import static propane.nn.loss.Losses.meanAbsoluteError;
import static propane.nn.loss.Losses.meanSquaredError;
import static propane.nn.loss.Losses.negativeLogLikelihood;
import static propane.nn.loss.Losses.smoothL1;
import static propane.nn.loss.Losses.softmaxCrossEntropy;
import static propane.nn.loss.Losses.tripletMargin;

import propane.nn.Input;
import propane.nn.Layer;
import propane.nn.Model;
import propane.nn.layer.CrossAttention;
import propane.nn.layer.Padding;
import propane.nn.loss.Loss;
import propane.nn.metric.Metrics;
import propane.nn.optimizer.Optimizers;
import propane.tensor.NDArray;
import propane.tensor.Tensor;
import propane.train.step.Examples;
import propane.train.step.Gradients;
import propane.train.step.StepOutputs;
import propane.train.step.TracedModel;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A tiny training of each layer and each loss. A name's first word is the layer's or the loss's;
 * what follows tells one setting from another.
 */
final class VocabularyTrainings {
    private static final Input WORDS = Input.tokens(6);
    private static final Input ROWS = Input.input(6, 8);
    private static final Input IMAGE = Input.input(4, 8, 6);

    private static final Input VOLUME = Input.input(2, 4, 5, 4);

    private final Map<String, Training> made = new LinkedHashMap<>();

    private VocabularyTrainings() {}

    static Map<String, Training> all() {
        var all = new VocabularyTrainings();
        all.addParts();
        all.addWindows();
        all.addNorms();
        all.addSequences();
        all.addActivations();
        all.addLosses();
        return all.made;
    }

    private void add(String name, Input input, Layer... layers) {
        add(name, Model.model(input, sequential(layers)), softmaxCrossEntropy());
    }

    private void add(String name, Model model, Loss loss) {
        made.put(
                name,
                Training.training(model)
                        .loss(loss)
                        .optimizer(Optimizers.adam(1e-3))
                        .batch(GivenStep.BATCH));
    }

    /** A layer of images between a convolution and the end. */
    private void image(String name, Layer layer) {
        add(name, IMAGE, conv2d(4, 1), layer, flatten(), dense(10));
    }

    /** What moves a whole channel has no gradient before these. */
    private void normed(String name, Layer layer) {
        add(name, IMAGE, conv2d(4, 1).bias(false), layer, flatten(), dense(10));
    }

    /** A layer of volumes between convolutions and the end. */
    private void volume(String name, Layer layer) {
        add(name, VOLUME, conv3d(2, 2), layer, flatten(), dense(10));
    }

    /** A layer of sequences between a dense one and the end. */
    private void rows(String name, Layer layer) {
        add(name, ROWS, dense(8), layer, flatten(), dense(10));
    }

    private void addParts() {
        rows("sequential", sequential(dense(8), tanh()));
        rows("dense", dense(5));
        rows("dense without bias", dense(5).bias(false));
        rows("residual", residual(dense(8), tanh()));
        rows("branches", branches(dense(3), dense(4)).axis(2));
        rows("branches sum", branches(dense(4), dense(4)).sum());
        rows("lora of dense", lora(2, dense(5)));
        image("lora of conv", lora(2, conv2d(4, 3)));
        rows("remat", remat(sequential(dense(8), tanh())));
        rows("named", named("a", dense(4)));
        rows("flatten", flatten());
        rows("reshape", reshape(12, 4));
        rows("dropout", dropout(0.3));
        image("spatialDropout", spatialDropout(0.3));
    }

    private void addWindows() {
        add("conv 1-D", ROWS, dense(8), conv1d(4, 3).stride(2), flatten(), dense(10));
        image("conv 2-D", conv2d(4, 3).padding(Padding.SAME));
        image("conv 2-D strided, dilated, grouped", conv2d(4, 2).groups(2).dilation(2).stride(2));
        volume("conv 3-D", conv3d(2, 2));
        volume("conv 3-D strided, dilated", conv3d(2, 2).stride(2).dilation(2).padding(1));
        volume("conv 3-D grouped", conv3d(4, 3).groups(2).padding(Padding.SAME));
        image("depthwiseConv", depthwiseConv2d(3));
        add("depthwiseConv 1-D", ROWS, depthwiseConv1d(3), flatten(), dense(10));
        volume("depthwiseConv 3-D", depthwiseConv3d(2));
        image("separableConv", separableConv2d(5, 3).padding(Padding.SAME));
        add("separableConv 1-D", ROWS, separableConv1d(5, 3), flatten(), dense(10));
        volume("separableConv 3-D", separableConv3d(3, 2));
        image("convTranspose", convTranspose2d(3, 3).stride(2).padding(1).outputPadding(1));
        add("convTranspose 1-D", ROWS, convTranspose1d(3, 2).stride(2), flatten(), dense(10));
        volume("convTranspose 3-D", convTranspose3d(2, 3).stride(2).padding(1));
        image("upsample", upsample(2));
        image("upsampleLinear", upsampleLinear(2));
        image("squeezeExcite", squeezeExcite(2));
        image("maxPool", maxPool2d(2));
        image("maxPool overlapping, padded", maxPool2d(3).stride(2).padding(1));
        add("maxPool 1-D", ROWS, dense(8), maxPool1d(2), flatten(), dense(10));
        volume("maxPool 3-D", maxPool3d(2).stride(1));
        volume("averagePool 3-D", averagePool3d(2).padding(1));
        volume("upsample 3-D", upsample(2));
        volume("globalAveragePool 3-D", globalAveragePool());
        image("averagePool", averagePool2d(2));
        add("averagePool 1-D", ROWS, averagePool1d(2), flatten(), dense(10));
        image("averagePool padded", averagePool2d(3).stride(2).padding(1));
        image(
                "averagePool excluding padding",
                averagePool2d(3).stride(2).padding(1).excludingPadding());
        image("globalAveragePool", globalAveragePool());
        image("globalMaxPool", globalMaxPool());
    }

    private void addNorms() {
        normed("batchNorm", batchNorm());
        add("batchNorm of vectors", Input.input(8), dense(8).bias(false), batchNorm(), dense(10));
        rows("layerNorm", layerNorm());
        image("layerNorm over three axes", layerNorm().axes(3));
        rows("rmsNorm", rmsNorm());
        normed("groupNorm", groupNorm(2));
        normed("instanceNorm", instanceNorm());
    }

    private void words(String name, int vocabulary, Layer... layers) {
        add(
                name,
                WORDS,
                embedding(vocabulary, 8),
                sequential(layers),
                sequential(flatten(), dense(10)));
    }

    private void addSequences() {
        words("embedding", 12);
        words("embedding of many rows", 3000);
        words("positionalEmbedding", 12, positionalEmbedding(6));
        words("positionalEncoding", 12, positionalEncoding());
        rows("selfAttention", selfAttention(2));
        rows("selfAttention causal, rotary", selfAttention(2).causal().rotary());
        rows("selfAttention of grouped queries", selfAttention(4).keyValueHeads(2).bias(false));
        masked("selfAttention masked, dropped");
        across("crossAttention", crossAttention(2));
        across("crossAttention of grouped queries", crossAttention(4).keyValueHeads(2));
        rows("encoderBlock", encoderBlock(2).hidden(12));
        rows("encoderBlock swiGLU, RMS", encoderBlock(2).hidden(12).swiGlu().norm(rmsNorm()));
        rows("decoderBlock", decoderBlock(2).hidden(12).rotary());
        rows(
                "decoderBlock grouped, dropped",
                decoderBlock(4).keyValueHeads(2).hidden(8).dropout(0.1));
        rows("swiGlu", swiGlu(12));
        rows("lstm", lstm(5));
        rows("lstm two ways, two layers", lstm(4).bidirectional().numLayers(2).returnSequences());
        rows("gru", gru(5));
        rows("gru of sequences", gru(4).reversed().returnSequences());
        rows("rnn", rnn(5));
    }

    /** Attention of the first rows over all. */
    private void across(String name, CrossAttention attention) {
        Model model =
                Model.model(
                        List.of(ROWS),
                        (scope, in) -> {
                            Tensor all = scope.apply("all", dense(8), in.only());
                            Layer layers = sequential(attention.over(all), flatten(), dense(10));
                            Tensor first = scope.apply("first", dense(8), in.only()).slice(1, 0, 2);
                            return tensors("class", scope.apply("head", layers, first));
                        });
        add(name, model, softmaxCrossEntropy());
    }

    /** Attention to those of the rows that a second input names. */
    private void masked(String name) {
        Model model =
                Model.model(
                        List.of(ROWS, Input.tokens("seen", 6)),
                        (scope, in) -> {
                            Tensor mask =
                                    in.at("seen")
                                            .greater(Tensor.constant(NDArray.of(new int[] {2})));
                            Layer attention = selfAttention(2).mask(mask).dropout(0.2);
                            Layer layers = sequential(attention, flatten(), dense(10));
                            return tensors("class", scope.apply("head", layers, in.at("input")));
                        });
        add(name, model, softmaxCrossEntropy());
    }

    private void addActivations() {
        rows("relu", relu());
        rows("relu6", relu6());
        rows("leakyRelu", leakyRelu(0.1));
        rows("elu", elu());
        rows("gelu", gelu());
        rows("geluTanh", geluTanh());
        rows("quickGelu", quickGelu());
        rows("silu", silu());
        rows("mish", mish());
        rows("hardSwish", hardSwish());
        rows("softplus", softplus());
        rows("softmax", softmax());
        rows("logSoftmax", logSoftmax());
        rows("tanh", tanh());
        rows("sigmoid", sigmoid());
    }

    private void loss(String name, Loss loss, Layer... last) {
        Layer layers = sequential(flatten(), dense(8), sequential(last));
        add(name, Model.model(ROWS, layers), loss);
    }

    private void addLosses() {
        loss("softmaxCrossEntropy", softmaxCrossEntropy());
        loss("softmaxCrossEntropy smooth", softmaxCrossEntropy().labelSmoothing(0.1));
        loss(
                "softmaxCrossEntropy weighted, ignoring",
                softmaxCrossEntropy().classWeights(1, 2, 1, 1, .5, 1, 1, 3).ignoreIndex(2));
        loss("softmaxCrossEntropy of probabilities", softmaxCrossEntropy().softTargets());
        loss("softmaxCrossEntropy of many classes", softmaxCrossEntropy(), dense(2500));
        for (String name : List.of("softmaxCrossEntropy", "softmaxCrossEntropy of many classes")) {
            made.computeIfPresent(name, (_, training) -> training.metrics(Metrics.accuracy()));
        }
        loss("softmaxCrossEntropy with metrics of classes", softmaxCrossEntropy());
        made.computeIfPresent(
                "softmaxCrossEntropy with metrics of classes",
                (_, training) ->
                        training.metrics(
                                Metrics.topKAccuracy(3),
                                Metrics.f1(),
                                Metrics.confusionMatrix(),
                                Metrics.perplexity().ignoreIndex(2)));
        loss("binaryCrossEntropy", binaryCrossEntropy());
        loss("binaryCrossEntropy with metrics", binaryCrossEntropy());
        made.computeIfPresent(
                "binaryCrossEntropy with metrics",
                (_, training) ->
                        training.metrics(
                                Metrics.binaryAccuracy(),
                                Metrics.precision().micro().multiLabel()));
        loss("meanSquaredError", meanSquaredError());
        made.computeIfPresent(
                "meanSquaredError",
                (_, training) -> training.metrics(Metrics.mae(), Metrics.rmse(), Metrics.r2()));
        loss("meanSquaredError of what is known", meanSquaredError().ignoreNaN());
        made.computeIfPresent(
                "meanSquaredError of what is known",
                (_, training) -> training.metrics(Metrics.mae(), Metrics.rmse(), Metrics.r2()));
        loss("meanSquaredError of some", meanSquaredError());
        made.computeIfPresent(
                "meanSquaredError of some",
                (_, training) -> training.sampleWeight("mask", 8).metrics(Metrics.mae()));
        loss("meanAbsoluteError", meanAbsoluteError());
        loss("huber", huber(0.5));
        loss("smoothL1", smoothL1(0.5));
        loss("klDivergence", klDivergence(), logSoftmax());
        loss("klDivergence of logits", klDivergence(true));
        loss("negativeLogLikelihood", negativeLogLikelihood(), logSoftmax());
        loss("cosineDistance", cosineDistance());
        loss("hinge", hinge());
        loss("hingeEmbedding", hingeEmbedding());
        loss("focal", focal(2));
        add("ctc", Model.model(ROWS, dense(11)), ctc(2));
        Model model = Model.model(ROWS, sequential(flatten(), dense(8)));
        made.put(
                "tripletMargin",
                Training.training(model)
                        .targets(Input.input("near", 6, 8), Input.input("far", 6, 8))
                        .step(VocabularyTrainings::triplet)
                        .batch(GivenStep.BATCH));
    }

    private static StepOutputs triplet(TracedModel model, Examples batch) {
        Tensor anchor = model.predict(batch.inputs().only());
        Tensor near = model.predict(batch.targets().at("near"));
        Tensor far = model.predict(batch.targets().at("far"));
        Tensor loss = tripletMargin().of(anchor, near, far);
        model.update(Gradients.gradients(loss, model), Optimizers.sgd(0.1));
        return StepOutputs.of(Metrics.loss(), loss);
    }
}
