"""Losses by PyTorch's functions: of each example, label or element, and how much it counts."""

import torch
import torch.nn.functional as F


# No label.
NONE = -(2**30)


def _whole(losses):
    return losses, torch.ones_like(losses)


def _classes_second(x):
    return x.movedim(-1, 1)


def _cross_entropy(term, prediction, target):
    weights = None
    if term.has("classWeights"):
        weights = torch.tensor(term.settings["classWeights"], dtype=prediction.dtype)
    smoothing = term.setting("labelSmoothing", 0.0)
    logits = _classes_second(prediction)
    if term.has("softTargets"):
        losses = F.cross_entropy(
            logits, _classes_second(target), weights, reduction="none", label_smoothing=smoothing
        )
        return _whole(losses)
    ignored = term.setting("ignoreIndex", NONE)
    losses = F.cross_entropy(
        logits,
        target,
        weights,
        ignore_index=ignored,
        reduction="none",
        label_smoothing=smoothing,
    )
    return _by_label(losses, weights, target, ignored)


def _by_label(losses, weights, target, ignored):
    """Sums over the labels that count; each counts as its class does."""
    counts = target != ignored
    shares = torch.ones_like(losses)
    if weights is not None:
        shares = weights[torch.where(counts, target, 0)]
    return losses, torch.where(counts, shares, 0.0)


def _likelihood(term, prediction, target):
    weights = None
    if term.has("classWeights"):
        weights = torch.tensor(term.settings["classWeights"], dtype=prediction.dtype)
    ignored = term.setting("ignoreIndex", NONE)
    logs = _classes_second(prediction)
    losses = F.nll_loss(logs, target, weights, ignore_index=ignored, reduction="none")
    return _by_label(losses, weights, target, ignored)


def _focal(term, prediction, target):
    ignored = term.setting("ignoreIndex", NONE)
    logits = _classes_second(prediction)
    losses = F.cross_entropy(logits, target, ignore_index=ignored, reduction="none")
    missed = (1 - torch.exp(-losses)).clamp(min=0)
    parts = torch.where(target != ignored, missed ** term.of[0] * losses, 0.0)
    return _by_label(parts, None, target, ignored)


def _ctc(_, prediction, target):
    n, time, _ = prediction.shape
    losses = F.ctc_loss(
        F.log_softmax(prediction, -1).transpose(0, 1),
        target,
        torch.full((n,), time),
        (target > 0).sum(1),
        reduction="none",
    )
    return losses, torch.ones(n)


def _margin(term):
    return float(term.of[0]) if term.of else 1.0


def _kl(term, prediction, target):
    logs = F.log_softmax(prediction, -1) if term.of else prediction
    parts = F.kl_div(logs, target, reduction="none")
    return parts.reshape(parts.shape[0], -1).sum(1), torch.ones(parts.shape[0])


def _elements(function):
    """Of each element; what is missing does not count."""

    def losses(term, x, y):
        known = ~torch.isnan(y)
        each = function(term, x, torch.where(known, y, 0.0))
        return torch.where(known, each, 0.0), known.to(x.dtype)

    return losses


LOSSES = {
    "softmaxCrossEntropy": _cross_entropy,
    "focal": _focal,
    "ctc": _ctc,
    "klDivergence": _kl,
    "negativeLogLikelihood": _likelihood,
    "binaryCrossEntropy": _elements(
        lambda _, x, y: F.binary_cross_entropy_with_logits(x, y, reduction="none")
    ),
    "meanSquaredError": _elements(lambda _, x, y: F.mse_loss(x, y, reduction="none")),
    "meanAbsoluteError": _elements(lambda _, x, y: F.l1_loss(x, y, reduction="none")),
    "huber": _elements(lambda t, x, y: F.huber_loss(x, y, reduction="none", delta=t.of[0])),
    "smoothL1": _elements(
        lambda t, x, y: F.smooth_l1_loss(x, y, reduction="none", beta=t.of[0])
    ),
    "cosineDistance": lambda _, x, y: _whole(1 - F.cosine_similarity(x, y, -1)),
    "hinge": _elements(lambda t, x, y: F.relu(_margin(t) - x * y)),
    "hingeEmbedding": _elements(
        lambda t, x, y: F.hinge_embedding_loss(
            x, y, margin=_margin(t), reduction="none"
        )
    ),
}


class Loss:
    """The losses of all outputs: sums and counts that are added up before they are divided."""

    def __init__(self, tasks, is_weighted):
        self.tasks = tasks
        self.is_weighted = is_weighted

    def parts(self, outputs, targets):
        """Returns a sum and a count for each output."""
        parts = {}
        for name, task in self.tasks.items():
            term = task["loss"]
            sums, counts = LOSSES[term.call](term, outputs[name], targets[task["target"]])
            sums = sums * term.setting("lossWeight", 1)
            if self.is_weighted:
                trust = targets["trust"]
                trust = trust.reshape(trust.shape + (1,) * (sums.dim() - trust.dim()))
                sums, counts = sums * trust, counts * trust
            parts[name] = sums.sum(), counts.sum()
        return parts

    @staticmethod
    def mean(parts):
        """Returns the sum over outputs of what several batches lose for what counts in them."""
        total = 0
        for name in parts[0]:
            count = sum(each[name][1] for each in parts)
            total = total + sum(each[name][0] for each in parts) / (count if count > 0 else 1)
        return total


class Triplet:
    """The loss of a model that anchors, what is near and what is far all go through."""

    def __init__(self, term):
        self.margin = _margin(term)

    def parts(self, net, inputs, targets, is_training):
        given = [inputs["input"], targets["near"], targets["far"]]
        anchor, near, far = (net({"input": x}, is_training)["output"] for x in given)
        losses = F.triplet_margin_loss(
            anchor, near, far, margin=self.margin, eps=1e-6, reduction="none"
        )
        size = anchor.detach().square().sum() / anchor[0].numel()
        return {"output": (losses.sum(), losses.numel())}, size
