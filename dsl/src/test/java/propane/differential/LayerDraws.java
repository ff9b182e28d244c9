package propane.differential;

import propane.nn.Initializers;
import propane.nn.layer.Layers;

/** Draws layers of vectors and sequences, and those that fit anything. */
final class LayerDraws {
    private final Dice dice;
    private final boolean hasBatchNorm;

    /**
     * Begins to draw.
     *
     * @param hasBatchNorm whether batches may be normalized
     */
    LayerDraws(Dice dice, boolean hasBatchNorm) {
        this.dice = dice;
        this.hasBatchNorm = hasBatchNorm;
    }

    static Term layer(String name, Object... arguments) {
        return Term.of(Layers.class, name, arguments);
    }

    Term activation() {
        return switch (dice.between(0, 14)) {
            case 0 -> layer("relu6");
            case 1 -> layer("leakyRelu", dice.real(0.01, 0.3));
            case 2 -> layer("elu");
            case 3 -> layer("gelu");
            case 4 -> layer("geluTanh");
            case 5 -> layer("quickGelu");
            case 6 -> layer("silu");
            case 7 -> layer("mish");
            case 8 -> layer("hardSwish");
            case 9 -> layer("softplus");
            case 10 -> layer("softmax");
            case 11 -> layer("logSoftmax");
            case 12 -> layer("tanh");
            case 13 -> layer("sigmoid");
            default -> layer("relu");
        };
    }

    Term dense(int units) {
        Term dense = layer("dense", units);
        if (dice.chance(0.2)) {
            dense = dense.with("bias", false);
        }
        return dice.chance(0.1)
                ? dense.with(
                        "initializer", Term.of(Initializers.class, "normal", dice.real(0.1, 0.5)))
                : dense;
    }

    private Term lora(Term layer) {
        Term lora = layer("lora", dice.between(1, 3), layer);
        return dice.chance(0.5) ? lora.with("alpha", dice.real(0.5, 4)) : lora;
    }

    /** Sets ε now and then. */
    Term norm(Term norm) {
        return dice.chance(0.3) ? norm.with("epsilon", dice.scale(1e-5, 1e-2)) : norm;
    }

    Term batchNorm() {
        Term norm = norm(layer("batchNorm"));
        return dice.chance(0.4) ? norm.with("momentum", dice.real(0.05, 0.6)) : norm;
    }

    private int units() {
        return dice.between(3, 12);
    }

    /** Adds a layer after vectors [width]. */
    void vectors(Chain chain) {
        int width = chain.dim(0);
        Term layer =
                switch (dice.between(0, 13)) {
                    case 0, 1 -> dense(units());
                    case 2 -> lora(dense(units()));
                    case 3 -> layer("residual", dense(width), activation());
                    case 4 -> layer("branches", dense(units()), dense(units()));
                    case 5 -> layer("branches", dense(5), dense(5)).with("sum");
                    case 6 -> layer("remat", layer("sequential", dense(units()), activation()));
                    case 7 -> layer("named", "part", dense(units()));
                    case 8 -> norm(layer("layerNorm"));
                    case 9 -> norm(layer("rmsNorm"));
                    case 10 -> hasBatchNorm ? batchNorm() : activation();
                    case 11 ->
                            width % 4 == 0
                                    ? norm(layer("groupNorm", width / 4))
                                    : norm(layer("groupNorm", 1));
                    case 12 -> layer("dropout", 0.0);
                    default -> layer("swiGlu", units());
                };
        // A name may stand once only.
        if (!layer.name().equals("named") || chain.layers().stream().noneMatch(layer::sameName)) {
            chain.offer(layer);
        }
    }

    /** Adds a layer after sequences [length, width]. */
    void sequences(Chain chain) {
        int width = chain.dim(1);
        chain.offer(
                switch (dice.between(0, 12)) {
                    case 0 -> dense(dice.oneOf(4, 6, 8));
                    case 1 -> recurrent().with("returnSequences");
                    case 2, 3 -> attention(width);
                    case 4, 5 -> block(width);
                    case 6 -> layer("swiGlu", units());
                    case 7 -> layer("positionalEmbedding", chain.dim(0) + dice.between(0, 2));
                    case 8 -> layer("positionalEncoding");
                    case 9 ->
                            dice.chance(0.4)
                                    ? norm(layer("layerNorm").with("axes", 2))
                                    : norm(layer(dice.oneOf("layerNorm", "rmsNorm")));
                    case 10 -> layer("residual", dense(width), activation());
                    case 11 ->
                            layer("branches", lora(dense(4)), dense(dice.oneOf(2, 4)))
                                    .with("axis", dice.oneOf(2, -1));
                    default -> layer("remat", block(width));
                });
    }

    /** Returns a recurrent layer whose output is the last state. */
    Term recurrent() {
        Term layer = layer(dice.oneOf("lstm", "gru", "rnn"), 2 * dice.between(1, 3));
        if (dice.chance(0.4)) {
            layer = layer.with("numLayers", 2);
        }
        if (dice.chance(0.15)) {
            layer = layer.with("dropout", 0.0);
        }
        return dice.chance(0.4) ? layer.with(dice.oneOf("bidirectional", "reversed")) : layer;
    }

    private Term keys(Term heads) {
        int count = (int) heads.arguments().getFirst();
        return count > 1 && dice.chance(0.4)
                ? heads.with("keyValueHeads", dice.divisor(count))
                : heads;
    }

    private int heads(int width) {
        return width % 4 == 0 ? dice.oneOf(2, 4) : width % 2 == 0 ? 2 : 1;
    }

    /** Returns settings that all kinds of attention have. */
    Term attended(Term attention) {
        Term set = keys(attention);
        if (dice.chance(0.2)) {
            set = set.with("bias", false);
        }
        return dice.chance(0.1) ? set.with("dropout", 0.0) : set;
    }

    Term attention(int width) {
        int heads = heads(width);
        Term attention = attended(layer("selfAttention", heads));
        if (dice.chance(0.4)) {
            attention = attention.with("causal");
        }
        return isTurned(width, heads) ? attention.with("rotary") : attention;
    }

    Term crossAttention(int width) {
        return attended(layer("crossAttention", heads(width)));
    }

    /** Pairs of each head's elements are turned. */
    private boolean isTurned(int width, int heads) {
        return width / heads % 2 == 0 && dice.chance(0.4);
    }

    Term block(int width) {
        int heads = heads(width);
        Term block = attended(layer(dice.oneOf("encoderBlock", "decoderBlock"), heads));
        if (dice.chance(0.3)) {
            block = block.with("causal");
        }
        if (isTurned(width, heads)) {
            block = block.with("rotary");
        }
        if (dice.chance(0.7)) {
            block = block.with("hidden", units());
        }
        if (dice.chance(0.4)) {
            block = block.with("swiGlu");
        }
        return dice.chance(0.4) ? block.with("norm", norm(layer("rmsNorm"))) : block;
    }
}
