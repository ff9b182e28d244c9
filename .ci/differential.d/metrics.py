"""Metrics over a whole dataset, from outputs, targets and what rows count, in NumPy."""

import numpy as np


def weights_of(target, trust):
    """Returns how much each element of a target counts: nothing where it is missing."""
    each = np.asarray(trust, np.float64)
    each = np.broadcast_to(each.reshape(each.shape + (1,) * (target.ndim - each.ndim)), target.shape)
    return np.where(np.isnan(target), 0.0, each)


class Rows:
    """Outputs and targets as rows: one for each label or vector.

    Weights are those of rows, one column, or of each output of them.
    """

    def __init__(self, prediction, target, trust, ignored):
        self.is_labelled = target.dtype.kind == "i"
        each = weights_of(target, trust)
        if self.is_labelled:
            counts = ~np.isin(target, ignored)
            self.weights = (each * counts).reshape(-1, 1)
            self.targets = target.reshape(-1)
        else:
            self.weights = each.reshape(-1, target.shape[-1])
            self.targets = np.nan_to_num(target.reshape(self.weights.shape).astype(np.float64))
        self.outputs = prediction.reshape(-1, prediction.shape[-1]).astype(np.float64)

    def mean(self, rows):
        """Returns the weighted mean over rows."""
        weights = self.weights if rows.ndim == 2 else self.weights[:, 0]
        total = weights.sum()
        return (rows * weights).sum() / total if total else 0.0

    def counted(self, labels):
        """Returns the labels that count, and 0 elsewhere."""
        return np.where(self.weights[:, 0] > 0, labels, 0)

    def taken_and_actual(self, threshold):
        """Returns which class is taken and which is right, as rows of zeros and ones."""
        if self.is_labelled:
            ones = np.eye(self.outputs.shape[1])
            labels = self.counted(self.targets)
            return ones[self.outputs.argmax(1)], ones[labels]
        return (self.outputs > threshold) * 1.0, (self.targets > 0.5) * 1.0


def _sides(rows, threshold):
    return rows.mean(((rows.outputs > threshold) == (rows.targets > 0.5)) * 1.0)


def _accuracy(rows, places, threshold):
    if not rows.is_labelled and rows.outputs.shape[1] == 1:
        return _sides(rows, threshold)
    labels = rows.targets if rows.is_labelled else rows.targets.argmax(1)
    labels = rows.counted(labels)
    first = np.argsort(-rows.outputs, axis=1, kind="stable")[:, :places]
    return rows.mean((first == labels[:, None]).any(1) * 1.0)


def _scores(kind, right, taken, actual):
    upper = 2 * right if kind == "f1" else right
    lower = {"precision": taken, "recall": actual, "f1": taken + actual}[kind]
    return np.divide(upper, lower, out=np.zeros_like(upper), where=lower > 0)


def _class_score(rows, term):
    taken, actual = rows.taken_and_actual(term.setting("threshold", 0))
    weights = rows.weights
    right, taken, actual = (
        (weights * each).sum(0, keepdims=True) for each in (taken * actual, taken, actual)
    )
    scores = _scores(term.call, right, taken, actual)[0]
    if term.has("perClass"):
        return scores
    if term.has("micro"):
        pooled = [each.sum(keepdims=True) for each in (right, taken, actual)]
        return _scores(term.call, *pooled).item()
    there = (taken + actual)[0] > 0
    return scores.sum() / there.sum() if there.any() else 0.0


def _confusion(rows, term):
    taken, actual = rows.taken_and_actual(term.setting("threshold", 0))
    if taken.shape[1] == 1:
        taken, actual = (np.hstack([1 - each, each]) for each in (taken, actual))
    return actual.T @ (rows.weights * taken)


def _area(scores, actual, weights):
    """The share of pairs that are in order, ties counting half."""
    above = scores[:, None] > scores[None, :]
    same = scores[:, None] == scores[None, :]
    pairs = np.outer(weights * actual, weights * (1 - actual))
    total = pairs.sum()
    return ((above + same / 2) * pairs).sum() / total if total else None


def _auc(rows):
    _, actual = rows.taken_and_actual(0)
    scores = rows.outputs
    if rows.is_labelled:
        powers = np.exp(scores - scores.max(1, keepdims=True))
        scores = powers / powers.sum(1, keepdims=True)
    areas = [
        _area(scores[:, i], actual[:, i], rows.weights[:, i if rows.weights.shape[1] > 1 else 0])
        for i in range(scores.shape[1])
    ]
    areas = [area for area in areas if area is not None]
    return float(np.mean(areas)) if areas else 0.5


def _perplexity(rows):
    shifted = rows.outputs - rows.outputs.max(1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
    labels = rows.counted(rows.targets)
    return float(np.exp(rows.mean(-np.take_along_axis(logs, labels[:, None], 1)[:, 0])))


def _r2(prediction, target, trust):
    n = target.shape[0]
    weights = weights_of(target, trust).reshape(n, -1)
    there = weights.sum(0) > 0
    if not there.any():
        return 0.0
    weights = weights[:, there]
    x = prediction.reshape(n, -1).astype(np.float64)[:, there]
    y = np.nan_to_num(target.reshape(n, -1).astype(np.float64)[:, there])
    mean = (weights * y).sum(0) / weights.sum(0)
    missed = (weights * (x - y) ** 2).sum(0)
    spread = (weights * (y - mean) ** 2).sum(0)
    flat = np.where(missed == 0, 1.0, 0.0)
    return float(np.where(spread > 0, 1 - missed / np.where(spread > 0, spread, 1), flat).mean())


def measure(term, prediction, target, trust, ignored):
    """Returns what a metric comes to, a number or a table."""
    rows = Rows(prediction, target, trust, ignored)
    match term.call:
        case "accuracy":
            return _accuracy(rows, 1, term.of[0] if term.of else 0)
        case "topKAccuracy":
            return _accuracy(rows, term.of[0], 0)
        case "binaryAccuracy":
            return _sides(rows, term.of[0] if term.of else 0)
        case "precision" | "recall" | "f1":
            return _class_score(rows, term)
        case "confusionMatrix":
            return _confusion(rows, term)
        case "auc":
            return _auc(rows)
        case "mae":
            return rows.mean(np.abs(rows.outputs - rows.targets))
        case "mse":
            return rows.mean((rows.outputs - rows.targets) ** 2)
        case "rmse":
            return rows.mean((rows.outputs - rows.targets) ** 2) ** 0.5
        case "r2":
            return _r2(prediction, target, trust)
        case "perplexity":
            return _perplexity(rows)
    raise NotImplementedError(term.call)
