import static propane.nn.Input.*;
import static propane.nn.Model.model;
import static propane.nn.layer.Layers.*;

import module propane;

/** Models that several programs measure. */
final class Workloads {
    private Workloads() {}

    /** Returns a perceptron of three layers. */
    static Model perceptron() {
        return model(input(784), sequential(dense(512), relu(), dense(512), relu(), dense(10)));
    }

    /** Returns a causal transformer of two blocks of width 96 over 64 letters. */
    static Model transformer() {
        return model(
                tokens(64),
                sequential(
                        embedding(77, 96),
                        positionalEmbedding(64),
                        encoderBlock(4).causal(),
                        encoderBlock(4).causal(),
                        layerNorm(),
                        dense(77)));
    }
}
