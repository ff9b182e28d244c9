"""Models by PyTorch's functions, from their description and Propane's weights by path."""

import re

import torch
import torch.nn.functional as F
from attention import attend, block, cross
from case import Term
from windows import conv, conv_transpose, pool, separable

POINTWISE = {
    "relu": F.relu,
    "relu6": F.relu6,
    "elu": F.elu,
    "silu": F.silu,
    "mish": F.mish,
    "hardSwish": F.hardswish,
    "softplus": F.softplus,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "softmax": lambda x: F.softmax(x, -1),
    "logSoftmax": lambda x: F.log_softmax(x, -1),
    "flatten": lambda x: x.flatten(1),
    "globalAveragePool": lambda x: x.flatten(2).mean(2),
    "globalMaxPool": lambda x: x.flatten(2).amax(2),
    "dropout": lambda x: x,
    "spatialDropout": lambda x: x,
    "gelu": F.gelu,
    "geluTanh": lambda x: F.gelu(x, approximate="tanh"),
    "quickGelu": lambda x: x * torch.sigmoid(1.702 * x),
}

BLOCKS = {"encoderBlock": "transformer_block", "decoderBlock": "transformer_block"}


def kind(term):
    """Returns what a layer is called in paths."""
    if term.call == "lora":
        return kind(term.of[1])
    if term.call == "remat":
        return kind(term.of[0])
    if term.call.startswith("depthwiseConv") and term.has("groups"):
        return term.call.replace("depthwiseConv", "conv")
    return BLOCKS.get(term.call) or re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", term.call).lower()


class Scope:
    """A place in a model: its path, and how many layers of each kind it has had."""

    def __init__(self, net, path):
        self.net = net
        self.path = path
        self.counts = {}

    def join(self, name):
        return f"{self.path}/{name}" if self.path else name

    def weight(self, name):
        return self.net.weights[self.join(name)]

    def has(self, name):
        return self.join(name) in self.net.weights

    def below(self, name):
        return Scope(self.net, self.join(name))

    def tied(self, to):
        """Returns the place of another layer, looked for here and then around."""
        around = self.path.split("/")[:-1]
        while True:
            path = "/".join([*around, to])
            if any(each.startswith(path + "/") for each in self.net.weights):
                return Scope(self.net, path)
            around.pop()

    def is_frozen(self, *names):
        return all(self.join(name) not in self.net.trainable for name in names)

    def apply(self, term, x):
        """Applies a layer in the place that is the next of its kind."""
        if term.call == "named":
            return run(self.below(term.of[0]), term.of[1], x)
        name = kind(term)
        self.counts[name] = self.counts.get(name, 0) + 1
        return run(self.below(f"{name}_{self.counts[name]}"), term, x)

    def apply_all(self, terms, x):
        for term in terms:
            x = self.apply(term, x)
        return x

    def linear(self, x):
        return F.linear(x, self.weight("weight"), self.weight("bias") if self.has("bias") else None)


def run(scope, term, x):
    """Computes a layer whose weights lie in a scope."""
    if term.has("tiedTo"):
        scope = scope.tied(term.setting("tiedTo", ""))
    name = term.call
    if name in POINTWISE:
        return POINTWISE[name](x)
    if name in RUNS:
        return RUNS[name](scope, term, x)
    raise NotImplementedError(name)


def _lora(scope, term, x):
    rank, layer = term.of
    low, high = scope.below("lora_down"), scope.below("lora_up")
    factor = term.setting("alpha", rank) / rank
    if layer.call == "dense":
        return scope.linear(x) + factor * high.linear(low.linear(x))
    groups = {k: v for k, v in layer.settings.items() if k == "groups"}
    once = Term(layer.call.replace("depthwiseConv", "conv"), [0, 1], groups)
    return conv(scope, layer, x) + factor * conv(high, once, conv(low, layer, x))


def _branches(scope, term, x):
    outputs = [scope.apply(layer, x) for layer in term.of]
    return sum(outputs) if term.has("sum") else torch.cat(outputs, term.setting("axis", 1))


def _batch_norm(scope, term, x):
    return F.batch_norm(
        x,
        scope.weight("mean"),
        scope.weight("variance"),
        scope.weight("gamma"),
        scope.weight("beta"),
        scope.net.is_training and not scope.is_frozen("gamma", "beta"),
        term.setting("momentum", 0.1),
        term.setting("epsilon", 1e-5),
    )


def _layer_norm(scope, term, x):
    shape = scope.weight("gamma").shape
    epsilon = term.setting("epsilon", 1e-5)
    return F.layer_norm(x, shape, scope.weight("gamma"), scope.weight("beta"), epsilon)


def _rms_norm(scope, term, x):
    return F.rms_norm(x, x.shape[-1:], scope.weight("gamma"), term.setting("epsilon", 1e-6))


def _group_norm(scope, term, x):
    epsilon = term.setting("epsilon", 1e-5)
    if term.call == "instanceNorm":
        return F.instance_norm(
            x, weight=scope.weight("gamma"), bias=scope.weight("beta"), eps=epsilon
        )
    return F.group_norm(x, term.of[0], scope.weight("gamma"), scope.weight("beta"), epsilon)


def _positions(scope, _, x):
    return x + scope.weight("weight")[: x.shape[1]]


def _waves(_, __, x):
    length, width = x.shape[1:]
    places = torch.arange(length, dtype=torch.float64)[:, None]
    pairs = torch.arange(0, width, 2, dtype=torch.float64)
    angles = places / 10_000 ** (pairs / width)
    waves = torch.zeros(length, width, dtype=torch.float64)
    waves[:, 0::2] = angles.sin()
    waves[:, 1::2] = angles.cos()[:, : width // 2]
    return x + waves.to(x.dtype)


def _recurrent(scope, term, x):
    """nn.LSTM and its kin; what goes backwards only is a forward one over the reversed sequence."""
    cell = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "rnn": torch.nn.RNN}[term.call]
    network = cell(
        x.shape[2],
        term.of[0],
        num_layers=term.setting("numLayers", 1),
        bidirectional=term.has("bidirectional"),
        batch_first=True,
        dtype=x.dtype,
    )
    weights = {name: scope.weight(name) for name, _ in network.named_parameters()}
    given = (x.flip(1) if term.has("reversed") else x,)
    if term.has("initialState"):
        states = [scope.net.references[each["reference"]] for each in term.settings["initialState"]]
        given += (tuple(states) if term.call == "lstm" else states[0],)
    output, last = torch.func.functional_call(network, weights, given)
    if term.has("returnSequences"):
        return output.flip(1) if term.has("reversed") else output
    h = last[0] if term.call == "lstm" else last
    return torch.cat([h[-2], h[-1]], 1) if term.has("bidirectional") else h[-1]


def _squeeze_excite(scope, _, x):
    few = F.relu(scope.below("squeeze").linear(x.flatten(2).mean(2)))
    shares = torch.sigmoid(scope.below("excite").linear(few))
    return x * shares.reshape(*shares.shape, *[1] * (x.ndim - 2))


def _upsample(_, term, x):
    return F.interpolate(x, scale_factor=term.of[0], mode="nearest")


def _upsample_linear(_, term, x):
    mode = {3: "linear", 4: "bilinear"}[x.ndim]
    return F.interpolate(x, scale_factor=term.of[0], mode=mode, align_corners=False)


def _swi_glu(scope, _, x):
    gate = F.silu(scope.below("gate").linear(x))
    return scope.below("down").linear(gate * scope.below("up").linear(x))


WINDOWS = {
    "conv": conv,
    "depthwiseConv": conv,
    "separableConv": separable,
    "convTranspose": conv_transpose,
    "maxPool": pool,
    "averagePool": pool,
}

RUNS = {
    "dense": lambda scope, _, x: scope.linear(x),
    "lora": _lora,
    "remat": lambda scope, term, x: run(scope, term.of[0], x),
    "sequential": lambda scope, term, x: scope.apply_all(term.of, x),
    "residual": lambda scope, term, x: x + scope.apply_all(term.of, x),
    "branches": _branches,
    "batchNorm": _batch_norm,
    "layerNorm": _layer_norm,
    "rmsNorm": _rms_norm,
    "groupNorm": _group_norm,
    "instanceNorm": _group_norm,
    "embedding": lambda scope, _, x: F.embedding(x, scope.weight("weight")),
    "positionalEmbedding": _positions,
    "positionalEncoding": _waves,
    "lstm": _recurrent,
    "gru": _recurrent,
    "rnn": _recurrent,
    "selfAttention": lambda scope, term, x: attend(scope, term, x, x),
    "crossAttention": cross,
    "encoderBlock": lambda scope, term, x: block(scope, term, x, run),
    "decoderBlock": lambda scope, term, x: block(scope, term, x, run),
    "swiGlu": _swi_glu,
    "squeezeExcite": _squeeze_excite,
    "upsample": _upsample,
    "upsampleLinear": _upsample_linear,
    **{f"{name}{axes}d": run for name, run in WINDOWS.items() for axes in (1, 2, 3)},
    "leakyRelu": lambda _, term, x: F.leaky_relu(x, term.of[0]),
    "reshape": lambda _, term, x: x.reshape(x.shape[0], *term.of),
}


class Net:
    """A model: outputs by name for inputs by name."""

    def __init__(self, model, weights, trainable):
        self.model = model
        self.weights = weights
        self.trainable = set(trainable)
        self.is_training = False
        self.references = {}

    def __call__(self, inputs, is_training):
        self.is_training = is_training
        top = Scope(self, "")
        x = inputs[self.model["first"]]
        if self.model["plain"]:
            (head,) = self.model["outputs"].values()
            return {"output": top.apply_all([*self.model["trunk"], *head], x)}
        for part in self.model["parts"]:
            given = inputs[part["input"]]
            if part["as"] == "MEMORY":
                given = top.below(part["input"] + "_part").apply_all(part["layers"], given)
            self.references[part["input"]] = (
                given > 0
                if part["as"] == "MASK"
                else given.transpose(0, 1).contiguous()
                if part["as"] == "STATE"
                else given
            )
        x = top.below("trunk").apply_all(self.model["trunk"], x)
        return {
            name: top.below(name + "_head").apply_all(head, x)
            for name, head in self.model["outputs"].items()
        }
