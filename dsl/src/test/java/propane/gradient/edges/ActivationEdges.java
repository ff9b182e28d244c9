package propane.gradient.edges;

import static propane.gradient.edges.Edge.dims;
import static propane.gradient.edges.Edge.edge;
import static propane.gradient.edges.Edge.of;

import propane.spi.op.Activation.Gelu;
import propane.spi.op.Activation.GeluMode;
import propane.spi.op.Activation.HardSwish;
import propane.spi.op.Activation.LogSoftmax;
import propane.spi.op.Activation.Mish;
import propane.spi.op.Activation.Relu;
import propane.spi.op.Activation.Relu6;
import propane.spi.op.Activation.Sigmoid;
import propane.spi.op.Activation.Silu;
import propane.spi.op.Activation.Softmax;
import propane.spi.op.Activation.Softplus;
import propane.spi.op.Activation.Softsign;
import propane.spi.op.Activation.Tanh;
import propane.spi.op.ChannelActivation.Prelu;
import propane.spi.op.ChannelActivation.SoftplusParametric;
import propane.spi.op.ScaledActivation.ClampedRelu;
import propane.spi.op.ScaledActivation.Elu;
import propane.spi.op.ScaledActivation.LeakyRelu;
import propane.spi.op.ScaledActivation.LinearActivation;
import propane.spi.op.ScaledActivation.ScaledTanh;
import propane.spi.op.ScaledActivation.SigmoidHard;
import propane.spi.op.ScaledActivation.ThresholdedRelu;

import java.util.List;

/** Activation functions. */
final class ActivationEdges implements Edges {
    @Override
    public List<Edge> rows() {
        return List.of(
                edge(Relu::new, of(-INF, -0.0, 0, INF), of(0, 0, 0, 1)),
                edge("below takes nothing", x -> new Relu(x.getFirst()))
                        .at(-1, 0, 1)
                        .cotangent(INF, NAN, INF)
                        .gives(0, 0, INF),
                edge(Relu6::new, of(-INF, 0, 3, 6, INF), of(0, 0, 1, 0, 0)),
                edge("outside takes nothing", x -> new Relu6(x.getFirst()))
                        .at(-1, 3, 7)
                        .cotangent(INF, INF, INF)
                        .gives(0, INF, 0),
                edge(Tanh::new, of(-INF, 0, INF), of(0, 1, 0)),
                edge(Sigmoid::new, of(-INF, 0, INF), of(0, 0.25, 0)),
                edge(Silu::new, of(-INF, -1e4, 0, 1e4, INF), of(0, 0, 0.5, 1, 1)),
                edge(Softplus::new, of(-INF, 0, INF), of(0, 0.5, 1)),
                edge(Softsign::new, of(-INF, 0, INF), of(0, 1, 0)),
                edge(
                        x -> new Gelu(x, GeluMode.EXACT),
                        of(-INF, -1e4, 0, 1e4, INF),
                        of(0, 0, 0.5, 1, 1)),
                edge(
                        x -> new Gelu(x, GeluMode.TANH_APPROXIMATION),
                        of(-INF, -1e4, 0, 1e4, INF),
                        of(0, 0, 0.5, 1, 1)),
                edge(
                        x -> new Gelu(x, GeluMode.SIGMOID_APPROXIMATION),
                        of(-INF, -1e4, 0, 1e4, INF),
                        of(0, 0, 0.5, 1, 1)),
                edge(x -> new Mish(x), of(-INF, -1e4, 0, 1e4, INF), of(0, 0, 0.6, 1, 1)),
                edge(x -> new HardSwish(x), of(-INF, -3, 0, 3, INF), of(0, 0, 0.5, 1, 1)),
                edge("below takes nothing", x -> new HardSwish(x.getFirst()))
                        .at(-4, 4)
                        .cotangent(INF, INF)
                        .gives(0, INF),
                edge("an element shut out", x -> new LogSoftmax(x.getFirst(), 0))
                        .at(-INF, 0, 0)
                        .cotangent(1, 2, 3)
                        .gives(1, -1, 0),
                edge("of nothing", x -> new LogSoftmax(x.getFirst(), 1)).at(dims(2, 0)).gives(),
                edge("an element shut out", x -> new Softmax(x.getFirst(), 0))
                        .at(-INF, 0, 0)
                        .cotangent(1, 2, 3)
                        .gives(0, -0.25, 0.25),
                edge("far apart", x -> new Softmax(x.getFirst(), 0))
                        .at(-1e4, 0, 1e4)
                        .cotangent(1, 2, 3)
                        .gives(0, 0, 0),
                edge("of nothing", x -> new Softmax(x.getFirst(), 1)).at(dims(2, 0)).gives(),
                edge(x -> new LeakyRelu(x, 0.5f), of(-INF, 0, INF), of(0.5, 0.5, 1)),
                edge(x -> new Elu(x, 2), of(-INF, 0, 1e4, INF), of(0, 2, 1, 1)),
                edge(
                        x -> new ClampedRelu(x, 0.5f, 6),
                        of(-INF, 0, 3, 6, INF),
                        of(0.5, 0.5, 1, 0, 0)),
                edge("beyond takes nothing", x -> new ClampedRelu(x.getFirst(), 0.5f, 6))
                        .at(3, 7)
                        .cotangent(INF, INF)
                        .gives(INF, 0),
                edge(x -> new ThresholdedRelu(x, 1), of(-INF, 0, 1, INF), of(0, 0, 1, 1)),
                edge("below takes nothing", x -> new ThresholdedRelu(x.getFirst(), 1))
                        .at(0, 2)
                        .cotangent(INF, INF)
                        .gives(0, INF),
                edge(x -> new LinearActivation(x, 2, 1), of(-INF, 0, INF), of(2, 2, 2)),
                edge(x -> new ScaledTanh(x, 2, 3), of(-INF, 0, INF), of(0, 6, 0)),
                edge(
                        x -> new SigmoidHard(x, 0.5f, 0.5f),
                        of(-INF, -1, 0, 1, INF),
                        of(0, 0, 0.5, 0, 0)),
                edge("outside takes nothing", x -> new SigmoidHard(x.getFirst(), 0.5f, 0.5f))
                        .at(-2, 0, 2)
                        .cotangent(INF, INF, INF)
                        .gives(0, INF, 0),
                edge("at 0 and far out", x -> new Prelu(x.get(0), x.get(1)))
                        .at(dims(1, 2, 1), 0, INF)
                        .at(0.5, 0.25)
                        .gives(0.5, 1)
                        .gives(0, 0),
                edge("above, no slope learns", x -> new Prelu(x.get(0), x.get(1)))
                        .at(dims(1, 2, 1), 1, -1)
                        .at(0.5, 0.25)
                        .cotangent(INF, 1)
                        .gives(INF, 0.25)
                        .gives(0, -1),
                edge("at 0 and far out", x -> new SoftplusParametric(x.get(0), x.get(1), x.get(2)))
                        .at(dims(1, 2, 1), 0, 1000)
                        .at(2, 2)
                        .at(1, 1)
                        .gives(1, 2)
                        .gives(Math.log(2), 1000)
                        .gives(0, 2000));
    }
}
