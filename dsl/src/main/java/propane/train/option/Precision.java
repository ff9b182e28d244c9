package propane.train.option;

/** In which numbers a training computes. Weights, optimizers and results are always float32. */
public enum Precision {
    /** All of it in float32. */
    FLOAT32,

    /**
     * Products and convolutions of float16 numbers, added up in float32, the rest in float32
     * (Micikevicius et al.: Mixed Precision Training, 2018). The loss is scaled up before it is
     * differentiated so that small gradients do not become 0, by as much as large ones allow; a
     * step whose gradients, or statistics of the batch, are too large all the same changes the
     * scale and no weight.
     */
    MIXED_FLOAT16
}
