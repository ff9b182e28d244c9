package propane.train;

import static propane.nn.Model.model;
import static propane.nn.layer.Layers.dense;
import static propane.nn.layer.Layers.layerNorm;
import static propane.nn.layer.Layers.logSoftmax;
import static propane.nn.layer.Layers.relu;
import static propane.nn.layer.Layers.reshape;
import static propane.nn.layer.Layers.sequential;
import static propane.nn.layer.Layers.softplus;
import static propane.nn.layer.Layers.tanh;

import propane.data.Dataset;
import propane.nn.Input;
import propane.nn.Layer;
import propane.nn.loss.Loss;
import propane.nn.loss.Losses;
import propane.nn.metric.Metric;
import propane.nn.metric.Metrics;
import propane.nn.optimizer.Optimizers;
import propane.tensor.DType;
import propane.tensor.NDArray;
import propane.tensor.Shape;
import propane.tensor.TensorType;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;

/** Random small trainings of each built-in loss, whose data a seed settles. */
final class RandomLosses {
    /** The kinds of losses. */
    enum Kind {
        SOFTMAX,
        SOFTMAX_OF_SHARES,
        FOCAL,
        LIKELIHOOD,
        BINARY,
        HINGE,
        HINGE_EMBEDDING,
        SQUARED,
        ABSOLUTE,
        HUBER,
        SMOOTH_L1,
        DIVERGENCE,
        COSINE,
        CTC
    }

    static final int EXAMPLES = 11;
    private static final int WIDTH = 5;
    private static final int IGNORED = -7;

    private final Random random;
    private final Kind kind;
    private final int classes;
    private final int time;
    private final Training training;
    private final float[] inputs = new float[EXAMPLES * WIDTH];
    private final NDArray targets;
    private final float[] weights = new float[EXAMPLES];
    private final boolean ignores;

    /**
     * Draws one.
     *
     * @param seed what settles all of it
     */
    RandomLosses(Kind kind, long seed) {
        this.random = new Random(seed * Kind.values().length + kind.ordinal());
        this.kind = kind;
        this.classes = 2 + random.nextInt(4);
        this.time = isOfLabels() && random.nextBoolean() ? 3 : 1;
        this.ignores = (isOfLabels() || isByElement()) && random.nextBoolean();
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = (float) random.nextGaussian();
        }
        for (int i = 0; i < EXAMPLES; i++) {
            weights[i] = random.nextInt(4) == 0 ? 0 : random.nextFloat() * 3;
        }
        // At least one example counts.
        weights[random.nextInt(EXAMPLES)] = 1;
        this.training = made(random.nextInt(1000));
        this.targets = drawn();
    }

    private boolean isOfLabels() {
        return kind == Kind.SOFTMAX || kind == Kind.FOCAL || kind == Kind.LIKELIHOOD;
    }

    /** Returns whether each element has a target of its own. */
    boolean isByElement() {
        return switch (kind) {
            case BINARY, HINGE, HINGE_EMBEDDING, SQUARED, ABSOLUTE, HUBER, SMOOTH_L1 -> true;
            default -> false;
        };
    }

    private Training made(int seed) {
        var layers =
                new ArrayList<Layer>(List.of(dense(6), random.nextBoolean() ? tanh() : relu()));
        if (random.nextBoolean()) {
            layers.add(layerNorm());
        }
        int outputs = classes * (kind == Kind.CTC ? 6 : time);
        layers.add(dense(outputs));
        if (kind == Kind.CTC) {
            layers.add(reshape(6, classes));
        } else if (time > 1) {
            layers.add(reshape(time, classes));
        }
        if (kind == Kind.LIKELIHOOD || kind == Kind.DIVERGENCE) {
            layers.add(logSoftmax());
        }
        if (kind == Kind.HINGE_EMBEDDING) {
            layers.add(softplus());
        }
        return Training.training(
                        model(Input.input(WIDTH), sequential(layers.toArray(Layer[]::new))))
                .loss(loss())
                .optimizer(Optimizers.sgd(0.1))
                .seed(seed);
    }

    private Loss loss() {
        double[] each = random.doubles(classes, 0.1, 5).toArray();
        return switch (kind) {
            case SOFTMAX -> {
                var loss = Losses.softmaxCrossEntropy();
                loss = random.nextBoolean() ? loss.labelSmoothing(0.2) : loss;
                loss = random.nextBoolean() ? loss.classWeights(each) : loss;
                yield ignores ? loss.ignoreIndex(IGNORED) : loss;
            }
            case SOFTMAX_OF_SHARES -> {
                var loss = Losses.softmaxCrossEntropy().softTargets();
                yield random.nextBoolean() ? loss.labelSmoothing(0.2).classWeights(each) : loss;
            }
            case FOCAL -> {
                var loss = Losses.focal(random.nextInt(3) * 0.75);
                yield ignores ? loss.ignoreIndex(IGNORED) : loss;
            }
            case LIKELIHOOD -> {
                var loss = Losses.negativeLogLikelihood();
                loss = random.nextBoolean() ? loss.classWeights(each) : loss;
                yield ignores ? loss.ignoreIndex(IGNORED) : loss;
            }
            case BINARY -> missing(Losses.binaryCrossEntropy()).lossWeight(0.5);
            case HINGE -> missing(Losses.hinge(0.7));
            case HINGE_EMBEDDING -> missing(Losses.hingeEmbedding());
            case SQUARED -> missing(Losses.meanSquaredError());
            case ABSOLUTE -> missing(Losses.meanAbsoluteError());
            case HUBER -> missing(Losses.huber(0.8));
            case SMOOTH_L1 -> missing(Losses.smoothL1(0.8));
            case DIVERGENCE -> Losses.klDivergence();
            case COSINE -> Losses.cosineDistance();
            case CTC -> Losses.ctc(2);
        };
    }

    private Loss missing(Loss.Elementwise loss) {
        return ignores ? loss.ignoreNaN() : loss;
    }

    private NDArray drawn() {
        if (isOfLabels() || kind == Kind.CTC) {
            int each = kind == Kind.CTC ? 2 : time;
            int[] labels = new int[EXAMPLES * each];
            for (int i = 0; i < labels.length; i++) {
                labels[i] = kind == Kind.CTC ? word(i) : label();
            }
            return each == 1 && kind != Kind.CTC
                    ? NDArray.of(labels)
                    : NDArray.of(labels, EXAMPLES, each);
        }
        double[] values = new double[EXAMPLES * classes];
        for (int i = 0; i < EXAMPLES; i++) {
            double sum = 0;
            for (int c = 0; c < classes; c++) {
                double drawn = random.nextInt(4) == 0 ? 0 : random.nextDouble() + 0.01;
                sum += drawn;
                values[i * classes + c] =
                        switch (kind) {
                            case HINGE, HINGE_EMBEDDING -> random.nextBoolean() ? 1 : -1;
                            case BINARY -> random.nextInt(3) / 2.0;
                            case SOFTMAX_OF_SHARES, DIVERGENCE -> drawn;
                            default -> random.nextGaussian();
                        };
            }
            for (int c = 0; c < classes; c++) {
                boolean isShare = kind == Kind.SOFTMAX_OF_SHARES || kind == Kind.DIVERGENCE;
                values[i * classes + c] /= isShare && sum > 0 ? sum : 1;
            }
        }
        for (int i = 0; ignores && i < EXAMPLES; i++) {
            boolean isAll = random.nextInt(4) == 0;
            for (int c = 0; c < classes; c++) {
                boolean isMissing = isAll || random.nextInt(5) == 0;
                values[i * classes + c] = isMissing ? Double.NaN : values[i * classes + c];
            }
        }
        return NDArray.of(values, TensorType.float32(Shape.shape(EXAMPLES, classes)));
    }

    private int word(int place) {
        return place % 2 == 1 && random.nextBoolean() ? -1 : 1 + random.nextInt(classes - 1);
    }

    private int label() {
        return ignores && random.nextInt(3) == 0 ? IGNORED : random.nextInt(classes);
    }

    /** Returns the training, of batches of all examples. */
    Training training() {
        return training.batch(EXAMPLES);
    }

    /** Returns metrics that the targets have. */
    Metric[] metrics() {
        return switch (kind) {
            case SOFTMAX, FOCAL, LIKELIHOOD, SOFTMAX_OF_SHARES ->
                    new Metric[] {
                        Metrics.accuracy(),
                        Metrics.topKAccuracy(2),
                        Metrics.precision(),
                        Metrics.recall().micro(),
                        Metrics.f1(),
                        Metrics.auc(),
                        Metrics.perplexity()
                    };
            case BINARY, HINGE ->
                    new Metric[] {
                        Metrics.binaryAccuracy(),
                        Metrics.precision().multiLabel(),
                        Metrics.f1().threshold(0.2),
                        Metrics.auc().multiLabel(),
                        Metrics.mae()
                    };
            case CTC -> new Metric[0];
            default -> new Metric[] {Metrics.mae(), Metrics.rmse(), Metrics.r2()};
        };
    }

    boolean ignoresSome() {
        return ignores;
    }

    float[] weights() {
        return weights.clone();
    }

    static float[] ones(float value) {
        float[] all = new float[EXAMPLES];
        Arrays.fill(all, value);
        return all;
    }

    /** Returns the examples without weights. */
    Dataset data() {
        return Dataset.of(Map.of("input", inputs(inputs)), Map.of("target", targets));
    }

    /** Returns the examples with weights named w. */
    Dataset data(float... of) {
        return Dataset.of(
                Map.of("input", inputs(inputs)), Map.of("target", targets, "w", NDArray.of(of)));
    }

    private static NDArray inputs(float[] values) {
        return NDArray.of(values, EXAMPLES, WIDTH);
    }

    /** Returns the examples in another order. */
    Dataset permuted(float... of) {
        var places = new ArrayList<Integer>();
        for (int i = 0; i < EXAMPLES; i++) {
            places.add(i);
        }
        java.util.Collections.shuffle(places, new Random(3));
        return Dataset.of(
                Map.of("input", taken(inputs(inputs), places)),
                Map.of("target", taken(targets, places), "w", taken(NDArray.of(of), places)));
    }

    private static NDArray taken(NDArray from, List<Integer> rows) {
        double[] all = from.doubles();
        double[] into = new double[all.length];
        int row = all.length / EXAMPLES;
        for (int i = 0; i < EXAMPLES; i++) {
            System.arraycopy(all, rows.get(i) * row, into, i * row, row);
        }
        return NDArray.of(into, from.type());
    }

    /** Returns the examples with other content where the weight is 0. */
    Dataset changed(double content, float... of) {
        var targetsThere = targets.doubles();
        float[] x = inputs.clone();
        int row = targetsThere.length / EXAMPLES;
        for (int i = 0; i < EXAMPLES; i++) {
            if (of[i] == 0) {
                Arrays.fill(x, i * WIDTH, (i + 1) * WIDTH, (float) content);
                if (targets.dtype() == DType.FLOAT32) {
                    Arrays.fill(targetsThere, i * row, (i + 1) * row, content);
                }
            }
        }
        return Dataset.of(
                Map.of("input", inputs(x)),
                Map.of("target", NDArray.of(targetsThere, targets.type()), "w", NDArray.of(of)));
    }

    /** Returns how much each element of the targets counts, some of them nothing. */
    NDArray mask() {
        var random = new Random(5);
        double[] mask = new double[EXAMPLES * classes];
        Arrays.setAll(mask, _ -> random.nextInt(3) == 0 ? 0 : 2 * random.nextDouble());
        return NDArray.of(mask, targets.type());
    }

    int elements() {
        return classes;
    }

    /** Returns the examples with other targets where a mask, named w, is 0. */
    Dataset masked(double content, NDArray mask) {
        double[] there = targets.doubles();
        for (int i = 0; i < there.length; i++) {
            there[i] = mask.at(i) == 0 ? content : there[i];
        }
        return Dataset.of(
                Map.of("input", inputs(inputs)),
                Map.of("target", NDArray.of(there, targets.type()), "w", mask));
    }

    /** Returns the examples with other inputs where no label or number counts. */
    Dataset ignoredChanged(double content) {
        float[] x = inputs.clone();
        double[] labels = targets.doubles();
        int row = labels.length / EXAMPLES;
        for (int i = 0; i < EXAMPLES; i++) {
            boolean counts = false;
            for (int k = 0; k < row; k++) {
                double label = labels[i * row + k];
                counts |= label != IGNORED && !Double.isNaN(label);
            }
            if (!counts) {
                Arrays.fill(x, i * WIDTH, (i + 1) * WIDTH, (float) content);
            }
        }
        return Dataset.of(Map.of("input", inputs(x)), Map.of("target", targets));
    }

    /** Returns what is made of each kind by a seed. */
    static Map<String, RandomLosses> all(long seed) {
        Function<Kind, String> name = each -> each + " seed " + seed;
        var all = new LinkedHashMap<String, RandomLosses>();
        for (Kind each : Kind.values()) {
            all.put(name.apply(each), new RandomLosses(each, seed));
        }
        return all;
    }
}
