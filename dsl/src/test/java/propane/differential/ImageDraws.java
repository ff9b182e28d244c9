package propane.differential;

import static propane.differential.LayerDraws.layer;

import propane.nn.Initializers;
import propane.nn.layer.Padding;

/** Draws layers of images [channels, spatial…] of one to three axes. */
final class ImageDraws {
    private final Dice dice;
    private final LayerDraws layers;

    ImageDraws(Dice dice, LayerDraws layers) {
        this.dice = dice;
        this.layers = layers;
    }

    /** Adds a layer after images. */
    void images(Chain chain) {
        int channels = chain.dim(0);
        int axes = chain.shape().rank() - 1;
        int places = chain.shape().size() / channels;
        switch (dice.between(0, 13)) {
            case 0, 1 -> chain.offer(conv(axes, channels));
            case 2 -> chain.offer(depthwise(axes, channels));
            case 3 -> chain.offer(separable(axes));
            case 4 -> chain.offer(transposed(axes));
            case 5 -> chain.offer(upsample(axes));
            case 6 -> chain.offer(layer("squeezeExcite", dice.between(1, 3)));
            case 7 -> chain.offer(pool("maxPool", axes));
            case 8 -> chain.offer(pool("averagePool", axes));
            case 9 -> chain.offer(layers.batchNorm());
            case 10 -> {
                if (places >= 4) {
                    chain.offer(layers.norm(layer("instanceNorm")));
                }
            }
            case 11 -> {
                if (places >= 4) {
                    chain.offer(layers.norm(layer("groupNorm", dice.divisor(channels))));
                }
            }
            case 12 -> chain.offer(joined(axes, channels));
            default -> chain.offer(other(axes));
        }
    }

    /** Ends images as vectors. */
    void end(Chain chain) {
        String last = dice.oneOf("flatten", "globalAveragePool", "globalMaxPool");
        chain.offer(layer(chain.shape().size() > 200 ? "globalAveragePool" : last));
    }

    private Term conv(int axes, int channels) {
        Term conv = window(windows("conv", axes, 2 * dice.between(1, 3), dice.between(1, 3)));
        if (channels % 2 == 0 && dice.chance(0.3)) {
            conv = conv.with("groups", 2);
        }
        conv = started(conv);
        return dice.chance(0.2) ? layer("lora", dice.between(1, 2), conv) : conv;
    }

    private Term depthwise(int axes, int channels) {
        Term conv = started(window(windows("depthwiseConv", axes, dice.between(2, 3))));
        return channels % 2 == 0 && dice.chance(0.2) ? conv.with("groups", channels / 2) : conv;
    }

    private Term started(Term conv) {
        return dice.chance(0.2)
                ? conv.with(
                        "initializer", Term.of(Initializers.class, "normal", dice.real(0.1, 0.5)))
                : conv;
    }

    private static Term windows(String name, int axes, Object... arguments) {
        return layer(name + axes + "d", arguments);
    }

    private Term window(Term conv) {
        Term set = padded(conv);
        if (dice.chance(0.3)) {
            set = set.with("stride", 2);
        }
        if (dice.chance(0.3)) {
            set = set.with("dilation", 2);
        }
        return dice.chance(0.2) ? set.with("bias", false) : set;
    }

    private Term padded(Term windows) {
        return switch (dice.between(0, 5)) {
            case 0 -> windows.with("padding", Term.of(Padding.class, "SAME"));
            case 1 -> windows.with("padding", 1);
            case 2 -> windows.with("padding", Term.of(Padding.class, "of", dice.between(0, 1), 1));
            default -> windows;
        };
    }

    private Term separable(int axes) {
        return window(windows("separableConv", axes, dice.between(2, 5), dice.between(2, 3)));
    }

    private Term transposed(int axes) {
        int stride = dice.between(1, 2);
        Term conv = windows("convTranspose", axes, dice.between(1, 4), dice.between(2, 3));
        if (stride > 1) {
            conv = conv.with("stride", stride);
        }
        if (stride > 1 && dice.chance(0.4)) {
            conv = conv.with("outputPadding", 1);
        }
        if (dice.chance(0.4)) {
            conv = conv.with("padding", 1);
        }
        if (dice.chance(0.3)) {
            conv = conv.with("dilation", 2);
        }
        return started(dice.chance(0.2) ? conv.with("bias", false) : conv);
    }

    private Term upsample(int axes) {
        int factor = dice.between(2, 3);
        return layer(axes < 3 && dice.chance(0.5) ? "upsampleLinear" : "upsample", factor);
    }

    private Term pool(String name, int axes) {
        int size = dice.between(2, 3);
        Term pool = windows(name, axes, size);
        if (dice.chance(0.4)) {
            pool = pool.with("stride", dice.between(1, 2));
        }
        pool = padded(pool);
        return name.equals("averagePool") && dice.chance(0.4)
                ? pool.with("excludingPadding")
                : pool;
    }

    private Term joined(int axes, int channels) {
        Term same = Term.of(Padding.class, "SAME");
        Term conv = windows("conv", axes, channels, 3).with("padding", same);
        return dice.chance(0.5)
                ? layer("residual", conv, layers.activation())
                : layer("branches", windows("conv", axes, 2, 1), conv);
    }

    private Term other(int axes) {
        return switch (dice.between(0, 3)) {
            case 0 -> layer("spatialDropout", 0.0);
            case 1 -> layers.norm(layer("layerNorm").with("axes", axes));
            default -> layers.activation();
        };
    }
}
